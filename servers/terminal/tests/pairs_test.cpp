// SPDX-License-Identifier: BSD-2-Clause
// Pseudo-terminals: a master and a slave each.
#include "servers/terminal/tests/fixture.hpp"

namespace terminal::tests {
namespace {

TEST_F(TerminalTest, AreTwoEnds) {
  const auto [master, slave] = pair();
  EXPECT_EQ(slave, 64u);
  EXPECT_EQ(write(master, "typed\n"), 6u);
  EXPECT_EQ(read(master), "typed\r\n");
  EXPECT_EQ(read(slave), "typed\n");
  EXPECT_EQ(write(slave, "shown\n"), 6u);
  EXPECT_EQ(poll(master), 1u | 4u);
  EXPECT_EQ(read(master, 3), "sho");
  EXPECT_EQ(read(master), "wn\r\n");
  EXPECT_FALSE(read(master));
  EXPECT_EQ(reason, Reason::would_block);
  EXPECT_EQ(ask<answer::Listed>(answer::List{})->slaves, 1u);
  // Attributes, size and group of either end are the pair's.
  EXPECT_EQ(attributes(master), attributes(slave));
  EXPECT_TRUE(ask<answer::Done>(answer::SetSize{master, 30, 90, 1, 2}));
  EXPECT_EQ(ask<answer::Size>(answer::GetSize{slave})->rows, 30);
}

TEST_F(TerminalTest, AreMadeOnceForEachKey) {
  const auto first = open("ptmx", {}, true, 7);
  EXPECT_EQ(open("ptmx", {}, true, 7), first);
  EXPECT_NE(open("ptmx", {}, true, 8), first);
  for (u32 key = 20; key < 20 + max_pairs - 2; ++key) EXPECT_TRUE(open("ptmx", {}, true, key));
  EXPECT_FALSE(open("ptmx", {}, true, 99));
  EXPECT_EQ(reason, Reason::no_room);
  close(*first);
  EXPECT_EQ(open("ptmx", {}, true, 99), first);
}

TEST_F(TerminalTest, AreLockedAtFirst) {
  const auto master = open("ptmx");
  EXPECT_FALSE(open("pts/0"));
  EXPECT_EQ(reason, Reason::locked);
  EXPECT_FALSE(ask<answer::Done>(answer::SetLock{64, false})) << "that is the master's to do";
  EXPECT_TRUE(ask<answer::Done>(answer::SetLock{*master, false}));
  EXPECT_TRUE(open("pts/0"));
}

TEST_F(TerminalTest, EndWithTheSlave) {
  const auto [master, slave] = pair();
  write(slave, "last words");
  close(slave);
  EXPECT_EQ(poll(master) & 17u, 17u);
  EXPECT_EQ(read(master), "last words");
  EXPECT_FALSE(read(master));
  EXPECT_EQ(reason, Reason::hung_up);
  EXPECT_TRUE(open("pts/0")) << "it may be opened again";
  EXPECT_FALSE(read(master));
  EXPECT_EQ(reason, Reason::would_block);
}

TEST_F(TerminalTest, EndWithTheMaster) {
  const auto [master, slave] = pair();
  EXPECT_EQ(open("pts/0", caller(70), false), slave);
  EXPECT_TRUE(ask<answer::Done>(answer::SetGroup{slave, caller(70), 71}));
  write(master, "unread\n");
  close(master);
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{70, 1}, {70, 18}, {71, 1}, {71, 18}}));
  EXPECT_EQ(read(slave), "");
  EXPECT_FALSE(write(slave, "x"));
  EXPECT_EQ(reason, Reason::hung_up);
  EXPECT_EQ(poll(slave), 1u | 4u | 8u | 16u);
  EXPECT_FALSE(open("pts/0"));
  close(slave);
  close(slave);
  EXPECT_EQ(open("ptmx", {}, true, 5), master) << "the pair is free again";
}

TEST_F(TerminalTest, HoldTheWriterBack) {
  const auto [master, slave] = pair();
  make_raw(slave);
  const std::string text(20'000, 'y');
  std::string got;
  u64 done = 0;
  while (got.size() < text.size()) {
    if (const auto count = write(slave, text.substr(done))) done += *count;
    if (const auto piece = read(master)) got += *piece;
  }
  EXPECT_EQ(got, text);
  got.clear(), done = 0;
  while (got.size() < text.size()) {
    if (const auto count = write(master, text.substr(done))) done += *count;
    if (const auto piece = read(slave)) got += *piece;
  }
  EXPECT_EQ(got, text);
}

TEST_F(TerminalTest, TellsTheFileServerOfChanges) {
  const auto [master, slave] = pair();
  ask<answer::Changes>(answer::TakeChanges{});
  file_told = false;
  write(master, "x\n");
  EXPECT_TRUE(file_told);
  file_told = false;
  write(master, "y\n");
  EXPECT_FALSE(file_told) << "it knows and has not asked yet";
  const auto changes = ask<answer::Changes>(answer::TakeChanges{});
  EXPECT_EQ(changes->slaves, 1u);
  EXPECT_EQ(changes->masters, 1u);
  EXPECT_EQ(changes->ports, 0u);
  type(1, "z");
  EXPECT_TRUE(file_told);
  EXPECT_EQ(ask<answer::Changes>(answer::TakeChanges{})->ports, 2u);
}

}  // namespace
}  // namespace terminal::tests
