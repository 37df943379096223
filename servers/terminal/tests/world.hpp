// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/contract/transport.hpp"
#include "servers/terminal/server.hpp"

namespace terminal::tests {

/// Thrown where a test kills the server.
struct Killed {};

/// Serial ports that keep their streams as the driver does, and outlive the server.
class FakePorts final : public Ports {
 public:
  struct Port {
    std::string input;  // all that was ever typed
    u64 input_first = 0;
    std::string output;  // all that was accepted and not discarded
    u64 sent = 0;        // of it, has left; the rest waits
    u64 room = ~u64{0};  // how much more may wait
    u32 breaks = 0;
    bool in_break = false;
    std::vector<PortSettings> settings;
  };
  std::map<unsigned, Port> ports;
  std::function<void()> at_call;

  u8 present() override {
    u8 result = 0;
    for (const auto& [number, port] : ports) result = static_cast<u8>(result | 1 << number);
    return result;
  }
  std::optional<PortPosition> position(unsigned number) override {
    const Port& port = ports.at(number);
    return PortPosition{port.input_first, port.input.size(), port.output.size(), port.sent};
  }
  std::optional<PortInput> take(unsigned number, u64 from, std::span<std::byte> into) override {
    pass();
    Port& port = ports.at(number);
    EXPECT_TRUE(from >= port.input_first && from <= port.input.size()) << "a position that the driver does not have";
    if (from < port.input_first || from > port.input.size()) return std::nullopt;
    port.input_first = from;
    const std::size_t count = std::min(into.size(), port.input.size() - from);
    std::memcpy(into.data(), port.input.data() + from, count);
    pass();
    return PortInput{static_cast<u32>(count), port.breaks};
  }
  std::optional<u64> write(unsigned number, u64 from, std::span<const std::byte> bytes) override {
    pass();
    Port& port = ports.at(number);
    EXPECT_LE(from, port.output.size()) << "a gap in the output";
    if (from > port.output.size()) return std::nullopt;
    const u64 known = std::min<u64>(port.output.size() - from, bytes.size());
    std::string more(reinterpret_cast<const char*>(bytes.data()) + known, bytes.size() - known);
    if (port.room != ~u64{0}) {
      more.resize(std::min<u64>(more.size(), port.room));
      port.room -= more.size();
    }
    port.output += more;
    if (port.room == ~u64{0}) port.sent = port.output.size();
    pass();
    return port.output.size();
  }
  std::optional<u64> discard(unsigned number) override {
    Port& port = ports.at(number);
    port.output.resize(port.sent);
    return port.output.size();
  }
  void configure(unsigned number, const PortSettings& settings) override {
    ports.at(number).settings.push_back(settings);
  }
  void break_line(unsigned number, bool on) override { ports.at(number).in_break = on; }

  /// All that waits leaves, and so much more may come.
  void leave(unsigned number, u64 room = ~u64{0}) {
    ports.at(number).sent = ports.at(number).output.size();
    ports.at(number).room = room;
  }

 private:
  void pass() {
    if (at_call) at_call();
  }
};

/// The server with its surroundings: what the vault would keep, a clock, the file server's requests as messages.
class World : public ::testing::Test, public contract::HostMachine, public Surroundings, public contract::OnceStore {
 public:
  static constexpr unsigned file_slot = 4, process_slot = 5;
  static constexpr unsigned file_events = 20, process_events = 30;

  World() { contract::Transport::machine = this; }
  ~World() { contract::Transport::machine = nullptr; }

  /// A generation of the server, on what the last one left.
  void start() {
    server.reset();
    std::copy(kept_states.begin(), kept_states.end(), states.begin());
    queue = kept_queue;
    server = std::make_unique<Instance>(std::span<LineState, max_lines>{states}, queue, ports, *this);
    server->contract::terminal::Exporter::add_importer(file_slot, 4, file_events);
    server->contract::signals::Exporter::add_importer(process_slot, 1, process_events);
    server->contract::terminal::Exporter::keep_replies_in(*this);
    server->open_ports();
    server->announce();
  }

