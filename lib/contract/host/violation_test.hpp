// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <span>
#include <string>
#include <vector>

#include "lib/contract/conversation.hpp"
#include "lib/contract/host/world.hpp"

// What the generated tests of violations stand on. Their tables are made by tools/contractc.
namespace contract::host {

inline constexpr unsigned lanes = 2;
inline constexpr unsigned test_slot = 5;
inline constexpr unsigned stranger_slot = 9;

struct Raw {
  MessageNumber number = 0;
  unsigned lends = 0;
  u64 words[abi::payload_words] = {};

  Message message(u16 lane = 0) const {
    Message message{Tag::of(number, lane, lends, 1), {}};
    std::copy(std::begin(words), std::end(words), message.words);
    return message;
  }
};

struct Step {
  Raw request;
  Raw reply;
};

struct Range {
  std::size_t first;
  std::size_t count;
};

/// One message that breaks the contract.
struct Case {
  std::string_view what;
  bool to_exporter;  // else the reply to `request`
  bool structural;   // dispatch cannot do anything with it, so it is noticed without a monitor too
  unsigned state;    // of the lane before
  u16 lane = 0;
  bool stranger = false;  // sent by a component that does not import the contract
  Raw request;
  Raw message;
  Violation violation;
};

/// Answers with what the test wants, and counts.
class Scripted : public OnceStore {
 public:
  Raw reply;
  unsigned handled = 0;

  const OnceRecord* find(const Call&) const override { return nullptr; }
  void keep(const Call&, const Message&) override {}

 protected:
  template <class Answer>
  Answer next() {
    ++handled;
    return choose<Answer>(std::type_identity<Answer>{});
  }

 private:
  template <class Answer, class... Outs>
  Answer choose(std::type_identity<contract::Answer<Outs...>>) {
    Answer answer = deferred;
    const Message message = reply.message();
    ((Outs::message_number == reply.number ? static_cast<void>(answer = Outs::decode(message, {}))
                                           : static_cast<void>(0)),
     ...);
    return answer;
  }
};

/// An exporter and a shadow, with monitors or without.
template <class Subject, Monitor exporter_monitor, Monitor shadow_monitor>
struct Stage {
  World world;
  typename Subject::template Server<exporter_monitor> server;
  typename Subject::template Shadow<shadow_monitor> shadow{Import{}};
  std::array<LaneState, lanes> states{};

  Stage() {
    server.add_importer(World::client_slot, lanes, 8);
    server.keep_states_in(states);
    server.keep_replies_in(server);
    world.start(test_slot, server);
    world.bind(0, test_slot);
    shadow.limit({.attempts = 2, .recovery_ms = 3});
  }
  bool say(const Step& step) {
    server.reply = step.reply;
    return Subject::request(shadow, step.request.message());
  }
};

/// Whether exactly this violation was reported, of this side.
inline bool reported(const World& world, const Case& c) {
  return world.reports.size() == 1 && world.reports[0].violation == c.violation &&
         world.reports[0].of_importer == c.to_exporter;
}

template <class Subject, Monitor monitor>
bool exporter_reports(const Case& c) {
  Stage<Subject, monitor, Monitor::off> stage;
  for (const Step& step : Subject::path_to(c.state)) {
    if (!stage.say(step)) return false;
  }
  for (const Step& exchange : Subject::all_exchanges()) {
    if (exchange.request.number == c.message.number) stage.server.reply = exchange.reply;
  }
  stage.server.handled = 0;
  const auto sent =
      stage.world.send(test_slot, c.message.message(c.lane), c.stranger ? stranger_slot : World::client_slot);
  const bool refused = sent.status == Status::ok && number_of(sent.reply.tag) == refused_number &&
                       sent.reply.words[0] == static_cast<u64>(c.violation) && stage.server.handled == 0;
  return reported(stage.world, c) && refused;
}

template <class Subject, Monitor monitor>
bool shadow_reports(const Case& c) {
  Stage<Subject, Monitor::off, monitor> stage;
  for (const Step& step : Subject::path_to(c.state)) {
    if (!stage.say(step)) return false;
  }
  for (const Step& exchange : Subject::all_exchanges()) {
    if (exchange.request.number == c.request.number) stage.server.reply = exchange.reply;
  }
  stage.world.on_reply = [&](Message& reply) {
    Message bad = c.message.message();
    bad.tag.bits |= reply.tag.bits & ~(u64{abi::label_message_mask} | u64{3} << 32);
    reply = bad;
  };
  const bool answered = Subject::request(stage.shadow, c.request.message());
  return reported(stage.world, c) && !answered;
}

template <class Subject, Monitor monitor>
bool is_reported(const Case& c) {
  return c.to_exporter ? exporter_reports<Subject, monitor>(c) : shadow_reports<Subject, monitor>(c);
}

template <class Subject>
void expect_reported() {
  for (const Case& c : Subject::all_cases()) {
    const bool right = is_reported<Subject, Monitor::on>(c);
    EXPECT_TRUE(right) << c.what;
  }
}

/// The control: the same messages, and monitors that are off.
template <class Subject>
void expect_unreported() {
  for (const Case& c : Subject::all_cases()) {
    if (c.structural) continue;
    const bool right = is_reported<Subject, Monitor::off>(c);
    EXPECT_FALSE(right) << c.what;
  }
}

/// Every request and every answer that the tables have as right are.
template <class Subject>
void expect_accepted() {
  std::vector<unsigned> seen;
  for (const Case& c : Subject::all_cases()) {
    if (std::find(seen.begin(), seen.end(), c.state) != seen.end()) continue;
    seen.push_back(c.state);
    Stage<Subject, Monitor::on, Monitor::on> stage;
    for (const Step& step : Subject::path_to(c.state)) {
      const bool answered = stage.say(step);
      EXPECT_TRUE(answered) << "on the way to state " << c.state;
    }
    EXPECT_TRUE(stage.world.reports.empty()) << "on the way to state " << c.state;
  }
  EXPECT_FALSE(seen.empty());
}

}  // namespace contract::host
