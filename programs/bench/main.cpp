// SPDX-License-Identifier: BSD-2-Clause
// Times calls as programs make them. `bench` times all, `bench NAME` one; `bench exit` does nothing, and is what `exec`
// starts.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

namespace {

constexpr std::size_t page_size = 4096;
constexpr const char* some_file = "/bin/busybox";  // there on both systems, and in the cache once it was read

const char* own_path;
int file;
char buffer[65536];
char* pages;
std::size_t touched;

std::uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

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

bool reaped(pid_t child) {
  int status;
  return child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
bool fork_exit() {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  return reaped(child);
}
bool fork_exec() {
  const pid_t child = fork();
  if (child == 0) {
    char* const arguments[] = {const_cast<char*>("bench"), const_cast<char*>("exit"), nullptr};
    execv(own_path, arguments);
    _exit(127);
  }
  return reaped(child);
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

struct Row {
  const char* name;
  bool (*operation)();
  unsigned operations;  // in a batch
};
constexpr Row rows[] = {{"null_call", null_call, 2000}, {"read_byte", read_byte, 2000},  {"read_64k", read_64k, 500},
                        {"stat", stat_root, 1000},      {"open_close", open_close, 500}, {"page", touch_page, 2048},
                        {"fork_exit", fork_exit, 50},   {"fork_exec", fork_exec, 25}};

bool measure(const Row& row) {
  constexpr unsigned batches = 9;
  std::uint64_t took[batches];
  for (std::uint64_t& batch : took) {
    const std::uint64_t begin = now();
    for (unsigned count = 0; count < row.operations; ++count)
      if (!row.operation()) return false;
    batch = (now() - begin) / row.operations;
  }
  std::ranges::nth_element(took, took + batches / 2);
  printf("bench %s %llu\n", row.name, static_cast<unsigned long long>(took[batches / 2]));
  return true;
}

}  // namespace

int main(int count, char** arguments) {
  const char* const wanted = count > 1 ? arguments[1] : nullptr;
  if (wanted != nullptr && strcmp(wanted, "exit") == 0) return 0;
  own_path = arguments[0];
  file = open(some_file, O_RDONLY | O_CLOEXEC);
  int failed = 0;
  for (const Row& row : rows) {
    if (wanted != nullptr && strcmp(wanted, row.name) != 0) continue;
    fflush(stdout);
    if (measure(row)) continue;
    printf("bench: %s fails\n", row.name);
    failed = 1;
  }
  return failed;
}
