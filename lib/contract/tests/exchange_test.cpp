// SPDX-License-Identifier: BSD-2-Clause
// Messages of every shape, there and back.
#include <gtest/gtest.h>

#include <numeric>

#include "lib/contract/tests/server.hpp"

namespace contract::test {
namespace {

struct Exchange : testing::Test {
  Connected system;
};

TEST_F(Exchange, ScalarsAndText) {
  const auto outcome = system.shadow.ask(41, -7, true, sample::Colour::green);
  ASSERT_TRUE(outcome.is<sample::Told>());
  EXPECT_EQ(outcome.get<sample::Told>().a, 42u);
  EXPECT_EQ(outcome.get<sample::Told>().level, sample::Level::low);
  EXPECT_EQ(outcome.get<sample::Told>().text.view(), "yes");
  EXPECT_TRUE(system.world.reports.empty());
}

TEST_F(Exchange, TagNamesExportLaneAndSequence) {
  system.world.thread = {.lane = 3, .sequence = 0xff'fffe};
  ASSERT_FALSE(system.shadow.ask(1, 1, false, sample::Colour::red).failed());
  ASSERT_FALSE(system.shadow.ask(1, 1, false, sample::Colour::red).failed());
  const Tag first = system.world.requests[0].tag;
  EXPECT_EQ(first.label(), 2 << abi::label_export_shift | sample::Ask::message_number);
  EXPECT_EQ(first.lane(), 3);
  EXPECT_EQ(first.sequence(), 0xff'ffffu);
  EXPECT_EQ(system.world.requests[1].tag.sequence(), 0u);
  EXPECT_EQ(first.lends(), 0u);
}

TEST_F(Exchange, LendIsFilledInSteps) {
  system.world.copy_limit = 100;
  std::array<std::byte, 1024> memory{};
  const auto outcome = system.shadow.read(9, 2, Lend::writing(memory));
  ASSERT_TRUE(outcome.is<sample::Done>());
  for (const std::byte byte : memory) ASSERT_EQ(byte, std::byte{9});
}

TEST_F(Exchange, LendOfStructuresIsChecked) {
  std::array<sample::Point, 2> points{{{.x = -1, .y = 2, .colour = sample::Colour::red, .set = true},
                                       {.x = 5, .y = 6, .colour = sample::Colour::blue, .set = false}}};
  std::array<sample::Pair, 1> pairs{};
  const auto reading = LendOf<sample::Point>::reading(std::span<const sample::Point>(points));
  const auto writing = LendOf<sample::Pair>::writing(std::span(pairs));
  ASSERT_TRUE(system.shadow.points(reading, writing).is<sample::Done>());
  ASSERT_EQ(system.server().copied, 2u);
  EXPECT_EQ(system.server().points[1].y, 6u);
  points[1].colour = static_cast<sample::Colour>(3);
  ASSERT_TRUE(system.shadow.points(reading, writing).is<sample::Done>());
  EXPECT_EQ(system.server().copied.error(), CopyError::invalid);
}

TEST_F(Exchange, StringsAndArrays) {
  Array<u16, 5> numbers;
  for (u16 i = 0; i < 5; ++i) EXPECT_TRUE(numbers.push(i));
  EXPECT_FALSE(numbers.push(5));
  ASSERT_TRUE(system.shadow.text("a text of thirty characters...", numbers).is<sample::Done>());
  EXPECT_EQ(system.server().text, "a text of thirty characters...");
  EXPECT_EQ(system.server().numbers.size(), 5u);
}

TEST_F(Exchange, StructuresServicesAndGives) {
  const auto outcome = system.shadow.where(Service{.slot = 7, .export_index = 1});
  ASSERT_TRUE(outcome.is<sample::At>());
  EXPECT_EQ(outcome.get<sample::At>().point.x, -3);
  EXPECT_EQ(outcome.get<sample::At>().point.colour, sample::Colour::blue);
  EXPECT_EQ(outcome.get<sample::At>().service, (Service{7, 1}));
  ASSERT_TRUE(system.shadow.hand(Give{.block = 0x1234, .bytes = 99}).is<sample::Done>());
  EXPECT_EQ(system.server().given.block, 0x1234u);
  EXPECT_EQ(system.server().given.length(), 99u);
}

TEST_F(Exchange, WordsThatARequestDoesNotUseAreZero) {
  ASSERT_FALSE(system.shadow.mode(sample::Colour::red).failed());
  const Message& request = system.world.requests.back();
  for (unsigned i = 1; i < abi::payload_words; ++i) EXPECT_EQ(request.words[i], 0u) << i;
}

TEST_F(Exchange, MatchCallsTheHandlerOfTheAnswer) {
  const int number =
      system.shadow.read(1, 1, {}).match([](const sample::Done&) { return 1; }, [](const sample::Failed&) { return 2; },
                                         [](Failure failure) { return 10 + static_cast<int>(failure); });
  EXPECT_EQ(number, 10 + static_cast<int>(Failure::refused));  // no lend of the right length: the monitor refuses it
}

TEST_F(Exchange, DeferredAnswer) {
  system.world.on_deferred = [this] {
    ASSERT_EQ(system.server().listeners.size(), 1u);
    system.server().listeners.back().answer(sample::Done{});
    system.server().listeners.clear();
  };
  EXPECT_TRUE(system.shadow.listen().is<sample::Done>());
}

TEST_F(Exchange, TokenMovesItsDuty) {
  system.world.on_deferred = [this] {
    Token<sample::Done> token = std::move(system.server().listeners.back());
    EXPECT_FALSE(system.server().listeners.back());
    EXPECT_TRUE(token);
    system.server().listeners.clear();
    token.answer(sample::Done{});
    EXPECT_FALSE(token);
  };
  EXPECT_TRUE(system.shadow.listen().is<sample::Done>());
}

TEST(TokenDeathTest, DestroyedWithoutAnswer) {
  EXPECT_DEATH(
      {
        Connected system;
        system.world.on_deferred = [&] { system.server().listeners.clear(); };
        static_cast<void>(system.shadow.listen());
      },
      "a token was destroyed before it answered");
}

TEST(AnswerDeathTest, BreaksTheContract) {
  EXPECT_DEATH(
      {
        Connected system;
        system.server().level = static_cast<sample::Level>(0);
        static_cast<void>(system.shadow.ask(1, 1, true, sample::Colour::red));
      },
      "an answer breaks the contract");
}

TEST_F(Exchange, EventsReachTheirHandlers) {
  struct Listener {
    int news = 0, alarms = 0;
    void on_news() { ++news; }
    void on_alarm() { ++alarms; }
  } listener;
  system.shadow.on_news<&Listener::on_news>(listener);
  system.shadow.on_alarm<&Listener::on_alarm>(listener);
  system.server().raise(sample::Event::alarm);
  ASSERT_EQ(system.world.notifications.size(), 1u);
  EXPECT_EQ(system.world.notifications[0], (std::pair<unsigned, u64>{host::World::client_slot, u64{1} << 9}));
  ShadowBase::deliver(u64{1} << 17);
  EXPECT_EQ(listener.alarms, 1);
  EXPECT_EQ(listener.news, 0);
  ShadowBase::deliver(u64{3} << 16);
  EXPECT_EQ(listener.alarms, 2);
  EXPECT_EQ(listener.news, 1);
}

TEST_F(Exchange, RefusedIsNotRetried) {
  system.server().fail_step = false;
  const auto outcome = system.shadow.step(true);  // not in this state
  EXPECT_EQ(outcome.failure(), Failure::refused);
  EXPECT_TRUE(system.world.requests.empty());
}

TEST_F(Exchange, ConversationGoesThroughItsStates) {
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  EXPECT_EQ(system.shadow.begin(1).failure(), Failure::refused);
  EXPECT_TRUE(system.shadow.ask(1, 1, true, sample::Colour::red).is<sample::Told>());
  EXPECT_TRUE(system.shadow.step(false).is<sample::Stepped>());
  system.server().fail_step = true;
  EXPECT_TRUE(system.shadow.step(false).is<sample::Failed>());
  EXPECT_EQ(system.shadow.step(false).failure(), Failure::refused);
  EXPECT_TRUE(system.shadow.finish().is<sample::Done>());
  EXPECT_TRUE(system.shadow.begin(0).is<sample::Failed>());
  EXPECT_TRUE(system.shadow.begin(2).is<sample::Begun>());
  EXPECT_TRUE(system.world.reports.empty());
}

TEST_F(Exchange, LanesHaveStatesOfTheirOwn) {
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  system.world.thread.lane = 1;
  EXPECT_TRUE(system.shadow.begin(1).is<sample::Begun>());
  EXPECT_TRUE(system.shadow.step(true).is<sample::Done>());
  system.world.thread.lane = 0;
  EXPECT_TRUE(system.shadow.step(true).is<sample::Done>());
  EXPECT_TRUE(system.world.reports.empty());
}

}  // namespace
}  // namespace contract::test
