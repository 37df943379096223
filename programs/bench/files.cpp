// SPDX-License-Identifier: BSD-2-Clause
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "programs/bench/row.hpp"

namespace bench {
namespace {

constexpr const char* folder = "bench-files";
unsigned next;

const char* name(unsigned number) {
  static char text[64];
  snprintf(text, sizeof text, "%s/%u", folder, number);
  return text;
}

bool create() {
  static const char content[page_size] = {1};
  const int file = open(name(next++), O_WRONLY | O_CREAT | O_EXCL, 0644);
  return file >= 0 && write(file, content, sizeof content) == sizeof content && close(file) == 0;
}
bool remove_one() { return unlink(name(next++)) == 0; }

bool none(unsigned operations) {
  if (mkdir(folder, 0755) != 0 && errno != EEXIST) return false;
  for (next = 0; next < operations; ++next)
    if (unlink(name(next)) != 0 && errno != ENOENT) return false;
  next = 0;
  return true;
}
bool all(unsigned operations) {
  if (!none(operations)) return false;
  while (next < operations)
    if (!create()) return false;
  next = 0;
  return true;
}

constexpr Row rows[] = {{"create", create, 200, none}, {"unlink", remove_one, 200, all}};

}  // namespace

std::span<const Row> file_rows() { return rows; }

}  // namespace bench
