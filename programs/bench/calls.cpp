// SPDX-License-Identifier: BSD-2-Clause
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "programs/bench/row.hpp"

namespace bench {
namespace {

int file;
char buffer[65536];
char* pages;
std::size_t touched;

bool null_call() { return syscall(SYS_getppid) >= 0; }
bool read_byte() { return pread(file, buffer, 1, 0) == 1; }
bool read_64k() { return pread(file, buffer, sizeof buffer, 0) == sizeof buffer; }
bool stat_root() {
  struct stat found;
  return stat("/", &found) == 0;
}
bool open_close() {
  const int opened = open(some_file, O_RDONLY | O_CLOEXEC);
  return opened >= 0 && close(opened) == 0;
}

bool touch_page() {
  constexpr std::size_t count = 256;
  if (touched % count == 0) {
    if (pages != nullptr) munmap(pages, count * page_size);
    void* const fresh = mmap(nullptr, count * page_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (fresh == MAP_FAILED) return false;
    pages = static_cast<char*>(fresh);
  }
  *static_cast<volatile char*>(pages + touched++ % count * page_size) = 1;
  return true;
}

constexpr Row rows[] = {{"null_call", null_call, 2000}, {"read_byte", read_byte, 2000},  {"read_64k", read_64k, 500},
                        {"stat", stat_root, 1000},      {"open_close", open_close, 500}, {"page", touch_page, 2048}};

}  // namespace

std::span<const Row> call_rows() {
  file = open(some_file, O_RDONLY | O_CLOEXEC);
  return rows;
}

}  // namespace bench
