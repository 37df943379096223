// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

#include "servers/ext4/bitmap.hpp"
#include "servers/ext4/reservations.hpp"
#include "servers/ext4/run.hpp"

namespace ext4::testing {
namespace {

TEST(Bitmap, ClearRunsAreThoseOfALookAtEveryBit) {
  std::mt19937 engine(3);
  for (int round = 0; round < 300; ++round) {
    std::array<std::byte, block_size> bytes{};
    const Block bitmap = bytes;
    std::vector<bool> model(bits_per_block);
    for (int i = 0; i < 40; ++i) {
      const std::uint32_t from = engine() % bits_per_block;
      const std::uint32_t count = std::min<std::uint32_t>(engine() % 900, bits_per_block - from);
      const bool set = engine() % 4 != 0;
      set ? set_bits(bitmap, from, count) : clear_bits(bitmap, from, count);
      std::fill_n(model.begin() + from, count, set);
    }
    const std::uint32_t from = engine() % bits_per_block;
    const std::uint32_t end = from + engine() % (bits_per_block - from + 1);
    const std::uint32_t wanted = 1 + engine() % 1500;
    ClearRun expected;
    for (std::uint32_t at = from; at < end && expected.count < wanted;) {
      std::uint32_t length = 0;
      while (at + length < end && !model[at + length]) ++length;
      if (length > expected.count) expected = {at, std::min(length, wanted)};
      at += std::max(length, 1u);
    }
    const ClearRun found = find_clear_run(bitmap, from, end, wanted);
    ASSERT_EQ(found.count, expected.count);
    if (found.count != 0) ASSERT_EQ(found.first, expected.first);
    for (std::uint32_t bit = 0; bit < bits_per_block; bit += 37) ASSERT_EQ(is_set(bitmap, bit), model[bit]);
  }
}

TEST(SystemZones, OverlapIsThatOfEveryBlock) {
  std::mt19937 engine(4);
  std::array<ext4::Run, 32> storage;
  for (int round = 0; round < 200; ++round) {
    SystemZones zones(storage);
    std::vector<bool> model(2000);
    for (int i = 0; i < 20; ++i) {
      const ext4::Run run{PhysicalBlock{engine() % 1900}, static_cast<std::uint32_t>(engine() % 60)};
      ASSERT_TRUE(zones.add(run));
      std::fill_n(model.begin() + static_cast<std::ptrdiff_t>(run.first.value), run.count, true);
    }
    zones.finish();
    for (int i = 0; i < 100; ++i) {
      const ext4::Run run{PhysicalBlock{engine() % 1900}, 1 + static_cast<std::uint32_t>(engine() % 20)};
      const auto begin = model.begin() + static_cast<std::ptrdiff_t>(run.first.value);
      ASSERT_EQ(zones.overlaps(run), std::find(begin, begin + run.count, true) != begin + run.count);
    }
  }
}

TEST(SystemZones, SaysWhenItIsFull) {
  std::array<ext4::Run, 2> storage;
  SystemZones zones(storage);
  EXPECT_TRUE(zones.add({PhysicalBlock{10}, 1}));
  EXPECT_TRUE(zones.add({PhysicalBlock{20}, 1}));
  EXPECT_FALSE(zones.add({PhysicalBlock{30}, 1}));
  EXPECT_TRUE(zones.add({PhysicalBlock{21}, 5}));  // it continues the last one
}

TEST(Reservations, RememberWhatWasAddedAndNotRemoved) {
  std::mt19937 engine(5);
  std::array<Reservation, 400> storage;
  for (int round = 0; round < 50; ++round) {
    Reservations reservations(storage);
    std::map<std::uint32_t, std::uint64_t> model;  // logical to physical, of inode 7
    std::uint64_t next_physical = 1000;
    for (int step = 0; step < 200; ++step) {
      const std::uint32_t from = engine() % 500;
      const std::uint32_t count = 1 + engine() % 20;
      if (engine() % 2 == 0) {
        bool free = true;
        for (std::uint32_t i = 0; i < count; ++i) free = free && !model.contains(from + i);
        if (!free) continue;
        ASSERT_TRUE(reservations.add({InodeNumber{7}, LogicalBlock{from}, {PhysicalBlock{next_physical}, count}}));
        for (std::uint32_t i = 0; i < count; ++i) model[from + i] = next_physical + i;
        next_physical += count + engine() % 2;
      } else {
        reservations.remove(InodeNumber{7}, LogicalBlock{from}, LogicalBlock{from + count});
        for (std::uint32_t i = 0; i < count; ++i) model.erase(from + i);
      }
      std::uint64_t blocks = 0;
      for (const Reservation& reservation : reservations.all()) blocks += reservation.run.count;
      ASSERT_EQ(blocks, model.size());
      for (std::uint32_t logical = 0; logical < 530; ++logical) {
        const Reservation* found = reservations.find(InodeNumber{7}, LogicalBlock{logical});
        ASSERT_EQ(found != nullptr, model.contains(logical));
        if (found != nullptr) ASSERT_EQ((found->run.first + (logical - found->logical.value)).value, model[logical]);
      }
      ASSERT_EQ(reservations.find(InodeNumber{8}, LogicalBlock{from}), nullptr);
    }
  }
}

}  // namespace
}  // namespace ext4::testing
