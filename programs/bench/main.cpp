// SPDX-License-Identifier: BSD-2-Clause
// Times calls as programs make them. `bench` times all, `bench NAME...` some; `bench raw DEVICE` times a disk past the
// cache; `bench exit` does nothing, and is what `exec` starts.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <algorithm>

#include "programs/bench/row.hpp"

namespace bench {
namespace {

bool measure(const Row& row) {
  constexpr unsigned batches = 9;
  std::uint64_t took[batches];
  for (std::uint64_t& batch : took) {
    if (row.prepare != nullptr && !row.prepare(row.operations)) return false;
    const std::uint64_t begin = now();
    for (unsigned count = 0; count < row.operations; ++count)
      if (!row.operation()) return false;
    batch = (now() - begin) / row.operations;
  }
  std::ranges::nth_element(took, took + batches / 2);
  print(row.name, took[batches / 2]);
  return true;
}

}  // namespace

std::uint64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<std::uint64_t>(time.tv_sec) * 1'000'000'000 + static_cast<std::uint64_t>(time.tv_nsec);
}

void print(const char* row, std::uint64_t nanoseconds) {
  printf("bench %s %llu\n", row, static_cast<unsigned long long>(nanoseconds));
}

}  // namespace bench

int main(int count, char** arguments) {
  using namespace bench;
  const std::span wanted(arguments + 1, static_cast<std::size_t>(count - 1));
  if (!wanted.empty() && strcmp(wanted[0], "exit") == 0) return 0;
  if (!wanted.empty() && strcmp(wanted[0], "raw") == 0) {
    if (wanted.size() == 2 && raw_disk(wanted[1])) return 0;
    printf("bench: raw %s: %s\n", wanted.size() == 2 ? wanted[1] : "needs a DEVICE", strerror(errno));
    return 1;
  }
  int failed = 0;
  for (const std::span<const Row> group : {call_rows(), process_rows(arguments[0]), file_rows()})
    for (const Row& row : group) {
      if (!wanted.empty() &&
          std::ranges::none_of(wanted, [&](const char* name) { return strcmp(name, row.name) == 0; }))
        continue;
      fflush(stdout);
      if (measure(row)) continue;
      printf("bench: %s: %s\n", row.name, strerror(errno));
      failed = 1;
    }
  return failed;
}
