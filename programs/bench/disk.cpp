// SPDX-License-Identifier: BSD-2-Clause
// The rows of servers/bench/disk, for a system whose programs see the disk as a device.
#include <fcntl.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

#include "programs/bench/row.hpp"

namespace bench {
namespace {

constexpr unsigned most_in_flight = 8, rounds = 3;
constexpr std::size_t greatest = 65536;
constexpr unsigned long get_bytes = 0x8008'1272;  // BLKGETSIZE64

struct DiskRow {
  const char* name;
  std::size_t bytes;
  unsigned in_flight;
  unsigned requests;  // of each
  bool writes, scattered;
};
constexpr DiskRow rows[] = {
    {"raw_read_1", greatest, 1, 800, false, false},       {"raw_read_8", greatest, 8, 200, false, false},
    {"raw_write_1", greatest, 1, 800, true, false},       {"raw_write_8", greatest, 8, 200, true, false},
    {"raw_read_random", page_size, 1, 2000, false, true},
};

alignas(page_size) char buffers[most_in_flight][greatest];
int disk;
std::uint64_t disk_bytes;

struct Lane {
  const DiskRow* row;
  unsigned number;
  bool done = false;
};

void* run(void* given) {
  Lane& lane = *static_cast<Lane*>(given);
  const DiskRow& row = *lane.row;
  const std::uint64_t places = disk_bytes / row.bytes;
  std::uint64_t random = lane.number + 1;
  char* const buffer = buffers[lane.number];
  for (unsigned request = 0; request < row.requests; ++request) {
    random = random * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX generator
    const std::uint64_t place =
        row.scattered ? (random >> 33) % places : (std::uint64_t{request} * row.in_flight + lane.number) % places;
    const off_t offset = static_cast<off_t>(place * row.bytes);
    const ssize_t moved = row.writes ? pwrite(disk, buffer, row.bytes, offset) : pread(disk, buffer, row.bytes, offset);
    if (moved != static_cast<ssize_t>(row.bytes)) return nullptr;
  }
  lane.done = true;
  return nullptr;
}

bool measure(const DiskRow& row) {
  Lane lanes[most_in_flight];
  pthread_t threads[most_in_flight];
  const std::uint64_t begin = now();
  unsigned started = 0;
  for (unsigned number = 0; number < row.in_flight; ++number) {
    lanes[number] = {&row, number};
    if (number == 0) continue;  // the caller's own
    if (pthread_create(&threads[number], nullptr, run, &lanes[number]) == 0) ++started;
  }
  run(&lanes[0]);
  for (unsigned number = 1; number <= started; ++number) pthread_join(threads[number], nullptr);
  const std::uint64_t took = now() - begin;
  print(row.name, took / (row.requests * row.in_flight));
  return std::all_of(lanes, lanes + row.in_flight, [](const Lane& lane) { return lane.done; });
}

}  // namespace

bool raw_disk(const char* device) {
  disk = open(device, O_RDWR | O_DIRECT | O_CLOEXEC);
  if (disk < 0 || ioctl(disk, get_bytes, &disk_bytes) != 0) return false;
  for (unsigned round = 0; round < rounds; ++round)
    for (const DiskRow& row : rows)
      if (!measure(row)) return false;
  return true;
}

}  // namespace bench
