// SPDX-License-Identifier: BSD-2-Clause
#include "lib/driver/tests/contract_host.hpp"
#include "servers/terminal/tests/world.hpp"

namespace {

using namespace terminal;
using terminal::tests::Killed;
using terminal::tests::World;

class TerminalTest : public World {
 protected:
  void SetUp() override {
    ports.ports[0];
    ports.ports[1];
    start();
  }
  // A session on the console whose leader is process 10.
  static constexpr u32 console = 0, leader = 10;
  void take_console() { EXPECT_EQ(open("console", caller(leader), false), console); }
  /// Master and slave of a new pair.
  std::pair<u32, u32> pair(u32 key = 1) {
    const auto master = open("ptmx", {}, true, key);
    EXPECT_TRUE(master);
    EXPECT_TRUE(ask<answer::Done>(answer::SetLock{*master, false}));
    const auto slave = open("pts/" + std::to_string(*master - 128));
    EXPECT_TRUE(slave);
    return {*master, *slave};
  }
};

// ---- ports ----

TEST_F(TerminalTest, TakesLinesFromThePort) {
  type(0, "hello\n");
  EXPECT_EQ(shown(0), "hello\r\n");
  EXPECT_TRUE(file_told);
  EXPECT_EQ(poll(console), 1u | 4u);
  EXPECT_EQ(read(console), "hello\n");
  EXPECT_FALSE(read(console));
  EXPECT_EQ(reason, Reason::would_block);
  EXPECT_EQ(poll(console), 4u);
}

TEST_F(TerminalTest, ShowsWhatIsWritten) {
  EXPECT_EQ(write(console, "one\ntwo\n"), 8u);
  EXPECT_EQ(shown(0), "one\r\ntwo\r\n");
  EXPECT_EQ(write(1, "elsewhere"), 9u);
  EXPECT_EQ(shown(1), "elsewhere");
  EXPECT_EQ(shown(0), "");
}

TEST_F(TerminalTest, KnowsItsNames) {
  EXPECT_EQ(open("console"), 0u);
  EXPECT_EQ(open("ttyS0"), 0u);
  EXPECT_EQ(open("ttyS1"), 1u);
  for (const char* name : {"ttyS2", "ttyS9", "ttyS", "ttyS0x", "pts/0", "pts/99", "tty1", "", "tty"}) {
    EXPECT_FALSE(open(name, caller(3))) << name;
    EXPECT_EQ(reason, Reason::absent) << name;
  }
  const auto listed = ask<answer::Listed>(answer::List{});
  EXPECT_EQ(listed->ports, 3u);
  EXPECT_EQ(listed->slaves, 0u);
}

TEST_F(TerminalTest, WaitsForRoomInThePort) {
  ports.leave(0, 100);
  const std::string text(6000, 'x');
  u64 done = *write(console, text);
  EXPECT_LT(done, 6000u);
  while (const auto more = write(console, text.substr(done))) done += *more;
  EXPECT_EQ(reason, Reason::would_block);
  EXPECT_EQ(poll(console), 0u);
  ask<answer::Changes>(answer::TakeChanges{});
  file_told = false;
  while (done < text.size()) {
    ports.leave(0, 1000);
    server->on_room();
    EXPECT_TRUE(file_told);
    if (const auto more = write(console, text.substr(done))) done += *more;
  }
  ports.leave(0);
  server->on_room();
  EXPECT_EQ(shown(0), text);
}

TEST_F(TerminalTest, LeavesInputThatNobodyReadsWithThePort) {
  std::string typed;
  for (unsigned i = 0; i < 3000; ++i) typed += "line " + std::to_string(i) + "\n";
  type(0, typed);
  EXPECT_LT(ports.ports[0].input_first, 5000u);
  std::string got;
  for (unsigned i = 0; i < 3000; ++i) got += read(console).value_or("?");
  EXPECT_EQ(got, typed);
}

TEST_F(TerminalTest, StopsAndStartsByCharacters) {
  type(0, "\x13");
  write(console, "hidden");
  EXPECT_EQ(shown(0), "");
  type(0, "\x11");
  EXPECT_EQ(shown(0), "hidden");
}

TEST_F(TerminalTest, StopsAndStartsByRequest) {
  EXPECT_TRUE(ask<answer::Done>(answer::ControlFlow{console, {}, answer::Flow::stop_output}));
  write(console, "hidden");
  EXPECT_EQ(shown(0), "");
  EXPECT_TRUE(ask<answer::Done>(answer::ControlFlow{console, {}, answer::Flow::start_output}));
  EXPECT_EQ(shown(0), "hidden");
  EXPECT_TRUE(ask<answer::Done>(answer::ControlFlow{console, {}, answer::Flow::send_stop}));
  EXPECT_EQ(shown(0), "\x13");
}

TEST_F(TerminalTest, SetsThePort) {
  Attributes wanted = attributes(console);
  EXPECT_EQ(wanted.output_speed, 115'200u);
  wanted.control = control_flag::receive | 13 | 0x20 | control_flag::parity | control_flag::two_stops;
  EXPECT_TRUE(set(console, wanted, answer::When::now, {}, old_attributes_bytes));
  const PortSettings& last = ports.ports[0].settings.back();
  EXPECT_EQ(last, (PortSettings{9600, 7, 2, true, false, false, false}));
  EXPECT_EQ(attributes(console).output_speed, 9600u);
  const std::size_t before = ports.ports[0].settings.size();
  EXPECT_TRUE(set(console, attributes(console)));
  EXPECT_EQ(ports.ports[0].settings.size(), before) << "nothing is different";
  wanted.control = control_flag::speed_other | 0x30;
  wanted.output_speed = 12'345;
  EXPECT_TRUE(set(console, wanted));
  EXPECT_EQ(ports.ports[0].settings.back().baud, 12'345u);
}

TEST_F(TerminalTest, SetsWhenTheOutputHasLeft) {
  ports.leave(0, 4);
  write(console, "12345678");
  Attributes raw = attributes(console);
  raw.local = 0;
  type(0, "old\n");
  EXPECT_FALSE(set(console, raw, answer::When::flushed));
  EXPECT_EQ(reason, Reason::would_block);
  ask<answer::Changes>(answer::TakeChanges{});
  file_told = false;
  pass(100);
  EXPECT_FALSE(file_told);
  ports.leave(0);
  server->on_room();
  ports.leave(0);
  pass(100);
  EXPECT_TRUE(file_told);
  EXPECT_TRUE(set(console, raw, answer::When::flushed));
  EXPECT_FALSE(read(console)) << "what was typed has been flushed";
}

TEST_F(TerminalTest, Drains) {
  ports.leave(0, 4);
  write(console, "12345678");
  EXPECT_FALSE(ask<answer::Done>(answer::Drain{console, {}}));
  EXPECT_EQ(reason, Reason::would_block);
  EXPECT_EQ(ask<answer::QueuedIs>(answer::Queued{console})->output, 8u);
  ports.leave(0);
  server->on_room();
  ports.leave(0);
  EXPECT_TRUE(ask<answer::Done>(answer::Drain{console, {}}));
}

TEST_F(TerminalTest, FlushesBothWays) {
  ports.leave(0, 4);
  write(console, "12345678");
  type(0, "typed\n");
  EXPECT_EQ(ask<answer::QueuedIs>(answer::Queued{console})->input, 6u);
  EXPECT_TRUE(ask<answer::Done>(answer::Flush{console, {}, answer::Queue::both}));
  EXPECT_FALSE(read(console));
  ports.leave(0);
  write(console, "now");
  EXPECT_EQ(ports.ports[0].output, "now");
}

TEST_F(TerminalTest, SendsABreak) {
  EXPECT_TRUE(ask<answer::Done>(answer::SendBreak{console, {}}));
  EXPECT_TRUE(ports.ports[0].in_break);
  pass(200);
  EXPECT_TRUE(ports.ports[0].in_break);
  pass(100);
  EXPECT_FALSE(ports.ports[0].in_break);
}

// ---- reading without lines ----

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

// ---- sessions and signals ----

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

// ---- pseudo-terminals ----

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

TEST_F(TerminalTest, TakesNothingOverALendThatFails) {
  type(0, "text\n");
  bad_lend = true;
  EXPECT_FALSE(read(console));
  EXPECT_EQ(reason, Reason::memory);
  EXPECT_FALSE(write(console, "x"));
  EXPECT_EQ(reason, Reason::memory);
  bad_lend = false;
  EXPECT_EQ(read(console), "text\n");
}

TEST_F(TerminalTest, KnowsNoOtherNumbers) {
  for (const u32 terminal : {2u, 4u, 63u, 64u, 71u, 72u, 127u, 128u, 136u, ~0u}) {
    EXPECT_FALSE(read(terminal)) << terminal;
    EXPECT_EQ(reason, Reason::absent);
    EXPECT_FALSE(write(terminal, "x"));
    EXPECT_FALSE(ask<answer::Size>(answer::GetSize{terminal}));
    close(terminal);
  }
}

// ---- death ----

TEST_F(TerminalTest, GoesOnWhereItWas) {
  take_console();
  const auto [master, slave] = pair();
  type(0, "half a li");
  write(master, "whole\npart");
  write(slave, "unread");
  Attributes wanted = attributes(1);
  wanted.local = 0;
  EXPECT_TRUE(set(1, wanted));
  type(0, "\x1a");
  start();
  EXPECT_EQ(attributes(1), wanted);
  EXPECT_EQ(take_signals(0), (std::vector<std::pair<u32, u32>>{{leader, 20}}));
  type(0, "full line\n");
  EXPECT_EQ(read(console, 100, caller(leader)), "full line\n");
  EXPECT_EQ(read(slave), "whole\n");
  EXPECT_EQ(read(master), "whole\r\npartunread");
  EXPECT_EQ(open("tty", caller(leader)), console);
}

TEST_F(TerminalTest, AnswersAWriteOnceThoughItComesTwice) {
  EXPECT_EQ(write(console, "once\n"), 5u);
  start();
  EXPECT_EQ(write(console, "once\n", {}, true), 5u);
  EXPECT_EQ(shown(0), "once\r\n");
}

TEST_F(TerminalTest, LosesAndDoublesNothingWhereverItDies) {
  // Lines are typed and read, text is written; the server dies at each call of the driver and of the vault in turn.
  unsigned deaths = 0;
  for (unsigned at = 1;; ++at) {
    ports = {};
    ports.ports[0], ports.ports[1];
    kept_states.assign(max_lines, LineState{});
    kept_queue = {}, kept_once = {}, pending_once.reset();
    sequence = 0;
    at_keep = nullptr;
    start();
    Attributes quiet = attributes(0);
    quiet.local &= ~(local_flag::echo | local_flag::echo_control);
    quiet.output = 0;
    ASSERT_TRUE(set(0, quiet));
    unsigned calls = 0, died = 0;
    const auto die = [&] {
      if (++calls % at == 0 && died < 4) {
        ++died;
        throw Killed{};
      }
    };
    at_keep = ports.at_call = die;
    const auto whatever_comes = [&](auto request) {
      // As a shadow does: the same request again, to each new generation, until it is answered.
      for (bool again = false;; again = true) try {
          return request(again);
        } catch (const Killed&) {
          for (bool up = false; !up;) try {
              pending_once.reset();
              start();
              up = true;
            } catch (const Killed&) {
            }
        }
    };
    std::string typed, wrote, got;
    for (unsigned i = 0; i < 12; ++i) {
      const std::string line = "line " + std::to_string(i) + std::string(i * 13, 'z') + "\n";
      typed += line;
      ports.ports[0].input += line;
      whatever_comes([&](bool) { server->on_input(); return 0; });
      const std::string text = "text " + std::to_string(i) + std::string(i * 17, 'w') + "\n";
      for (std::size_t done = 0; done < text.size();) {
        const auto count = whatever_comes([&](bool again) { return write(0, text.substr(done), {}, again); });
        ASSERT_TRUE(count);
        done += *count;
      }
      wrote += text;
      if (i % 3 == 2) {
        for (unsigned j = 0; j < 3; ++j) {
          const auto piece = whatever_comes([&](bool again) { return read(0, 4096, {}, true, false, again); });
          got += piece.value_or("?");
        }
      }
    }
    ASSERT_EQ(got, typed) << "killed at each call number " << at;
    ASSERT_EQ(ports.ports[0].output, wrote) << "killed at each call number " << at;
    deaths += died;
    if (died == 0) break;
  }
  EXPECT_GT(deaths, 100u);
}

}  // namespace
