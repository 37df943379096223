// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/serial/uart16550/server.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "drivers/serial/uart16550/tests/fake_uart.hpp"
#include "lib/driver/tests/contract_host.hpp"

namespace {

using namespace uart16550;
using contract::Endpoint;
using contract::Message;
using contract::Tag;
using uart16550::tests::FakeUart;
using uart16550::tests::Killed;

class SerialTest : public ::testing::Test, public contract::HostMachine {
 protected:
  static constexpr unsigned client = 12, event_base = 30;

  SerialTest() { contract::Transport::machine = this; }
  ~SerialTest() { contract::Transport::machine = nullptr; }
  void SetUp() override { start(); }

  struct Instance {
    Uart uart{FakeUart::base};
    Server server;
  };
  /// A generation of the driver on the same device and the same streams.
  void start() {
    instance = std::make_unique<Instance>();
    instance->server.add_importer(client, 4, event_base);
    if (!instance->uart.detect()) return;
    instance->uart.start(*reinterpret_cast<Streams*>(memory));
    instance->server.add(0, instance->uart);
  }
  /// The kernel tells of a raised line.
  void serve() {
    for (unsigned i = 0; i < 100 && fake.raised(); ++i) instance->server.on_line(0);
  }

  template <class Out, class Request>
  std::optional<Out> ask(const Request& request) {
    Message message;
    request.encode(message);
    message.tag = Tag::of(Request::message_number, 0, Request::message_lends, ++sequence);
    const auto disposition = instance->server.dispatch(Endpoint::of(client, 1, 77, sequence), message);
    if (disposition == contract::Disposition::later) {
      if (!late) return std::nullopt;
      message = *std::exchange(late, std::nullopt);
    }
    failed.reset();
    if (contract::number_of(message.tag) == answer::Failed::message_number)
      failed = answer::Failed::decode(message, {}).reason;
    if (contract::number_of(message.tag) != Out::message_number) return std::nullopt;
    return Out::decode(message, {});
  }
  std::optional<answer::Written> write(u64 from, std::string_view text) {
    lent.assign(text.begin(), text.end());
    return ask<answer::Written>(answer::Write{0, from, contract::Lend::reading(std::as_bytes(std::span{lent}))});
  }
  std::optional<std::string> take(u64 from, std::size_t most = 4096) {
    lent.assign(most, '\0');
    taken = ask<answer::Taken>(answer::Take{0, from, contract::Lend::writing(std::as_writable_bytes(std::span{lent}))});
    if (!taken) return std::nullopt;
    return lent.substr(0, taken->count);
  }

  contract::Status call(Endpoint, Message&, u32) override { return contract::Status::refused; }
  contract::Status reply(Endpoint, const Message& message) override {
    late = message;
    return contract::Status::ok;
  }
  contract::Status notify(unsigned slot, u64 events) override {
    EXPECT_EQ(slot, client);
    raised |= events >> event_base;
    return contract::Status::ok;
  }
  contract::Status wake(Endpoint) override { return contract::Status::ok; }
  contract::Copied copy_in(Endpoint, unsigned, u64 offset, void* to, u64 length) override {
    if (fake.at_call) fake.at_call(true);
    std::memcpy(to, lent.data() + offset, length);
    return {contract::Status::ok, length};
  }
  contract::Copied copy_out(Endpoint, unsigned, u64 offset, const void* from, u64 length) override {
    if (fake.at_call) fake.at_call(true);
    std::memcpy(lent.data() + offset, from, length);
    return {contract::Status::ok, length};
  }

