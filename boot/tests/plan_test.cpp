// SPDX-License-Identifier: BSD-2-Clause
#include "boot/plan.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace boot {
namespace {

constexpr u64 mib = 1 << 20;

MemoryMap of(const std::vector<Region>& said) {
  MemoryMap map;
  EXPECT_EQ(map.fill(said), std::nullopt);
  return map;
}

/// As GRUB leaves it on a machine of 256 MiB with a BIOS.
struct Machine {
  std::vector<Region> said{{0, 0x9'fc00, 1, 0}, {mib, 255 * mib, 1, 0}};
  Load load{.kernel = {mib, 2 * mib - 0x800},
            .slot_memory = 3 * mib,
            .kernel_file = {4 * mib, 5 * mib},
            .image = {6 * mib, 14 * mib},
            .stage = {250 * mib, 251 * mib},
            .start_bytes = 0x1f00};

  /// The kernel itself, and its fixed memory.
  std::array<Range, 2> kernel(const MemoryMap& map) const {
    const auto fixed = map.lowest_place(fixed_bytes(map.end_of_usable(), load.slot_memory), 2 * mib, 4096 * mib);
    EXPECT_TRUE(fixed);
    return {load.kernel, fixed.value_or(Range{})};
  }
  void check() const {
    MemoryMap map = of(said);
    const auto plan = make_plan(map, load);
    ASSERT_TRUE(plan) << text(plan.error());
    const Range file{plan->kernel_file, plan->kernel_file + mib}, image{plan->image, plan->image + 8 * mib};
    for (const Range each : {file, image}) {
      EXPECT_EQ(each.begin % abi::page_size, 0u);
      EXPECT_TRUE(map.usable_around(each.begin).holds(each));
      for (const Range own : kernel(map)) EXPECT_FALSE(each.overlaps(own));
      EXPECT_FALSE(each.overlaps(load.stage));
    }
    EXPECT_FALSE(file.overlaps(image));
    // The file is moved first: what it is put upon must not be needed any more.
    EXPECT_FALSE(file.overlaps(load.image));
    const Range start{plan->start_information, plan->start_information + load.start_bytes};
    EXPECT_TRUE(map.usable_around(start.begin).holds(start));
    EXPECT_FALSE(start.overlaps({0x8000, 0x9000}));
    EXPECT_GE(start.begin, abi::page_size);
  }
};

TEST(Plan, KeepsEverythingApart) {
  Machine machine;
  machine.check();
  for (u64 at = 2 * mib; at < 247 * mib; at += 3 * mib / 2) {
    machine.load.image = {at, at + 8 * mib};
    for (const u64 file : {mib, 100 * mib, 249 * mib}) {
      machine.load.kernel_file = {file, file + mib};
      machine.check();
    }
  }
}

TEST(Plan, LeavesTheKernelAPieceThatIsLargeEnough) {
  // OVMF keeps memory at 8 MiB; on a machine of 8 GiB the table alone is larger than what is before that.
  Machine machine;
  machine.said = {{0, 0xa'0000, 1, 0},
                  {mib, 7 * mib, 1, 0},
                  {8 * mib, mib, 4, 0},
                  {9 * mib, 2000 * mib, 1, 0},
                  {4096 * mib, 6144 * mib, 1, 0}};
  machine.check();
  // The control: where there is none it is said.
  machine.said[3].size = 15 * mib;
  EXPECT_FALSE(make_plan(of(machine.said), machine.load));
}

TEST(Plan, SaysWhatThereIsNoRoomFor) {
  const auto error = [](const Machine& machine) {
    MemoryMap map = of(machine.said);
    const auto plan = make_plan(map, machine.load);
    EXPECT_FALSE(plan);
    return plan ? PlanError::no_low_memory : plan.error();
  };
  Machine machine;
  machine.said = {{0, 0x9'fc00, 1, 0}, {mib, 3 * mib, 1, 0}, {5 * mib, 3 * mib, 1, 0}};
  EXPECT_EQ(error(machine), PlanError::kernel_has_no_room);
  machine = {};
  machine.load.slot_memory = ~u64{0} - 10;
  EXPECT_EQ(error(machine), PlanError::kernel_has_no_room);
  machine = {};
  machine.said[0] = {0, 0x2000, 1, 0};
  EXPECT_EQ(error(machine), PlanError::no_low_memory);
  machine = {};
  machine.said[1].size = 12 * mib;
  EXPECT_EQ(error(machine), PlanError::no_room_for_modules);
  machine = {};
  machine.load.stage = {mib, 2 * mib};
  EXPECT_EQ(error(machine), PlanError::stage_in_the_way);
}

/// kernel/system/boot.cpp: a record of 8 bytes for each frame, 12 for each sixteen and one more, 16 + 1 pages, memory.
TEST(Plan, CountsNoLessThanTheKernel) {
  const auto pages = [](u64 bytes) { return (bytes + 4095) / 4096 * 4096; };
  for (u64 end = 32 * mib; end < 70'000 * mib; end = end * 5 / 4 / 4096 * 4096) {
    const u64 frames = end / 4096;
    const u64 kernel = pages(frames * 8 + (frames / 16 + 1) * 12) + 17 * 4096 + 3 * mib;
    EXPECT_GE(fixed_bytes(end, 3 * mib), kernel) << end;
  }
}

}  // namespace
}  // namespace boot
