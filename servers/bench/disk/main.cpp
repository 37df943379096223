// SPDX-License-Identifier: BSD-2-Clause
#include <array>
#include <string_view>

#include "generated/contract/disk.hpp"
#include "lib/component/component.hpp"

namespace {

namespace disk = contract::disk;
using abi::u32;
using abi::u64;

constexpr unsigned most_in_flight = 8;
constexpr u32 greatest = 16;  // blocks: 64 KiB

alignas(4096) std::array<std::array<std::byte, greatest * disk::block_size>, most_in_flight> buffers;

/// One row of the table: so many requests of one size, at so many at once.
struct Row {
  std::string_view name;
  u32 blocks;
  unsigned in_flight;
  unsigned requests;  // of each
  bool writes;
  bool scattered;  // in no order, else one behind the other
};
constexpr Row rows[] = {
    {"raw_read_1", greatest, 1, 800, false, false}, {"raw_read_8", greatest, 8, 200, false, false},
    {"raw_write_1", greatest, 1, 800, true, false}, {"raw_write_8", greatest, 8, 200, true, false},
    {"raw_read_random", 1, 1, 2000, false, true},
};

class DiskTimer final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    const auto opened = disk_.open();
    need(opened.is<disk::Opened>(), "the disk opens");
    blocks_ = opened.get<disk::Opened>().blocks;
    need(blocks_ >= greatest * most_in_flight, "the disk is large enough");
    next();
    return {};
  }

  // Each request keeps the thread that makes it; the timer that was set before has another one begin the next lane.
  void on_timer() override {
    if (lanes_begun_ == rows[row_].in_flight) return;
    const unsigned lane = lanes_begun_++;
    if (lane == 0) began_ = component::now();
    if (lanes_begun_ < rows[row_].in_flight) next();
    run(rows[row_], lane);
    if (++lanes_done_ < rows[row_].in_flight) return;
    finish(rows[row_], component::now() - began_);
  }

 private:
  static void next() { component::set_timer(component::now() + 1); }

  static void need(bool holds, std::string_view what) {
    if (holds) return;
    component::log("bench failed: ", what);
    contract::defect("the benchmark cannot go on");
  }

  void run(const Row& row, unsigned lane) {
    const std::span buffer = std::span(buffers[lane]).first(row.blocks * disk::block_size);
    const u64 places = blocks_ / row.blocks;
    u64 random = lane + 1;
    for (unsigned request = 0; request < row.requests; ++request) {
      random = random * 6364136223846793005u + 1442695040888963407u;  // Knuth's MMIX generator
      const u64 place = row.scattered ? (random >> 33) % places : (u64{request} * row.in_flight + lane) % places;
      const u64 block = place * row.blocks;
      const bool done = row.writes ? disk_.write(block, row.blocks, contract::Lend::reading(buffer)).is<disk::Done>()
                                   : disk_.read(block, row.blocks, contract::Lend::writing(buffer)).is<disk::Done>();
      need(done, "the disk answers");
    }
  }

  // Nanoseconds of each request, those at once counted one behind the other.
  void finish(const Row& row, u64 took) {
    component::log("bench ", row.name, ' ', took / (u64{row.requests} * row.in_flight));
    lanes_begun_ = lanes_done_ = 0;
    if (++row_ == std::size(rows)) {
      if (++round_ == rounds) return component::log("bench end");
      row_ = 0;
    }
    next();
  }

  static constexpr unsigned rounds = 3;

  disk::Shadow disk_{import("/dev/disk0")};
  u64 blocks_ = 0;
  u64 began_ = 0;
  unsigned row_ = 0, round_ = 0;
  unsigned lanes_begun_ = 0, lanes_done_ = 0;
};

}  // namespace

COMPONENT(DiskTimer)
