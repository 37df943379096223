// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/frames.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace kernel {
namespace {

constexpr u32 count = 256;
constexpr unsigned disk = 2, network = 5;

class FrameTable : public testing::Test {
 protected:
  FrameTable() : memory_(Frames::table_size(count) / sizeof(u64) + 1) { frames_.initialise(memory_.data(), count); }

  u32 pins(u32 frame) { return frames_[{frame}].pins; }

  std::vector<u64> memory_;
  Frames frames_;
};

TEST_F(FrameTable, PinsAreCountedForEachComponent) {
  for (unsigned i = 0; i < 15; ++i) EXPECT_TRUE(frames_.pin({7}, disk));
  EXPECT_FALSE(frames_.pin({7}, disk));
  EXPECT_TRUE(frames_.pin({7}, network));
  EXPECT_EQ(pins(7), 15u << 4 * disk | 1u << 4 * network);
  EXPECT_TRUE(frames_.pin({7}, network, false));
  EXPECT_FALSE(frames_.pin({7}, network, false));
  EXPECT_EQ(pins(7), 15u << 4 * disk);
}

TEST_F(FrameTable, PinsAreTakenBackFromOneComponentOnly) {
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
TEST_F(FrameTable, PinsAreNotLookedForBehindTheLast) {
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

// Whole runs are kept for those who need them: single frames come from what is in part used already.
TEST_F(FrameTable, GivesEachFrameOnceAndRunsWhileThereAreAny) {
  EXPECT_EQ(frames_.take(FrameType::slot, 1).value, no_frame.value) << "all are absent at first";
  for (u32 frame = run_frames; frame < count; ++frame) frames_.give_back({frame});
  EXPECT_EQ(frames_.free_count(), count - run_frames);
  std::vector<u32> singles;
  for (unsigned i = 0; i < 3; ++i) singles.push_back(frames_.take(FrameType::slot, 1).value);
  EXPECT_EQ(singles[0] / run_frames, singles[2] / run_frames);
  std::vector<u32> runs;
  for (;;) {
    const FrameNumber run = frames_.take(FrameType::data, 2, run_frames);
    if (run.value == no_frame.value) break;
    EXPECT_EQ(run.value % run_frames, 0u);
    runs.push_back(run.value);
  }
  EXPECT_EQ(runs.size(), count / run_frames - 2) << "all but the absent one and the one in part used";
  // In turn, so that what is known of each is found among the others.
  for (u32 i = 0; i < run_frames; i += 2)
    for (const u32 run : {runs[2], runs[0], runs[5]}) frames_.give_back({run + i});
  EXPECT_EQ(frames_.take(FrameType::data, 2, run_frames).value, no_frame.value);
  const u32 left = frames_.free_count();
  EXPECT_EQ(left, run_frames - 3 + 3 * run_frames / 2);
  std::vector<bool> taken(count);
  for (u32 i = 0; i < left; ++i) {
    const u32 frame = frames_.take(FrameType::slot, 3).value;
    ASSERT_LT(frame, count);
    EXPECT_FALSE(taken[frame]);
    taken[frame] = true;
    EXPECT_EQ(frames_[{frame}].owner, 3);
  }
  EXPECT_EQ(frames_.take(FrameType::slot, 1).value, no_frame.value);
  EXPECT_FALSE(frames_.exists(0));
  EXPECT_FALSE(frames_.exists(count));
  EXPECT_TRUE(frames_.exists(run_frames));
}

}  // namespace
}  // namespace kernel
