// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/blame.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using component::slot::Wait;
using reincarnation::blame;
using reincarnation::Late;

constexpr abi::u16 nobody = 0xffff;

TEST(Blame, FallsOnNobodyWhileAllAreInTime) {
  EXPECT_EQ(blame({}), std::nullopt);
  EXPECT_EQ(blame(std::vector<Wait>{{1, nobody, 5, 6, false}, {2, 1, 6, 7, false}}), std::nullopt);
}

TEST(Blame, FallsOnWhoIsCalled) { EXPECT_EQ(blame(std::vector<Wait>{{1, nobody, 5, 6, true}}), (Late{6, 5})); }

TEST(Blame, FollowsTheChainToItsEnd) {
  const std::vector<Wait> waits{
      {3, 2, 7, 8, false}, {2, 1, 6, 7, false}, {9, nobody, 4, 6, false}, {1, nobody, 5, 6, true}};
  EXPECT_EQ(blame(waits), (Late{8, 5}));
}

TEST(Blame, FollowsTheThreadThatServesTheCall) {
  EXPECT_EQ(blame(std::vector<Wait>{{1, nobody, 5, 6, true}, {2, 1, 6, 7, false}, {3, 9, 6, 8, false}}), (Late{7, 5}));
  EXPECT_EQ(blame(std::vector<Wait>{{1, nobody, 5, 6, true}, {2, 9, 6, 7, false}, {3, 1, 6, 8, false}}), (Late{8, 5}));
}

TEST(Blame, FollowsAnotherWhereTheCallIsNotServedYet) {
  EXPECT_EQ(blame(std::vector<Wait>{{1, nobody, 5, 6, true}, {2, 9, 6, 7, false}}), (Late{7, 5}));
}

TEST(Blame, ComesToAnEndInACircle) { EXPECT_TRUE(blame(std::vector<Wait>{{1, 2, 5, 6, true}, {2, 1, 6, 5, false}})); }

}  // namespace
