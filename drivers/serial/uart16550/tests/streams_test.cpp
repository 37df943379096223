// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/serial/uart16550/streams.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace {

using namespace uart16550;
using driver::u64;

struct Memory {
  alignas(Streams) std::byte bytes[sizeof(Streams)] = {};
  Streams& streams() { return *reinterpret_cast<Streams*>(bytes); }
};

class StreamsTest : public ::testing::Test {
 protected:
  std::unique_ptr<Memory> memory = std::make_unique<Memory>();
  Streams& streams = memory->streams();
  void SetUp() override { streams.open(); }

  void receive(std::string_view text) {
    for (const char c : text) {
      auto* receiver = streams.receiver();
      ASSERT_NE(receiver, nullptr);
      receiver->bytes[receiver->count++] = static_cast<std::byte>(c);
    }
  }
  std::string read(u64 from) {
    std::string result;
    for (auto part = streams.input(from); !part.empty(); part = streams.input(from + result.size()))
      result.append(reinterpret_cast<const char*>(part.data()), part.size());
    return result;
  }
};

TEST_F(StreamsTest, KeepsInputUntilItIsTaken) {
  receive("hello");
  EXPECT_EQ(read(0), "hello");
  EXPECT_EQ(read(3), "lo");
  EXPECT_EQ(streams.input_end(), 5u);
  streams.take(5);
  EXPECT_FALSE(streams.has_input());
  receive("more");
  EXPECT_EQ(read(5), "more");
  EXPECT_EQ(streams.input_first(), 5u);
}

TEST_F(StreamsTest, ReadsAcrossBothBuffers) {
  receive(std::string(Streams::input_capacity, 'a'));
  receive(std::string(100, 'b'));
  EXPECT_EQ(read(1000).size(), Streams::input_capacity + 100 - 1000);
  EXPECT_EQ(read(Streams::input_capacity - 1).substr(0, 3), "abb");
}

TEST_F(StreamsTest, IsFullWhenBothAre) {
  receive(std::string(2 * Streams::input_capacity, 'x'));
  EXPECT_EQ(streams.receiver(), nullptr);
  streams.take(Streams::input_capacity - 1);
  EXPECT_EQ(streams.receiver(), nullptr) << "one byte of the older buffer is still wanted";
  streams.take(Streams::input_capacity);
  EXPECT_NE(streams.receiver(), nullptr);
  receive("yz");
  EXPECT_EQ(read(2 * Streams::input_capacity - 1), "xyz");
}

TEST_F(StreamsTest, StaysRightForLong) {
  std::string all;
  u64 taken = 0;
  for (unsigned round = 0; round < 3000; ++round) {
    std::string piece(1 + round * 7 % 300, static_cast<char>('a' + round % 26));
    receive(piece);
    all += piece;
    ASSERT_EQ(read(taken), all.substr(taken));
    taken = streams.input_end() - (round % 3 == 0 ? piece.size() / 2 : 0);
    streams.take(taken);
  }
}

TEST_F(StreamsTest, SendsInOrder) {
  std::string sent, all;
  for (unsigned round = 0; round < 2000; ++round) {
    const auto space = streams.output_space();
    const std::size_t count = std::min<std::size_t>(space.size(), 1 + round * 13 % 200);
    for (std::size_t i = 0; i < count; ++i) {
      space[i] = static_cast<std::byte>(round + i);
      all += static_cast<char>(round + i);
    }
    streams.accept(count);
    for (unsigned i = 0; i < 150 && streams.has_output(); ++i) {
      sent += static_cast<char>(streams.next_output());
      streams.sent();
    }
  }
  while (streams.has_output()) {
    sent += static_cast<char>(streams.next_output());
    streams.sent();
  }
  EXPECT_EQ(sent, all);
}

TEST_F(StreamsTest, IsFoundAgain) {
  receive("abc");
  streams.take(1);
  streams.open();
  EXPECT_EQ(read(1), "bc");
  EXPECT_EQ(streams.input_first(), 1u);
}

TEST_F(StreamsTest, IsMadeAnewWhereItCannotBe) {
  receive("abc");
  reinterpret_cast<u64*>(memory->bytes)[2] = 7;  // which buffer is active
  streams.open();
  EXPECT_EQ(streams.input_end(), 0u);
  EXPECT_EQ(streams.output_room(), Streams::output_capacity);
}

}  // namespace
