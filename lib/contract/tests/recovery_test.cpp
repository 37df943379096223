// SPDX-License-Identifier: BSD-2-Clause
// What a shadow does when its exporter dies.
#include <gtest/gtest.h>

#include "lib/contract/tests/server.hpp"

namespace contract::test {
namespace {

using Moment = host::World::Moment;

struct Recovery : testing::Test {
  // Strikes the exporter `times` times, at this moment of requests with this number.
  void strike(Moment moment, MessageNumber number, int times = 1) {
    strikes = times;
    system.world.strike = [=, this](Moment now, const Message& request) {
      if (now != moment || number_of(request.tag) != number || strikes == 0) return false;
      --strikes;
      return true;
    };
  }
  std::vector<std::byte> memory = std::vector<std::byte>(512);
  Connected system;
  int strikes = 0;
};

TEST_F(Recovery, IdempotentIsIssuedAgain) {
  for (const Moment moment : {Moment::before_request, Moment::after_request}) {
    strike(moment, sample::Ask::message_number);
    EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
    EXPECT_EQ(strikes, 0);
    EXPECT_TRUE(system.server().reissued.back());
  }
  EXPECT_EQ(system.servers.size(), 3u);
}

TEST_F(Recovery, ReissueKeepsLaneAndSequence) {
  system.world.thread = {.lane = 2, .sequence = 70};
  strike(Moment::after_request, sample::Ask::message_number);
  ASSERT_FALSE(system.shadow.ask(1, 1, true, sample::Colour::red).failed());
  ASSERT_EQ(system.world.requests.size(), 2u);
  EXPECT_EQ(system.world.requests[0].tag.sequence(), 71u);
  EXPECT_EQ(system.world.requests[1].tag.sequence(), 71u);
  EXPECT_EQ(system.world.requests[1].tag.lane(), 2u);
  EXPECT_EQ(system.world.requests[0].tag.bits | tag_reissued, system.world.requests[1].tag.bits);
}

TEST_F(Recovery, OnceIsPerformedOnce) {
  EXPECT_EQ(system.shadow.add(5).get<sample::Sum>().total, 5);
  for (const Moment moment : {Moment::before_request, Moment::after_request}) {
    const i64 before = system.vault.total;
    strike(moment, sample::Add::message_number, 3);
    const auto outcome = system.shadow.add(10);
    ASSERT_TRUE(outcome.is<sample::Sum>());
    EXPECT_EQ(outcome.get<sample::Sum>().total, before + 10);
    EXPECT_EQ(system.vault.total, before + 10);
  }
}

TEST_F(Recovery, OnceWithoutTheVaultIsPerformedTwice) {  // the control of the test above
  strike(Moment::after_request, sample::Add::message_number);
  system.world.on_wait = [this] {
    system.vault.records.clear();
    system.restart();
  };
  EXPECT_EQ(system.shadow.add(10).get<sample::Sum>().total, 20);
}

TEST_F(Recovery, IntentIsTheSameRequestAfterAClientsRestart) {
  Intent intent = system.shadow.intend();
  EXPECT_EQ(system.shadow.add(intent, 7).get<sample::Sum>().total, 7);
  system.world.restart_client();
  intent.again = true;
  sample::Shadow second{{0, 16}};
  EXPECT_EQ(second.add(intent, 7).get<sample::Sum>().total, 7);
  EXPECT_EQ(system.vault.total, 7);
  EXPECT_EQ(second.add(7).get<sample::Sum>().total, 14);
}

TEST_F(Recovery, EqualSequenceOfANewRequestIsNoReissue) {
  EXPECT_EQ(system.shadow.add(7).get<sample::Sum>().total, 7);
  system.world.thread.sequence = 0;  // a client that begins to count anew
  EXPECT_EQ(system.shadow.add(7).get<sample::Sum>().total, 14);
}

TEST_F(Recovery, LossyIsDropped) {
  strike(Moment::before_request, sample::Frame::message_number);
  EXPECT_EQ(system.shadow.frame(Lend::reading(memory)).failure(), Failure::unavailable);
  EXPECT_EQ(system.world.waits, 0u);
  EXPECT_TRUE(system.shadow.frame(Lend::reading(memory)).is<sample::Done>());
}

TEST_F(Recovery, ConfigurationIsReplayedFirstInItsOrder) {
  EXPECT_TRUE(system.shadow.set(1, 100).is<sample::Done>());
  EXPECT_TRUE(system.shadow.set(2, 200).is<sample::Done>());
  EXPECT_TRUE(system.shadow.mode(sample::Colour::blue).is<sample::Done>());
  EXPECT_TRUE(system.shadow.set(1, 111).is<sample::Done>());
  EXPECT_TRUE(system.shadow.set(3, 0).is<sample::Failed>());  // not done, so not remembered
  strike(Moment::before_request, sample::Ask::message_number);
  EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
  EXPECT_EQ(system.server().asked,
            (std::vector<MessageNumber>{sample::Set::message_number, sample::Mode::message_number,
                                        sample::Set::message_number, sample::Ask::message_number}));
  EXPECT_EQ(system.server().settings, (std::vector<std::pair<u8, u32>>{{2, 200}, {1, 111}}));
  EXPECT_EQ(system.server().modes, (std::vector<sample::Colour>{sample::Colour::blue}));
}

TEST_F(Recovery, DeathInReplayBeginsTheReplayAnew) {
  EXPECT_TRUE(system.shadow.set(1, 100).is<sample::Done>());
  EXPECT_TRUE(system.shadow.set(2, 200).is<sample::Done>());
  system.world.stop(Connected::server_slot);
  strike(Moment::after_request, sample::Set::message_number, 4);
  EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
  EXPECT_EQ(strikes, 0);
  EXPECT_EQ(system.server().settings, (std::vector<std::pair<u8, u32>>{{1, 100}, {2, 200}}));
}

TEST_F(Recovery, MoreKeysThanTheContractAllowsAreRefused) {
  for (u8 port = 0; port < 4; ++port)
    EXPECT_TRUE(system.shadow.set(port, 1).is<sample::Done>());  // one place is mode's
  EXPECT_EQ(system.shadow.set(9, 1).failure(), Failure::refused);
  EXPECT_TRUE(system.shadow.set(0, 2).is<sample::Done>());
}

TEST_F(Recovery, RequestHasALimit) {
  system.shadow.limit({.attempts = 3, .recovery_ms = 1000});
  strike(Moment::before_request, sample::Ask::message_number, 100);
  EXPECT_EQ(system.shadow.ask(1, 1, true, sample::Colour::red).failure(), Failure::timed_out);
  EXPECT_EQ(strikes, 97);
  EXPECT_TRUE(system.shadow.mode(sample::Colour::red).is<sample::Done>());  // others are not concerned
}

TEST_F(Recovery, RecoveryHasALimit) {
  system.shadow.limit({.attempts = 3, .recovery_ms = 50});
  system.world.on_wait = nullptr;
  system.world.stop(Connected::server_slot);
  const u64 before = system.world.now;
  EXPECT_EQ(system.shadow.ask(1, 1, true, sample::Colour::red).failure(), Failure::unavailable);
  EXPECT_EQ(system.world.now - before, 50'000'000u);
  system.restart();
  EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
}

TEST_F(Recovery, NobodyExportsIt) {
  system.world.given_up = true;
  EXPECT_EQ(system.shadow.ask(1, 1, true, sample::Colour::red).failure(), Failure::unavailable);
  EXPECT_EQ(system.world.waits, 0u);
}

TEST_F(Recovery, VolatileStateIsLost) {
  for (const Moment moment : {Moment::before_request, Moment::after_request}) {
    EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
    strike(moment, sample::Step::message_number);
    EXPECT_EQ(system.shadow.step(false).failure(), Failure::restarted);
    EXPECT_EQ(strikes, 0);
  }
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  EXPECT_TRUE(system.world.reports.empty());
}

TEST_F(Recovery, VolatileStateIsLostBetweenRequests) {
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  system.world.stop(Connected::server_slot);
  system.restart();
  EXPECT_EQ(system.shadow.step(false).failure(), Failure::restarted);
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());

