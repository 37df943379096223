// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/server.hpp"

#include <gtest/gtest.h>

#include "drivers/clock/mc146818/tests/fake_chip.hpp"
#include "lib/driver/tests/contract_host.hpp"

namespace {

using namespace mc146818;
using contract::Endpoint;
using contract::Message;
using contract::Tag;
using mc146818::tests::FakeChip;
namespace clock_contract = contract::clock;

class ServerTest : public ::testing::Test {
 protected:
  ServerTest() { server.add_importer(client, 4, 30); }

  Message ask() {
    const clock_contract::Read request{};
    Message message;
    request.encode(message);
    message.tag = Tag::of(clock_contract::Read::message_number, 0, clock_contract::Read::message_lends, ++sequence);
    EXPECT_EQ(server.dispatch(Endpoint::of(client, 1, 77, sequence), message), contract::Disposition::reply);
    return message;
  }
  static constexpr unsigned client = 12;
  FakeChip fake;
  Server server{&FakeChip::monotonic};
  u32 sequence = 0;
};

TEST_F(ServerTest, AnswersTheTime) {
  const Message message = ask();
  ASSERT_EQ(contract::number_of(message.tag), clock_contract::Time::message_number);
  const auto time = clock_contract::Time::decode(message, {});
  EXPECT_EQ(time.seconds, 1'795'391'130u);
  EXPECT_GT(time.monotonic, 5'000'000'000u);
}

TEST_F(ServerTest, SaysWhyThereIsNone) {
  const auto reason = [&] {
    const Message message = ask();
    EXPECT_EQ(contract::number_of(message.tag), clock_contract::Failed::message_number);
    return clock_contract::Failed::decode(message, {}).reason;
  };
  fake.at(Address::day) = 0x32;
  EXPECT_EQ(reason(), clock_contract::Reason::invalid);
  fake.at(Address::a) |= 0x80;
  EXPECT_EQ(reason(), clock_contract::Reason::unsteady);
  fake.at(Address::d) = 0;
  EXPECT_EQ(reason(), clock_contract::Reason::stopped);
}

}  // namespace