  // ---- requests ----
  template <class Out, class Exporter = contract::terminal::Exporter, class Request>
  std::optional<Out> ask(const Request& request, bool again = false) {
    contract::Message message;
    request.encode(message);
    if (!again) ++sequence;
    message.tag = contract::Tag::of(Request::message_number, 0, Request::message_lends, sequence);
    if (again) message.tag.bits |= contract::tag_reissued;
    constexpr bool from_file = std::is_same_v<Exporter, contract::terminal::Exporter>;
    const auto sender = contract::Endpoint::of(from_file ? file_slot : process_slot, 1, 77, sequence);
    EXPECT_EQ(static_cast<Exporter&>(*server).dispatch(sender, message), contract::Disposition::reply);
    reason.reset();
    if (contract::number_of(message.tag) == Out::message_number) return Out::decode(message, {});
    EXPECT_EQ(contract::number_of(message.tag), answer::Failed::message_number);
    reason = answer::Failed::decode(message, {}).reason;
    return std::nullopt;
  }

  static answer::Caller caller(u32 process, u32 group = 0, u32 session = 0, bool exempt = false) {
    return {process, group ? group : process, session ? session : process, exempt};
  }
  std::optional<u32> open(std::string_view name, answer::Caller who = {}, bool no_control = true, u32 key = 1) {
    const auto opened = ask<answer::Opened>(answer::Open{who, key, no_control, name});
    if (!opened) return std::nullopt;
    return opened->terminal;
  }
  void close(u32 terminal) { EXPECT_TRUE(ask<answer::Done>(answer::Close{terminal})); }

  /// What was read; nothing where it failed, for `reason`.
  std::optional<std::string> read(u32 terminal, std::size_t most = 4096, answer::Caller who = {}, bool blocking = true,
                                  bool again = false, bool reissued = false) {
    if (!reissued) lent.assign(most, '\0');  // issued again, it is the same memory
    answer::Read request{terminal, who, blocking, again,
                         contract::Lend::writing(std::as_writable_bytes(std::span{lent}))};
    const auto got = ask<answer::Transferred>(request, reissued);
    if (!got) return std::nullopt;
    return lent.substr(0, got->count);
  }
  std::optional<u32> write(u32 terminal, std::string_view text, answer::Caller who = {}, bool reissued = false) {
    lent = text;
    answer::Write request{terminal, who, contract::Lend::reading(std::as_bytes(std::span{lent}))};
    const auto done = ask<answer::Transferred>(request, reissued);
    if (!done) return std::nullopt;
    return done->count;
  }
  u32 poll(u32 terminal) { return ask<answer::Polled>(answer::Poll{terminal})->events; }

  Attributes attributes(u32 terminal) {
    Attributes result;
    lent.assign(attributes_bytes, '\0');
    EXPECT_TRUE(ask<answer::Done>(
        answer::GetAttributes{terminal, contract::Lend::writing(std::as_writable_bytes(std::span{lent}))}));
    std::memcpy(&result, lent.data(), sizeof result);
    return result;
  }
  bool set(u32 terminal, const Attributes& attributes, answer::When when = answer::When::now, answer::Caller who = {},
           std::size_t bytes = attributes_bytes) {
    lent.assign(reinterpret_cast<const char*>(&attributes), bytes);
    return ask<answer::Done>(
               answer::SetAttributes{terminal, who, when, contract::Lend::reading(std::as_bytes(std::span{lent}))})
        .has_value();
  }
  void make_raw(u32 terminal, u8 minimum = 1, u8 time = 0) {
    Attributes raw = attributes(terminal);
    raw.input = raw.output = raw.local = 0;
    raw.characters[static_cast<u8>(Special::minimum)] = minimum;
    raw.characters[static_cast<u8>(Special::time)] = time;
    EXPECT_TRUE(set(terminal, raw));
  }

  void type(unsigned port, std::string_view text) {
    ports.ports[port].input += text;
    server->on_input();
  }
  /// What the port has shown since this was last asked.
  std::string shown(unsigned port) {
    const std::string& output = ports.ports[port].output;
    std::string result = output.substr(std::min<u64>(seen[port], output.size()));
    seen[port] = output.size();
    return result;
  }

