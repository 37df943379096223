// SPDX-License-Identifier: BSD-2-Clause
// Reading without lines, by counts and timers.
#include "servers/terminal/tests/fixture.hpp"

namespace terminal::tests {
namespace {

TEST_F(TerminalTest, ReadsWithATimerFromTheBeginning) {
  make_raw(console, 0, 5);
  EXPECT_FALSE(read(console));
  EXPECT_EQ(reason, Reason::would_block);
  ask<answer::Changes>(answer::TakeChanges{});
  file_told = false;
  pass(400);
  EXPECT_FALSE(file_told);
  EXPECT_FALSE(read(console, 10, {}, true, true));
  pass(100);
  EXPECT_TRUE(file_told);
  EXPECT_EQ(read(console, 10, {}, true, true), "");
  EXPECT_FALSE(read(console)) << "the next read has a timer of its own";
  type(0, "ab");
  EXPECT_EQ(read(console, 10, {}, true, true), "ab");
}

TEST_F(TerminalTest, ReadsWithATimerBetweenBytes) {
  make_raw(console, 10, 5);
  EXPECT_FALSE(read(console));
  pass(2000);
  EXPECT_FALSE(read(console, 10, {}, true, true)) << "no byte, no timer";
  type(0, "ab");
  EXPECT_FALSE(read(console, 10, {}, true, true));
  pass(400);
  type(0, "c");
  EXPECT_FALSE(read(console, 10, {}, true, true));
  pass(400);
  EXPECT_FALSE(read(console, 10, {}, true, true));
  file_told = false;
  ask<answer::Changes>(answer::TakeChanges{});
  pass(100);
  EXPECT_TRUE(file_told);
  EXPECT_EQ(read(console, 10, {}, true, true), "abc");
}

TEST_F(TerminalTest, ReadsAsManyAsAreWanted) {
  make_raw(console, 4);
  type(0, "abc");
  EXPECT_FALSE(read(console));
  EXPECT_EQ(read(console, 3), "abc") << "it wants no more than three";
  type(0, "de");
  EXPECT_EQ(read(console, 100, {}, false), "de") << "without waiting what there is";
}

}  // namespace
}  // namespace terminal::tests