  FakeUart fake;
  alignas(Streams) std::byte memory[sizeof(Streams)] = {};
  std::unique_ptr<Instance> instance;
  std::string lent;
  std::optional<Message> late;
  std::optional<answer::Taken> taken;
  std::optional<answer::Reason> failed;
  u64 raised = 0;
  u32 sequence = 0;
};

TEST_F(SerialTest, StartsTheDevice) {
  EXPECT_EQ(fake.line_control, 3);
  EXPECT_EQ(fake.divisor, 1);
  EXPECT_EQ(fake.modem, 0x0b);
  EXPECT_EQ(fake.fifo_control & 1, 1);
  EXPECT_EQ(fake.enable & 5, 5);
}

TEST_F(SerialTest, SaysWhichPortsThereAre) {
  EXPECT_EQ(ask<answer::Opened>(answer::Open{})->present, 1);
  EXPECT_FALSE(ask<answer::PositionIs>(answer::Position{2}));
  EXPECT_EQ(failed, answer::Reason::absent);
  fake.has_scratch = false;
  start();
  EXPECT_EQ(ask<answer::Opened>(answer::Open{})->present, 0);
  EXPECT_FALSE(write(0, "x"));
}

TEST_F(SerialTest, Receives) {
  fake.type("hello, how do you do? all of us well.");
  serve();
  EXPECT_EQ(raised, 1u);
  EXPECT_EQ(take(0), "hello, how do you do? all of us well.");
  EXPECT_EQ(taken->ports, 0);
  EXPECT_EQ(take(5, 4), ", ho");
  EXPECT_EQ(taken->ports, 1);
  EXPECT_EQ(take(37), "");
  EXPECT_FALSE(take(36));
  EXPECT_EQ(failed, answer::Reason::gap);
  EXPECT_FALSE(take(38));
}

TEST_F(SerialTest, KeepsWhatWasTypedBeforeItStarted) {
  instance.reset();
  fake.fifo_control = 0;
  fake.enable = 0;
  fake.type("early");
  start();
  serve();
  EXPECT_EQ(take(0), "early");
}

TEST_F(SerialTest, LeavesOnTheLineWhatItHasNoRoomFor) {
  const std::string text(5000, 'q');
  fake.type(text);
  serve();
  EXPECT_EQ(fake.line.size(), 5000u - 2 * Streams::input_capacity - 16);
  EXPECT_EQ(fake.enable & 1, 0) << "no interrupt for what cannot be received";
  std::string all;
  while (all.size() < text.size()) {
    const auto piece = take(all.size(), 700);
    ASSERT_TRUE(piece && !piece->empty());
    all += *piece;
    serve();
  }
  EXPECT_EQ(all, text);
  EXPECT_EQ(fake.enable & 1, 1);
  EXPECT_EQ(taken->lost, 0u);
}

TEST_F(SerialTest, Sends) {
  EXPECT_EQ(write(0, "hello\r\n")->end, 7u);
  EXPECT_EQ(fake.sent, "hello\r\n");
  const auto position = ask<answer::PositionIs>(answer::Position{0});
  EXPECT_EQ(position->output_end, 7u);
  EXPECT_EQ(position->output_sent, 7u);
}

TEST_F(SerialTest, SendsByInterruptsWhereTheLineIsSlow) {
  fake.slow = true;
  std::string text;
  for (unsigned i = 0; i < 1000; ++i) text += static_cast<char>('a' + i % 26);
  EXPECT_EQ(write(0, text)->end, 1000u);
  EXPECT_EQ(fake.fifo_out.size(), 16u);
  while (fake.sent.size() < text.size()) {
    fake.leave();
    ASSERT_TRUE(fake.raised() || fake.sent.size() == text.size());
    serve();
  }
  EXPECT_EQ(fake.sent, text);
  EXPECT_EQ(fake.enable & 2, 0);
  EXPECT_EQ(raised, 0u);
}

TEST_F(SerialTest, TellsWhenThereIsRoomAgain) {
  fake.slow = true;
  const std::string text(4000, 'z');
  const u64 end = write(0, text)->end;
  EXPECT_EQ(end, Streams::output_capacity + 16);
  EXPECT_EQ(write(end, text.substr(end))->end, end);
  for (unsigned i = 0; i < 30; ++i) fake.leave(), serve();
  EXPECT_EQ(raised, 0u) << "not for a little room";
  for (unsigned i = 0; i < 30; ++i) fake.leave(), serve();
  EXPECT_EQ(raised, 2u);
}

TEST_F(SerialTest, SkipsOutputThatItHas) {
  EXPECT_EQ(write(0, "abc")->end, 3u);
  EXPECT_EQ(write(0, "abcdef")->end, 6u);
  EXPECT_EQ(write(2, "cd")->end, 6u);
  EXPECT_EQ(fake.sent, "abcdef");
  EXPECT_FALSE(write(7, "x"));
  EXPECT_EQ(failed, answer::Reason::gap);
}

TEST_F(SerialTest, Discards) {
  fake.slow = true;
  write(0, std::string(100, 'x'));
  EXPECT_EQ(ask<answer::Written>(answer::Discard{0})->end, 16u);
  write(16, "yes");
  for (unsigned i = 0; i < 10; ++i) fake.leave(), serve();
  EXPECT_EQ(fake.sent, std::string(16, 'x') + "yes");
}

answer::Configure settings(u32 baud, u8 bits = 8, u8 stops = 1, answer::Parity parity = answer::Parity::none,
                           bool flow = false) {
  return {.port = 0, .data_bits = bits, .stop_bits = stops, .parity = parity, .hardware_flow = flow, .baud = baud};
}

TEST_F(SerialTest, SetsTheLine) {
  EXPECT_TRUE(ask<answer::Done>(settings(9600, 7, 2, answer::Parity::even)));
  EXPECT_EQ(fake.divisor, 12);
  EXPECT_EQ(fake.line_control, 2 | 4 | 8 | 16);
  EXPECT_TRUE(ask<answer::Done>(settings(115200, 5, 1, answer::Parity::mark)));
  EXPECT_EQ(fake.line_control, 8 | 32);
  EXPECT_FALSE(ask<answer::Done>(settings(230400)));
  EXPECT_EQ(failed, answer::Reason::setting);
  EXPECT_FALSE(ask<answer::Done>(settings(1)));
  EXPECT_TRUE(ask<answer::Done>(answer::BreakLine{0, true}));
  EXPECT_EQ(fake.line_control, 8 | 32 | 64);
  EXPECT_TRUE(ask<answer::Done>(answer::BreakLine{0, false}));
  EXPECT_TRUE(ask<answer::Done>(answer::SetLines{0, false, true}));
  EXPECT_EQ(fake.modem, 0x0a);
}

TEST_F(SerialTest, SetsTheLineWhenTheOutputHasLeft) {
  fake.slow = true;
  write(0, std::string(20, 'x'));
  EXPECT_FALSE(ask<answer::Done>(settings(9600)));
  EXPECT_EQ(fake.divisor, 1);
  fake.leave(), serve();
  EXPECT_FALSE(late);
  fake.leave(), serve();
  ASSERT_TRUE(late);
  EXPECT_EQ(contract::number_of(late->tag), answer::Done::message_number);
  EXPECT_EQ(fake.divisor, 12);
}

TEST_F(SerialTest, StopsWhereTheOtherSideSaysSo) {
  EXPECT_TRUE(ask<answer::Done>(settings(115200, 8, 1, answer::Parity::none, true)));
  fake.clear_to_send = false;
  write(0, "waits");
  EXPECT_EQ(fake.sent, "");
  fake.type(std::string(5000, 'q'));
  serve();
  EXPECT_EQ(fake.modem & 2, 0) << "no room here: request to send is off";
  fake.clear_to_send = true;
  instance->uart.transmit();
  EXPECT_EQ(fake.sent, "waits");
}

TEST_F(SerialTest, CountsBreaksAndOverruns) {
  fake.status_errors = 0x10;
  serve();
  EXPECT_EQ(raised, 1u);
  fake.status_errors = 0x02;
  serve();
  take(0);
  EXPECT_EQ(taken->breaks, 1u);
  EXPECT_EQ(taken->lost, 1u);
}

// ---- death ----

TEST_F(SerialTest, LosesNothingWhereverItDies) {
  // Text goes both ways; the driver dies at every call of the kernel in turn, before it and behind it. The client
  // issues again what was not answered.
  std::string input, output;
  for (unsigned i = 0; i < 1500; ++i) input += static_cast<char>('a' + i % 26), output += static_cast<char>(i * 7);
  unsigned deaths = 0;
  for (unsigned at = 1;; ++at) {
    fake.line.clear(), fake.sent.clear(), fake.at_call = nullptr;
    std::memset(memory, 0, sizeof memory);
    start();
    std::string got;
    u64 put = 0, typed = 0;
    unsigned calls = 0, died = 0;
    fake.at_call = [&](bool) {
      if (++calls % at == 0 && died < 5) {
        ++died;
        throw Killed{};
      }
    };
    for (unsigned steps = 0; (got.size() < input.size() || put < output.size()) && steps < 3000; ++steps) {
      try {
        if (typed < input.size()) fake.type(input.substr(typed, 50)), typed += 50;
        serve();
        if (const auto piece = take(got.size(), 333)) got += *piece;
        if (put < output.size())
          if (const auto end = write(put, output.substr(put, 100))) put = end->end;
      } catch (const Killed&) {
        for (;;) try {
            start();
            break;
          } catch (const Killed&) {
          }
      }
    }
    ASSERT_EQ(got, input) << "killed at each call number " << at;
    // A death behind the call that hands a byte over sends it again; nothing else is different.
    std::size_t doubled = 0, at_output = 0;
    for (std::size_t i = 0; i < fake.sent.size(); ++i) {
      if (at_output < output.size() && fake.sent[i] == output[at_output])
        ++at_output;
      else if (at_output > 0 && fake.sent[i] == output[at_output - 1])
        ++doubled;
      else
        FAIL() << "a byte that nobody sent, killed at each call number " << at;
    }
    EXPECT_EQ(at_output, output.size());
    EXPECT_LE(doubled, died);
    deaths += died;
    if (died == 0) break;
    if (at > 200) at += 97;
  }
  EXPECT_GT(deaths, 100u);
}

TEST_F(SerialTest, ComesBackWhenItDiedWhileItSetTheSpeed) {
  // The divisor stands where data and interrupts are, as between two writes of `configure`.
  fake.line_control |= 0x80;
  fake.type("abc");
  start();
  serve();
  EXPECT_EQ(take(0), "abc");
}

}  // namespace
