// SPDX-License-Identifier: BSD-2-Clause
// Terminals on serial ports: what is typed and shown, flow control, settings.
#include "lib/driver/tests/contract_host.hpp"
#include "servers/terminal/tests/fixture.hpp"

namespace terminal::tests {
namespace {

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

}  // namespace
}  // namespace terminal::tests
