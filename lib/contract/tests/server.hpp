// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "generated/contract/sample.hpp"
#include "lib/contract/host/world.hpp"

namespace contract::test {

/// What the exporter's vault holds: shared by its generations.
struct ServerVault : OnceStore {
  i64 total = 0;
  std::map<u16, OnceRecord> records;

  const OnceRecord* find(const Call& call) const override {
    const auto found = records.find(call.lane());
    return found == records.end() ? nullptr : &found->second;
  }
  void keep(const Call& call, const Message& reply) override { records[call.lane()] = {call.sequence(), 1, reply}; }
};

/// An exporter of sample that notes what it was asked.
class Server final : public sample::Exporter {
 public:
  explicit Server(ServerVault& vault) : vault_(vault) {
    add_importer(host::World::client_slot, 4, 8);
    keep_states_in(states);
    keep_replies_in(vault);
  }

  Answer<sample::Told> on_ask(Call& call, const sample::Ask& message) override {
    note(call);
    return sample::Told{.a = message.a + 1, .level = level, .text = message.flag ? "yes" : "no"};
  }
  Answer<sample::Done, sample::Failed> on_read(Call& call, const sample::Read& message) override {
    note(call);
    std::vector<std::byte> bytes(message.data.length(), std::byte{static_cast<unsigned char>(message.block)});
    if (!message.data.copy_out(0, bytes)) return sample::Failed{.why = sample::Colour::red};
    return sample::Done{};
  }
  Answer<sample::Done> on_points(Call& call, const sample::Points& message) override {
    note(call);
    points.resize(message.points.count());
    copied = message.points.read(0, points);
    return sample::Done{};
  }
  Answer<sample::Sum> on_add(Call& call, const sample::Add& message) override {
    note(call);
    vault_.total += message.amount;
    return sample::Sum{.total = vault_.total};
  }
  Answer<sample::Done, sample::Failed> on_set(Call& call, const sample::Set& message) override {
    note(call);
    if (message.speed == 0) return sample::Failed{.why = sample::Colour::green};
    settings.emplace_back(message.port, message.speed);
    return sample::Done{};
  }
  Answer<sample::Done> on_mode(Call& call, const sample::Mode& message) override {
    note(call);
    modes.push_back(message.colour);
    return sample::Done{};
  }
  Answer<sample::Done> on_frame(Call& call, const sample::Frame&) override {
    note(call);
    return sample::Done{};
  }
  Answer<sample::Done> on_text(Call& call, const sample::Text& message) override {
    note(call);
    text = std::string(message.text.view());
    numbers.assign(message.numbers.begin(), message.numbers.end());
    return sample::Done{};
  }
  Answer<sample::Done> on_hand(Call& call, const sample::Hand& message) override {
    note(call);
    given = message.block;
    return sample::Done{};
  }
  Answer<sample::At> on_where(Call& call, const sample::Where& message) override {
    note(call);
    return sample::At{.point = {.x = -3, .y = 9, .colour = sample::Colour::blue, .set = true},
                      .service = message.service};
  }
  Answer<sample::Done> on_listen(Call& call, const sample::Listen&) override {
    note(call);
    listeners.push_back(call.defer<sample::Done>());
    return deferred;
  }
  Answer<sample::Begun, sample::Failed> on_begin(Call& call, const sample::Begin& message) override {
    note(call);
    if (message.key == 0) return sample::Failed{.why = sample::Colour::red};
    return sample::Begun{};
  }
  Answer<sample::Stepped, sample::Done, sample::Failed> on_step(Call& call, const sample::Step& message) override {
    note(call);
    if (fail_step) return sample::Failed{.why = sample::Colour::blue};
    if (message.last) return sample::Done{};
    return sample::Stepped{};
  }
  Answer<sample::Done> on_finish(Call& call, const sample::Finish&) override {
    note(call);
    return sample::Done{};
  }
  void on_client(ClientChange change) override { changes.push_back(change); }

  std::array<LaneState, 4> states{};
  std::vector<MessageNumber> asked;
  std::vector<bool> reissued;
  std::vector<ClientChange> changes;
  std::vector<std::pair<u8, u32>> settings;
  std::vector<sample::Colour> modes;
  std::vector<sample::Point> points;
  std::expected<std::size_t, CopyError> copied = 0;
  std::string text;
  std::vector<u16> numbers;
  Give given;
  std::vector<Token<sample::Done>> listeners;
  sample::Level level = sample::Level::low;
  bool fail_step = false;

 private:
  void note(const Call& call) {
    asked.push_back(call.number());
    reissued.push_back(call.reissued());
  }
  ServerVault& vault_;
};

/// A client and an exporter that is replaced whenever the client has to wait for it.
class Connected {
 public:
  static constexpr unsigned server_slot = 5;

  Connected() {
    world.bind(0, server_slot, 2);
    restart();
    world.on_wait = [this] { restart(); };
  }
  ~Connected() {
    for (auto& server : servers) {
      for (auto& listener : server->listeners) listener.drop();
    }
  }
  void restart() {
    servers.push_back(std::make_unique<Server>(vault));
    world.start(server_slot, *servers.back(), 2);
  }
  Server& server() { return *servers.back(); }

  host::World world;
  ServerVault vault;
  std::vector<std::unique_ptr<Server>> servers;
  sample::Shadow shadow{{0, 16}};
};

}  // namespace contract::test
