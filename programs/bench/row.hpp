// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace bench {

/// One thing whose cost is a row of the table.
struct Row {
  const char* name;
  bool (*operation)();
  unsigned operations;  // in a batch
  /// Before each batch, untimed; says whether the batch can begin.
  bool (*prepare)(unsigned operations) = nullptr;
};

constexpr std::size_t page_size = 4096;
constexpr const char* some_file = "/bin/busybox";  // there on both systems, and in the cache once it was read

/// Of a program's calls, by the group of calls that they need.
std::span<const Row> call_rows();
std::span<const Row> process_rows(const char* own_path);
/// In the working directory, which is to be on the disk.
std::span<const Row> file_rows();

/// A disk as a device, read and written past the cache (O_DIRECT): prints its rows. False: it cannot be.
bool raw_disk(const char* device);

std::uint64_t now();  // ns
void print(const char* row, std::uint64_t nanoseconds);

}  // namespace bench
