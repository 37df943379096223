// SPDX-License-Identifier: BSD-2-Clause
#include "boot/memory_map.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace boot {
namespace {

constexpr u32 acpi_tables = 3;

void expect_map(const MemoryMap& map, const std::vector<Region>& wanted) {
  const std::vector<Region> found(map.regions().begin(), map.regions().end());
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    EXPECT_EQ(found[i].range(), wanted[i].range()) << "region " << i;
    EXPECT_EQ(found[i].kind, wanted[i].kind) << "region " << i;
  }
}

MemoryMap of(const std::vector<Region>& said) {
  MemoryMap map;
  EXPECT_EQ(map.fill(said), std::nullopt);
  return map;
}

TEST(MemoryMap, SortsAndJoinsWhatIsUsable) {
  expect_map(of({{0x3000, 0x1000, 1, 0}, {0x1000, 0x1000, 1, 0}, {0x8000, 0x1000, 1, 0}, {0x2000, 0x1000, 1, 0}}),
             {{0x1000, 0x3000, 1, 0}, {0x8000, 0x1000, 1, 0}});
}

TEST(MemoryMap, JoinsNothingElse) {
  expect_map(of({{0x1000, 0x1000, 1, 0}, {0x2000, 0x1000, acpi_tables, 0}, {0x3000, 0x1000, acpi_tables, 0}}),
             {{0x1000, 0x1000, 1, 0}, {0x2000, 0x1000, acpi_tables, 0}, {0x3000, 0x1000, acpi_tables, 0}});
}

TEST(MemoryMap, WhatIsAlsoSomethingElseIsNotUsable) {
  expect_map(of({{0x1000, 0x9000, 1, 0}, {0x6000, 0x1000, 2, 0}, {0x3000, 0x1000, 4, 0}, {0x9000, 0x8000, 2, 0}}),
             {{0x1000, 0x2000, 1, 0},
              {0x3000, 0x1000, 4, 0},
              {0x4000, 0x2000, 1, 0},
              {0x6000, 0x1000, 2, 0},
              {0x7000, 0x2000, 1, 0},
              {0x9000, 0x8000, 2, 0}});
}

TEST(MemoryMap, UnknownKindsAreReservedAndEmptyOnesLeftOut) {
  expect_map(of({{0x1000, 0x1000, 1, 0}, {0x4000, 0x1000, 77, 0}, {0x5000, 0x1000, 0, 0}, {0x9000, 0, 1, 0}}),
             {{0x1000, 0x1000, 1, 0}, {0x4000, 0x1000, 2, 0}, {0x5000, 0x1000, 2, 0}});
}

TEST(MemoryMap, NoEndWrapsAround) {
  const MemoryMap map = of({{0x1000, ~u64{0}, 1, 0}, {~u64{0} - 5, 100, 2, 0}});
  ASSERT_EQ(map.regions().size(), 1u);
  EXPECT_EQ(map.end_of_usable(), u64{1} << 52);
}

TEST(MemoryMap, RefusesWhatItCannotHold) {
  MemoryMap map;
  std::vector<Region> said;
  for (u64 i = 0; i < MemoryMap::most; ++i) said.push_back({i * 0x2000, 0x1000, 1, 0});
  EXPECT_EQ(map.fill(said), std::nullopt);
  said.push_back({0x1000'0000, 0x1000, 1, 0});
  EXPECT_EQ(map.fill(said), MemoryMap::Error::too_many);
  // As many, but one cuts another in two.
  said.pop_back();
  said.back() = {0x400, 0x400, 2, 0};
  EXPECT_EQ(map.fill(said), MemoryMap::Error::too_many);
  EXPECT_EQ(map.fill({}), MemoryMap::Error::nothing_usable);
  EXPECT_EQ(map.fill(std::vector<Region>{{0, 0x1000, 2, 0}}), MemoryMap::Error::nothing_usable);
}

TEST(MemoryMap, TheLowestPlaceIsInOnePiece) {
  const MemoryMap map = of({{0, 0x4000, 1, 0}, {0x4000, 0x4000, 2, 0}, {0x8100, 0x8000, 1, 0}});
  EXPECT_EQ(map.lowest_place(0x3000, 0, 0x10'0000), (Range{0, 0x3000}));
  EXPECT_EQ(map.lowest_place(0x3000, 0x800, 0x10'0000), (Range{0x1000, 0x4000}));
  EXPECT_EQ(map.lowest_place(0x5000, 0, 0x10'0000), (Range{0x9000, 0xe000}));
  EXPECT_EQ(map.lowest_place(0x8000, 0, 0x10'0000), std::nullopt);
  EXPECT_EQ(map.lowest_place(0x5000, 0, 0xd000), std::nullopt);
}

TEST(MemoryMap, FindsThePieceAroundAnAddress) {
  const MemoryMap map = of({{0x1000, 0x1000, 1, 0}, {0x4000, 0x1000, 2, 0}});
  EXPECT_EQ(map.usable_around(0x1000), (Range{0x1000, 0x2000}));
  EXPECT_EQ(map.usable_around(0x1fff), (Range{0x1000, 0x2000}));
  EXPECT_EQ(map.usable_around(0x2000), Range{});
  EXPECT_EQ(map.usable_around(0x4000), Range{});
}

TEST(MemoryMap, TheHighestPlaceTouchesNothing) {
  const MemoryMap map = of({{0x1000, 0x9800, 1, 0}, {0x2'0000, 0x2000, 1, 0}, {u64{1} << 32, 0x9000, 1, 0}});
  const u64 ceiling = u64{1} << 32;
  EXPECT_EQ(map.highest_place(0x2000, ceiling, {}), 0x2'0000u);
  EXPECT_EQ(map.highest_place(0x2001, ceiling, {}), 0x8000u);
  const Range taken[] = {{0x2'0800, 0x2'0801}, {0x8000, 0xa000}, {0x3000, 0x4000}};
  EXPECT_EQ(map.highest_place(0x1000, ceiling, taken), 0x2'1000u);
  EXPECT_EQ(map.highest_place(0x2000, ceiling, taken), 0x6000u);
  EXPECT_EQ(map.highest_place(0x4000, ceiling, taken), 0x4000u);
  EXPECT_EQ(map.highest_place(0x4001, ceiling, taken), std::nullopt);
  EXPECT_EQ(map.highest_place(0x1000, 0x1800, {}), std::nullopt);
}

}  // namespace
}  // namespace boot
