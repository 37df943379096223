// SPDX-License-Identifier: BSD-2-Clause
// The regions of a space against a model that knows each page by itself.
#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>
#include <vector>

#include "servers/memory/region_map.hpp"

namespace memory {
namespace {

struct Uses final : ObjectUse {
  std::map<ObjectIndex, int> count;
  void retain(ObjectIndex object) override { ++count[object]; }
  void release(ObjectIndex object) override { ASSERT_GE(--count[object], 0); }
};

struct ModelPage {
  u64 of_object;
  ObjectIndex object;
  u8 rights, may;
  bool promised;
  Sharing sharing;
  friend bool operator==(const ModelPage&, const ModelPage&) = default;
};

class Maps : public testing::Test {
 protected:
  static constexpr u64 low = 16, high = 400;

  Uses uses;
  std::vector<Region> storage = std::vector<Region>(512);
  RegionPool pool{storage, uses};
  RegionMap map;
  std::map<u64, ModelPage> model;

  static Region region(u64 begin, u64 end, ObjectIndex object = 0, u8 rights = readable, u64 first = 0) {
    Region result;
    result.range = {{begin}, {end}};
    result.object = object;
    result.may = readable | writable;
    result.first = first;
    result.sharing = object % 2 == 0 ? Sharing::own : Sharing::shared;
    result.set_rights(rights);
    return result;
  }

  void insert(const Region& what) {
    map.insert(pool, what);
    for (u64 page = what.range.begin.number; page < what.range.end.number; ++page)
      model[page] = {what.object == 0 ? 0 : what.page_of_object({page}),
                     what.object,
                     what.rights,
                     what.may,
                     what.promised,
                     what.sharing};
  }
  void remove(Range range) {
    map.remove(pool, range, [&](const Region& piece) { EXPECT_TRUE(range.contains(piece.range)); });
    model.erase(model.lower_bound(range.begin.number), model.lower_bound(range.end.number));
  }
  void protect(Range range, u8 rights) {
    map.protect(pool, range, rights);
    for (auto at = model.lower_bound(range.begin.number); at != model.end() && at->first < range.end.number; ++at) {
      at->second.rights = rights;
      at->second.promised |=
          at->second.sharing == Sharing::own && (rights & (at->second.object == 0 ? readable | writable : writable));
    }
  }

