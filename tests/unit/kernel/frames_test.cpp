// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/frames.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kernel {
namespace {

constexpr u32 count = 256;
constexpr unsigned disk = 2, network = 5;

class Pins : public testing::Test {
 protected:
  Pins() : memory_(Frames::table_size(count) / sizeof(u64) + 1) { frames_.initialise(memory_.data(), count); }

  u32 pins(u32 frame) { return frames_[{frame}].pins; }

  std::vector<u64> memory_;
  Frames frames_;
};

TEST_F(Pins, AreCountedForEachComponent) {
  for (unsigned i = 0; i < 15; ++i) EXPECT_TRUE(frames_.pin({7}, disk));
  EXPECT_FALSE(frames_.pin({7}, disk));
  EXPECT_TRUE(frames_.pin({7}, network));
  EXPECT_EQ(pins(7), 15u << 4 * disk | 1u << 4 * network);
  EXPECT_TRUE(frames_.pin({7}, network, false));
  EXPECT_FALSE(frames_.pin({7}, network, false));
  EXPECT_EQ(pins(7), 15u << 4 * disk);
}

TEST_F(Pins, AreTakenBackFromOneComponentOnly) {
  frames_.pin({3}, disk);
  frames_.pin({3}, network);
  frames_.pin({count - 1}, disk);
  frames_.pin({count - 1}, disk);
  u64 at = 0;
  unsigned steps = 1;
  while (!frames_.release_pins(disk, at, 100)) ++steps;
  EXPECT_EQ(steps, 3u);
  EXPECT_EQ(pins(3), 1u << 4 * network);
  EXPECT_EQ(pins(count - 1), 0u);
  EXPECT_TRUE(frames_.pin({3}, disk));
  EXPECT_EQ(pins(3), 1u << 4 * disk | 1u << 4 * network);
}

// A reset is not to look at all of memory for pins that are not there.
TEST_F(Pins, AreNotLookedForBehindTheLast) {
  u64 at = 0;
  EXPECT_TRUE(frames_.release_pins(disk, at, count));
  EXPECT_EQ(at, 0u);
  frames_.pin({9}, disk);
  frames_.pin({200}, disk);
  frames_.pin({200}, disk, false);
  EXPECT_TRUE(frames_.release_pins(disk, at, count));
  EXPECT_EQ(at, 10u);
  EXPECT_EQ(pins(9), 0u);
}

}  // namespace
}  // namespace kernel
