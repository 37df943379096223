// SPDX-License-Identifier: BSD-2-Clause
// Sessions, signals and the background.
#include "servers/terminal/tests/fixture.hpp"

namespace terminal::tests {
namespace {

TEST_F(TerminalTest, SendsSignalsToTheForeground) {
  take_console();
  type(0, "abc");
  type(0, "\x03");
  EXPECT_TRUE(process_told);
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 2}}));
  EXPECT_EQ(shown(0), "abc^C");
  EXPECT_TRUE(ask<answer::Done>(answer::SetGroup{console, caller(leader), 20}));
  type(0, "\x1c\x1a");
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 2}, {20, 3}, {20, 20}}));
  EXPECT_EQ(take_signals(1), (std::vector<std::pair<u32, u32>>{{20, 3}, {20, 20}}));
  EXPECT_EQ(take_signals(3), (std::vector<std::pair<u32, u32>>{}));
  EXPECT_EQ(last_signal, 3u);
}

TEST_F(TerminalTest, SendsNoSignalWithoutASession) {
  type(0, "\x03");
  EXPECT_TRUE(take_signals(0).empty());
}

TEST_F(TerminalTest, HasMoreSignalsThanOneAnswerHolds) {
  take_console();
  for (u32 group = 100; group < 110; ++group) {
    EXPECT_TRUE(ask<answer::Done>(answer::SetGroup{console, caller(leader, leader, leader, true), group}));
    type(0, "\x03");
  }
  EXPECT_EQ(take_signals(0).size(), 5u);
  EXPECT_EQ(take_signals(last_signal).size(), 5u);
  EXPECT_TRUE(take_signals(last_signal).empty());
}

TEST_F(TerminalTest, TellsOnceOfManyPresses) {
  take_console();
  for (unsigned i = 0; i < 100; ++i) type(0, "\x03");
  EXPECT_EQ(take_signals(0).size(), 1u);
}

TEST_F(TerminalTest, KeepsTheBackgroundBack) {
  take_console();
  const auto behind = caller(30, 30, leader);
  type(0, "text\n");
  EXPECT_FALSE(read(console, 100, behind));
  EXPECT_EQ(reason, Reason::background);
  EXPECT_TRUE(write(console, "may write\n", behind));
  Attributes wanted = attributes(console);
  wanted.local |= local_flag::stop_background;
  EXPECT_FALSE(set(console, wanted, answer::When::now, behind));
  EXPECT_EQ(reason, Reason::background);
  EXPECT_TRUE(set(console, wanted, answer::When::now, caller(leader)));
  EXPECT_FALSE(write(console, "may not", behind));
  EXPECT_EQ(reason, Reason::background);
  EXPECT_FALSE(ask<answer::Done>(answer::SetGroup{console, behind, 30}));
  EXPECT_EQ(reason, Reason::background);
  EXPECT_TRUE(ask<answer::Done>(answer::SetGroup{console, caller(30, 30, leader, true), 30}))
      << "who ignores SIGTTOU may";
  EXPECT_EQ(read(console, 100, behind), "text\n");
  EXPECT_TRUE(read(console, 100, caller(99)).has_value() || reason == Reason::would_block)
      << "another session is not the terminal's background";
}

TEST_F(TerminalTest, BelongsToOneSession) {
  EXPECT_FALSE(ask<answer::GroupIs>(answer::GetGroup{console, caller(leader)}));
  EXPECT_EQ(reason, Reason::not_controlling);
  take_console();
  const auto group = ask<answer::GroupIs>(answer::GetGroup{console, caller(12, 12, leader)});
  EXPECT_EQ(group->group, leader);
  EXPECT_EQ(group->session, leader);
  EXPECT_EQ(open("tty", caller(12, 12, leader)), console);
  // A second leader gets none by opening it, and may not take it.
  EXPECT_EQ(open("console", caller(50), false), console);
  EXPECT_FALSE(ask<answer::GroupIs>(answer::GetGroup{console, caller(50)}));
  EXPECT_FALSE(ask<answer::Done>(answer::Control{console, caller(50), false}));
  EXPECT_EQ(reason, Reason::not_permitted);
  EXPECT_TRUE(ask<answer::Done>(answer::Control{console, caller(50), true}));
  EXPECT_EQ(open("tty", caller(50)), console);
  EXPECT_FALSE(open("tty", caller(leader)));
}

TEST_F(TerminalTest, IsTakenByLeadersOnly) {
  EXPECT_EQ(open("console", caller(12, 12, leader), false), console);
  EXPECT_FALSE(open("tty", caller(12, 12, leader)));
  EXPECT_FALSE(ask<answer::Done>(answer::Control{console, caller(12, 12, leader), false}));
  EXPECT_EQ(reason, Reason::not_permitted);
  EXPECT_TRUE(ask<answer::Done>(answer::Control{console, caller(leader), false}));
  EXPECT_TRUE(ask<answer::Done>(answer::Control{console, caller(leader), false}));
  EXPECT_FALSE(ask<answer::Done>(answer::Control{1, caller(leader), false})) << "it has one";
}

TEST_F(TerminalTest, IsGivenUp) {
  take_console();
  EXPECT_TRUE(ask<answer::Done>(answer::Release{console, caller(12, 12, leader)})) << "its own affair";
  EXPECT_EQ(open("tty", caller(leader)), console);
  EXPECT_TRUE(ask<answer::Done>(answer::Release{console, caller(leader)}));
  EXPECT_FALSE(open("tty", caller(leader)));
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 1}, {leader, 18}}));
  EXPECT_FALSE(ask<answer::Done>(answer::Release{console, caller(leader)}));
  EXPECT_EQ(reason, Reason::not_controlling);
}

TEST_F(TerminalTest, IsFreeWhenItsSessionEnds) {
  take_console();
  ask<answer::Done>(answer::SetGroup{console, caller(leader), 20});
  EXPECT_TRUE((ask<signals::Done, contract::signals::Exporter>(signals::EndSession{leader})));
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{20, 1}, {20, 18}}));
  EXPECT_TRUE((ask<signals::Done, contract::signals::Exporter>(signals::EndSession{leader})));
  EXPECT_EQ(take_signals(0).size(), 2u);
  EXPECT_EQ(open("console", caller(60), false), console);
  EXPECT_EQ(open("tty", caller(60)), console);
}

TEST_F(TerminalTest, HasASize) {
  auto size = ask<answer::Size>(answer::GetSize{console});
  EXPECT_EQ(size->rows, 24);
  EXPECT_EQ(size->columns, 80);
  take_console();
  EXPECT_TRUE(ask<answer::Done>(answer::SetSize{console, 50, 132, 0, 0}));
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 28}}));
  EXPECT_TRUE(ask<answer::Done>(answer::SetSize{console, 50, 132, 0, 0}));
  EXPECT_EQ(take_signals(1).size(), 0u) << "the same size is no news";
  EXPECT_EQ(ask<answer::Size>(answer::GetSize{console})->columns, 132);
}

}  // namespace
}  // namespace terminal::tests
