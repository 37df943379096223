// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cstdio>

#include "tests/unit/kernel/search.hpp"

namespace explore {
namespace {

class Exploration : public testing::TestWithParam<std::size_t> {};

TEST_P(Exploration, EveryStateIsSound) {
  const Shape& shape = shapes[GetParam()];
  const Found found = search(shape, 20'000'000);
  std::printf("%s: %zu states, %zu transitions, depth %u\n", shape.name, found.states, found.transitions, found.depth);
  EXPECT_EQ(found.violation, "");
  EXPECT_TRUE(found.fixpoint) << "stopped before everything was visited";
}

INSTANTIATE_TEST_SUITE_P(Shapes, Exploration, testing::Range<std::size_t>(0, shape_count));

}  // namespace
}  // namespace explore
