// SPDX-License-Identifier: BSD-2-Clause
// Terminals as such: finding, telling, keeping.
#include "servers/terminal/server.hpp"

#include <algorithm>
#include <utility>

namespace terminal {
namespace {

template <std::size_t... index>
std::array<Line, max_lines> make_lines(std::span<LineState, max_lines> states, std::index_sequence<index...>) {
  return {Line{states[index]}...};
}

}  // namespace

Server::Server(std::span<LineState, max_lines> states, SignalQueue& queue, Ports& ports, Surroundings& surroundings)
    : lines_(make_lines(states, std::make_index_sequence<max_lines>{})),
      moments_{},
      queue_(queue),
      ports_(ports),
      surroundings_(surroundings) {}

std::optional<Server::Side> Server::find(u32 terminal) {
  const bool master = terminal >= answer::first_master;
  const u32 pair = terminal - (master ? answer::first_master : answer::first_slave);
  unsigned index;
  if (terminal < answer::first_slave)
    index = terminal < max_ports ? terminal : max_lines;
  else
    index = pair < max_pairs ? max_ports + pair : max_lines;
  if (index == max_lines || lines_[index].header().use == Use::free) return std::nullopt;
  return Side{&lines_[index], index, master};
}

Line* Server::controlled_by(u32 session) {
  if (session == 0) return nullptr;
  const auto found = std::ranges::find_if(
      lines_, [&](const Line& line) { return line.header().use != Use::free && line.header().session == session; });
  return found == lines_.end() ? nullptr : &*found;
}

void Server::changed(const Line& line) {
  const unsigned index = index_of(line);
  moments_[index].writer_waits = false;
  if (index < max_ports) {
    changed_ports_ |= u32{1} << index;
  } else {
    changed_slaves_ |= u64{1} << (index - max_ports);
    changed_masters_ |= u64{1} << (index - max_ports);
  }
  // Once is enough until they have been asked for.
  if (!std::exchange(told_, true)) contract::terminal::Exporter::raise(answer::Event::ready);
}

void Server::announce() {
  for (const Line& line : lines_) changed(line);
  contract::terminal::Exporter::raise(answer::Event::ready);
  contract::signals::Exporter::raise(signals::Event::pending);
}

contract::Answer<answer::Changes> Server::on_take_changes(contract::Call&, const answer::TakeChanges&) {
  told_ = false;
  return answer::Changes{std::exchange(changed_ports_, 0), std::exchange(changed_slaves_, 0),
                         std::exchange(changed_masters_, 0)};
}

void Server::commit() {
  surroundings_.keep(lines_, queue_);
  kept();
}

void Server::kept() {
  for (Line& line : lines_) line.settled();
  work();
  plan();
}

void Server::work() {
  for (unsigned port = 0; port < max_ports; ++port) {
    Moment& moment = moments_[port];
    if (std::exchange(moment.pump_wanted, false)) pump(lines_[port]);
    // Input that was left with the device because nobody read: hear() keeps what it hears by itself.
    if (moment.input_held && lines_[port].input_room() > input_capacity / 2) hear(lines_[port]);
    if (moment.writer_waits && lines_[port].writable()) changed(lines_[port]);
  }
}

// A new generation has forgotten what the old one was told.
void Server::on_client(contract::ClientChange) {
  told_ = false;
  announce();
}

// The next moment at which something happens by itself.
void Server::plan() {
  u64 next = 0;
  const auto at = [&](u64 time) {
    if (time != 0 && (next == 0 || time < next)) next = time;
  };
  constexpr u64 drain_poll = 10'000'000;
  for (const Moment& moment : moments_) {
    at(moment.read_until);
    at(moment.break_until);
    if (moment.drain_wanted) at(surroundings_.now() + drain_poll);
  }
  surroundings_.wake_at(next);
}

void Server::on_time() {
  const u64 now = surroundings_.now();
  for (Line& line : lines_) {
    Moment& moment = moments_[index_of(line)];
    if (moment.break_until != 0 && now >= moment.break_until) {
      moment.break_until = 0;
      ports_.break_line(index_of(line), false);
    }
    if (moment.read_until != 0 && now >= moment.read_until) {
      moment.read_until = 0;
      changed(line);
    }
    if (moment.drain_wanted && drained(line)) {
      moment.drain_wanted = false;
      changed(line);
    }
  }
  plan();
}

// ---- signals ----

void Server::raise(u32 group, u32 number) {
  const SignalQueue::Entry entry{group, number};
  // The same again before the first was taken says nothing new.
  for (u64 at = queue_.first; at != queue_.last; ++at)
    if (queue_.entries[at % SignalQueue::capacity] == entry) return;
  if (queue_.last - queue_.first == SignalQueue::capacity) return;
  queue_.entries[queue_.last++ % SignalQueue::capacity] = entry;
  contract::signals::Exporter::raise(signals::Event::pending);
}

contract::Answer<signals::Taken> Server::on_take_signals(contract::Call&, const signals::TakeSignals& message) {
  queue_.first = std::clamp(message.after, queue_.first, queue_.last);
  signals::Taken result{.last = queue_.first, .signals = {}};
  for (u64 at = queue_.first; at != queue_.last; ++at) {
    const SignalQueue::Entry& entry = queue_.entries[at % SignalQueue::capacity];
    if (!result.signals.push({entry.group, entry.number})) break;
    result.last = at + 1;
  }
  commit();
  return result;
}

contract::Answer<signals::Done> Server::on_end_session(contract::Call&, const signals::EndSession& message) {
  if (Line* const line = controlled_by(message.session)) {
    let_go(*line);
    commit();
  }
  return signals::Done{};
}

}  // namespace terminal