  // Another lane has connected anew in the meantime.
  system.world.thread.lane = 1;
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  system.world.stop(Connected::server_slot);
  EXPECT_EQ(system.shadow.step(false).failure(), Failure::restarted);
  system.world.thread.lane = 0;
  EXPECT_EQ(system.shadow.step(false).failure(), Failure::restarted);
  EXPECT_TRUE(system.world.reports.empty());
}

TEST_F(Recovery, ClientsRestartIsToldBeforeItsFirstRequest) {
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  ASSERT_EQ(system.server().changes.size(), 1u);
  EXPECT_EQ(system.server().changes[0].before, 0u);
  system.world.restart_client();
  sample::Shadow second{{0, 16}};
  EXPECT_TRUE(second.begin(1).is<sample::Begun>());  // the lane is in its first state again
  ASSERT_EQ(system.server().changes.size(), 2u);
  EXPECT_EQ(system.server().changes[1].before, 1u);
  EXPECT_EQ(system.server().changes[1].now, 2u);
}

TEST_F(Recovery, BrokenReplyClosesTheChannelUntilTheNextGeneration) {
  int broken = 1;
  system.world.on_reply = [&](Message& reply) {
    if (broken-- > 0) reply.tag.bits |= 0x0f00;
  };
  EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
  ASSERT_EQ(system.world.reports.size(), 1u);
  EXPECT_EQ(system.world.reports[0].violation, Violation::unknown_message);
  EXPECT_FALSE(system.world.reports[0].of_importer);
  EXPECT_EQ(system.servers.size(), 2u);
}

// Every request, struck at every moment, has the outcome that it has without, or the one that its annotation says.
TEST(EveryMessage, SurvivesItsExportersDeath) {
  std::vector<std::byte> memory(512);
  Array<u16, 5> numbers;
  using Shadow = sample::Shadow;
  struct Case {
    MessageNumber number;
    std::function<std::pair<bool, Failure>(Shadow&)> request;
    Failure failure;
  };
  const auto of = [](const auto& outcome) { return std::pair(!outcome.failed(), outcome.failure()); };
  const std::vector<Case> cases = {
      {sample::Ask::message_number, [&](Shadow& s) { return of(s.ask(1, 2, false, sample::Colour::red)); },
       Failure::none},
      {sample::Read::message_number, [&](Shadow& s) { return of(s.read(1, 1, Lend::writing(memory))); }, Failure::none},
      {sample::Add::message_number, [&](Shadow& s) { return of(s.add(1)); }, Failure::none},
      {sample::Set::message_number, [&](Shadow& s) { return of(s.set(1, 1)); }, Failure::none},
      {sample::Mode::message_number, [&](Shadow& s) { return of(s.mode(sample::Colour::red)); }, Failure::none},
      {sample::Frame::message_number, [&](Shadow& s) { return of(s.frame(Lend::reading(memory))); },
       Failure::unavailable},
      {sample::Text::message_number, [&](Shadow& s) { return of(s.text("x", numbers)); }, Failure::none},
      {sample::Hand::message_number, [&](Shadow& s) { return of(s.hand({})); }, Failure::none},
      {sample::Where::message_number, [&](Shadow& s) { return of(s.where({})); }, Failure::none},
      {sample::Begin::message_number, [&](Shadow& s) { return of(s.begin(1)); }, Failure::none},
  };
  for (const Case& c : cases) {
    for (const Moment moment : {Moment::before_request, Moment::after_request}) {
      Connected system;
      bool struck = false;
      system.world.strike = [&](Moment now, const Message& request) {
        if (struck || now != moment || number_of(request.tag) != c.number) return false;
        return struck = true;
      };
      const auto [answered, failure] = c.request(system.shadow);
      EXPECT_TRUE(struck) << c.number;
      EXPECT_EQ(failure, c.failure) << c.number;
      EXPECT_EQ(answered, c.failure == Failure::none) << c.number;
      EXPECT_TRUE(system.world.reports.empty());
    }
  }
}

}  // namespace
}  // namespace contract::test