  std::vector<std::pair<u32, u32>> take_signals(u64 after) {
    std::vector<std::pair<u32, u32>> result;
    const auto taken = ask<signals::Taken, contract::signals::Exporter>(signals::TakeSignals{after});
    last_signal = taken->last;
    for (const auto& each : taken->signals) result.push_back({each.group, each.number});
    return result;
  }

  // ---- contract::HostMachine ----
  contract::Status call(contract::Endpoint, contract::Message&, u32) override { return contract::Status::refused; }
  contract::Status reply(contract::Endpoint, const contract::Message&) override { return contract::Status::ok; }
  contract::Status notify(unsigned slot, u64 events) override {
    if (slot == file_slot && events >> file_events) file_told = true;
    if (slot == process_slot && events >> process_events) process_told = true;
    return contract::Status::ok;
  }
  contract::Status wake(contract::Endpoint) override { return contract::Status::ok; }
  contract::Copied copy_in(contract::Endpoint, unsigned, u64 offset, void* to, u64 length) override {
    if (bad_lend) return {contract::Status::faulted, 0};
    std::memcpy(to, lent.data() + offset, length);
    return {contract::Status::ok, length};
  }
  contract::Copied copy_out(contract::Endpoint, unsigned, u64 offset, const void* from, u64 length) override {
    if (bad_lend) return {contract::Status::faulted, 0};
    std::memcpy(lent.data() + offset, from, length);
    return {contract::Status::ok, length};
  }

  // ---- Surroundings and OnceStore ----
  u64 now() override { return time; }
  void wake_at(u64 deadline) override { alarm = deadline; }
  void keep(std::span<Line> lines, const SignalQueue& signals) override {
    if (at_keep) at_keep();
    // By what the lines say has changed, so that a change they forget is one that this world forgets too.
    for (unsigned index = 0; index < max_lines; ++index) {
      const LineState& now_state = lines[index].state();
      kept_states[index].header = now_state.header;
      for (unsigned chunk = 0; chunk < input_chunks; ++chunk)
        if (lines[index].changed_input() >> chunk & 1) kept_states[index].input[chunk] = now_state.input[chunk];
      for (unsigned chunk = 0; chunk < output_chunks; ++chunk)
        if (lines[index].changed_output() >> chunk & 1) kept_states[index].output[chunk] = now_state.output[chunk];
    }
    kept_queue = signals;
    if (pending_once) kept_once = *pending_once;
    pending_once.reset();
    if (at_keep) at_keep();
  }
  const contract::OnceRecord* find(const contract::Call&) const override { return &kept_once; }
  void keep(const contract::Call& call, const contract::Message& reply) override {
    pending_once = contract::OnceRecord{call.sequence(), 1, reply};
    keep(server->lines(), server->signal_queue());
    server->kept();
  }

  /// Time passes, and the alarm goes off where it was set.
  void pass(u64 milliseconds) {
    const u64 until = time + milliseconds * 1'000'000;
    while (alarm != 0 && alarm <= until) {
      time = std::max(time, alarm);
      alarm = 0;
      server->on_time();
    }
    time = until;
  }

  FakePorts ports;
  std::vector<LineState> states_memory = std::vector<LineState>(max_lines);
  std::span<LineState, max_lines> states{states_memory.data(), max_lines};
  std::vector<LineState> kept_states = std::vector<LineState>(max_lines);
  SignalQueue queue, kept_queue;
  contract::OnceRecord kept_once;
  std::optional<contract::OnceRecord> pending_once;
  struct Instance final : Server {
    using Server::Server;
  };
  std::unique_ptr<Instance> server;
  std::string lent;
  std::optional<Reason> reason;
  std::map<unsigned, u64> seen;
  std::function<void()> at_keep;
  bool bad_lend = false, file_told = false, process_told = false;
  u64 time = 1'000'000'000, alarm = 0, last_signal = 0;
  u32 sequence = 0;
};

}  // namespace terminal::tests
