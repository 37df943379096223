// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/ext4/tests/model.hpp"

namespace ext4::testing {
namespace {

/// Operations with a comparison and e2fsck after each batch, and a mount anew after every third.
void work(Mounted& disk, RandomWork& random, int batches, int steps) {
  ASSERT_TRUE(disk.state) << describe(disk.state.error());
  for (int batch = 0; batch < batches; ++batch) {
    for (int i = 0; i < steps; ++i) ASSERT_EQ(random.step(), "") << "batch " << batch << " step " << i;
    ASSERT_EQ(random.release_all(), "") << "batch " << batch;
    ASSERT_EQ(random.compare(), "") << "batch " << batch;
    ASSERT_EQ(disk.check(), "") << "batch " << batch;
    if (batch % 3 == 0) {
      ASSERT_TRUE(disk.remount());
    } else {
      ASSERT_TRUE(disk.crash());
    }
    ASSERT_EQ(random.compare(), "") << "after mounting anew, batch " << batch;
  }
}

class Random : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Random, MixedWorkKeepsToTheModel) {
  Mounted disk(make_image(256));
  RandomWork random(disk, GetParam());
  work(disk, random, 6, 1500);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Random, ::testing::Range(1u, 5u));

}  // namespace
}  // namespace ext4::testing