  void compare() {
    u64 pages = 0, promised = 0;
    std::size_t regions = 0;
    std::map<ObjectIndex, int> objects;
    RegionIndex previous = 0;
    for (RegionIndex index = map.first(); index != 0; previous = index, index = pool[index].next) {
      const Region& here = pool[index];
      ASSERT_LT(here.range.begin, here.range.end);
      ASSERT_EQ(here.previous, previous);
      if (previous != 0) {
        ASSERT_LE(pool[previous].range.end, here.range.begin);
        ASSERT_FALSE(pool[previous].continues(here)) << "neighbours with one meaning are one region";
      }
      for (u64 page = here.range.begin.number; page < here.range.end.number; ++page) {
        const auto found = model.find(page);
        ASSERT_NE(found, model.end()) << page;
        const ModelPage expected{here.object == 0 ? 0 : here.page_of_object({page}),
                                 here.object,
                                 here.rights,
                                 here.may,
                                 here.promised,
                                 here.sharing};
        ASSERT_EQ(found->second, expected) << page;
      }
      ++regions;
      pages += here.range.pages();
      if (here.promised) promised += here.range.pages();
      if (here.object != 0) ++objects[here.object];
    }
    ASSERT_EQ(pages, model.size());
    ASSERT_EQ(map.pages(), pages);
    ASSERT_EQ(map.promised(), promised);
    ASSERT_EQ(pool.available(), storage.size() - 1 - regions);
    for (const auto& [object, count] : uses.count) ASSERT_EQ(count, objects[object]) << object;
  }
};

TEST_F(Maps, NeighboursWithOneMeaningAreOneRegion) {
  insert(region(20, 30));
  insert(region(40, 50));
  insert(region(30, 40));
  compare();
  EXPECT_EQ(map.first(), map.find(pool, {45}));
  EXPECT_EQ(pool[map.first()].range, (Range{{20}, {50}}));
}

TEST_F(Maps, PartsOfAnObjectJoinOnlyWhereTheyContinue) {
  insert(region(20, 30, 3, readable, 100));
  insert(region(30, 40, 3, readable, 110));
  insert(region(40, 50, 3, readable, 121));
  compare();
  EXPECT_EQ(uses.count[3], 2);
}

TEST_F(Maps, ARemovedMiddleLeavesBothEnds) {
  insert(region(20, 50, 3, readable, 100));
  remove({{30}, {40}});
  compare();
  EXPECT_EQ(map.find(pool, {35}), 0);
  EXPECT_EQ(pool[map.find(pool, {40})].page_of_object({40}), 120u);
}

TEST_F(Maps, FreeRangesAreFoundFromAbove) {
  const Range within{{low}, {high}};
  EXPECT_EQ(map.find_free(pool, 10, within), (Range{{390}, {400}}));
  insert(region(380, 400));
  EXPECT_EQ(map.find_free(pool, 10, within), (Range{{370}, {380}}));
  insert(region(365, 375));
  EXPECT_EQ(map.find_free(pool, 5, within), (Range{{375}, {380}}));
  EXPECT_EQ(map.find_free(pool, 10, within), (Range{{355}, {365}}));
  EXPECT_TRUE(map.find_free(pool, 350, within).empty());
  EXPECT_TRUE(map.find_free(pool, high - low + 1, within).empty());
}

TEST_F(Maps, ARegionMayStretch) {
  insert(region(100, 110, 3, readable, 50));
  map.stretch(pool, map.first(), {{90}, {120}});
  EXPECT_EQ(pool[map.first()].first, 40u);
  EXPECT_EQ(map.pages(), 30u);
}

TEST_F(Maps, WrappingAndForeignAddressesTouchNothing) {
  Range range;
  EXPECT_FALSE(touch(~u64{0} - 10, 20, range));
  EXPECT_FALSE(touch(0, 4096, range));
  EXPECT_FALSE(touch(0x7fff'ffff'f000, 1, range));
  EXPECT_FALSE(touch(0x1000, 0, range));
  ASSERT_TRUE(touch(0x1fff, 2, range));
  EXPECT_EQ(range, (Range{{1}, {3}}));
}

TEST_F(Maps, AreTheModelAfterAnyOperations) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](u64 limit) { return random() % limit; };
    for (int step = 0; step < 800; ++step) {
      const u64 begin = low + below(high - low - 1);
      const Range range{{begin}, {begin + 1 + below(std::min<u64>(high - begin, 60))}};
      switch (below(5)) {
        case 0:
        case 1: {
          if (!map.is_free(pool, range)) remove(range);
          const auto object = static_cast<ObjectIndex>(below(4));
          // Chosen so that neighbours of one object often continue each other.
          insert(region(range.begin.number, range.end.number, object, static_cast<u8>(1 + below(3)),
                        object == 0 ? 0 : begin));
          break;
        }
        case 2:
          remove(range);
          break;
        case 3:
          protect(range, static_cast<u8>(below(4)));
          break;
        case 4: {
          const u64 pages = 1 + below(40);
          const Range free = map.find_free(pool, pages, {{low}, {high}});
          if (free.empty()) break;
          ASSERT_TRUE(map.is_free(pool, free));
          for (u64 page = free.begin.number; page < free.end.number; ++page) ASSERT_FALSE(model.contains(page));
          break;
        }
      }
      bool all = true;
      for (u64 page = range.begin.number; page < range.end.number; ++page) all &= model.contains(page);
      ASSERT_EQ(map.covered(pool, range), all);
      const u64 probe = low + below(high - low);
      ASSERT_EQ(map.find(pool, {probe}) != 0, model.contains(probe));
      ASSERT_NO_FATAL_FAILURE(compare());
    }
    remove({{0}, {1000}});
    ASSERT_NO_FATAL_FAILURE(compare());
    ASSERT_EQ(pool.available(), storage.size() - 1);
  }
}

}  // namespace
}  // namespace memory
