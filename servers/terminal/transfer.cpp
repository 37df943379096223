// SPDX-License-Identifier: BSD-2-Clause
// Reading, writing, waiting.
#include <algorithm>

#include "servers/terminal/server.hpp"

namespace terminal {
namespace {

using answer::Failed;

constexpr u64 tenth_of_second = 100'000'000;
constexpr std::size_t piece = 512;
constexpr u32 poll_input = 1, poll_output = 4, poll_error = 8, poll_hang_up = 16;

}  // namespace

Transfer Server::on_read(contract::Call&, const answer::Read& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  return side->master ? read_master(*side, message.data) : read_slave(*side, message);
}

Transfer Server::read_master(const Side& side, const contract::Lend& data) {
  Line& line = *side.line;
  u64 done = 0;
  while (done < data.length()) {
    const auto part = line.output();
    if (part.empty()) break;
    const u64 count = std::min<u64>(part.size(), data.length() - done);
    if (!data.copy_out(done, std::as_bytes(part.first(count)))) return Failed{Reason::memory};
    line.shown(count);
    done += count;
  }
  if (done == 0 && data.length() != 0) {
    const LineHeader& h = line.header();
    return Failed{h.slave_was_open && !h.slave_open ? Reason::hung_up : Reason::would_block};
  }
  changed(line);
  return answer::Transferred{static_cast<u32>(done)};
}

// MIN and TIME of termios(3): the timer runs from the read's beginning where MIN is 0, else from byte to byte.
ReadMode Server::mode_of(const Line& line, Moment& moment, const answer::Read& message) {
  ReadMode mode{.blocking = message.blocking};
  const u64 time = line.attributes().special(Special::time) * tenth_of_second;
  if (time == 0 || line.canonical()) return mode;
  const u64 now = surroundings_.now();
  if (line.attributes().special(Special::minimum) == 0) {
    if (!message.again) moment.read_until = now + time;
    mode.timed_out = now >= moment.read_until;
    return mode;
  }
  const bool waiting = line.input_waiting() != 0;
  if (!message.again && waiting) moment.last_input = now;
  moment.read_until = waiting ? moment.last_input + time : 0;
  mode.timed_out = waiting && now >= moment.read_until;
  return mode;
}

Transfer Server::read_slave(const Side& side, const answer::Read& message) {
  Line& line = *side.line;
  Moment& moment = moments_[side.index];
  if (is_gone(side)) return answer::Transferred{0};
  if (is_behind(line, message.caller)) return Failed{Reason::background};
  const ReadMode mode = mode_of(line, moment, message);
  std::array<u8, input_capacity> bytes;
  const std::size_t most = std::min<u64>(message.data.length(), bytes.size());
  const ReadResult result = line.read(std::span{bytes}.first(most), mode);
  if (result.blocks) {
    return Failed{Reason::would_block};
  }
  moment.read_until = 0;
  if (!message.data.copy_out(0, std::as_bytes(std::span{bytes}.first(result.count)))) return Failed{Reason::memory};
  line.took(result.count);
  if (line.header().use == Use::pair) changed(line);
  return answer::Transferred{result.count};
}

Transfer Server::on_write(contract::Call&, const answer::Write& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  if (is_gone(*side)) return Failed{Reason::hung_up};
  if (side->master) return write_master(*side, message.data);
  if (side->line->local_mode(local_flag::stop_background) && is_barred(*side->line, message.caller))
    return Failed{Reason::background};
  return write_slave(*side, message.data);
}

// What is written to the master is typed on the slave.
Transfer Server::write_master(const Side& side, const contract::Lend& data) {
  u64 done = 0;
  while (done < data.length()) {
    std::array<std::byte, piece> bytes;
    const auto part = std::span{bytes}.first(std::min<u64>(piece, data.length() - done));
    if (!data.copy_in(done, part)) {
      if (done != 0) break;
      return Failed{Reason::memory};
    }
    const std::size_t count = side.line->receive(part, *this);
    done += count;
    if (count < part.size()) break;
  }
  if (done == 0 && data.length() != 0) return Failed{Reason::would_block};
  moments_[side.index].last_input = surroundings_.now();
  changed(*side.line);
  return answer::Transferred{static_cast<u32>(done)};
}

Transfer Server::write_slave(const Side& side, const contract::Lend& data) {
  Line& line = *side.line;
  u64 done = 0;
  while (done < data.length()) {
    std::array<std::byte, piece> bytes;
    const auto part = std::span{bytes}.first(std::min<u64>(piece, data.length() - done));
    if (!data.copy_in(done, part)) {
      if (done != 0) break;
      return Failed{Reason::memory};
    }
    const std::size_t count = line.write(part);
    done += count;
    if (count < part.size()) break;
  }
  if (is_port(line)) moments_[side.index].pump_wanted = true;
  if (done == 0 && data.length() != 0) {
    moments_[side.index].writer_waits = true;
    return Failed{Reason::would_block};
  }
  if (!is_port(line)) changed(line);
  return answer::Transferred{static_cast<u32>(done)};
}

contract::Answer<answer::Polled, Failed> Server::on_poll(contract::Call&, const answer::Poll& message) {
  const auto side = find(message.terminal);
  if (!side) return answer::Polled{poll_input | poll_output | poll_error | poll_hang_up};
  const Line& line = *side->line;
  if (is_gone(*side)) return answer::Polled{poll_input | poll_output | poll_error | poll_hang_up};
  u32 events = 0;
  if (side->master) {
    const bool left = line.header().slave_was_open && !line.header().slave_open;
    if (!line.output().empty()) events |= poll_input;
    if (left) events |= poll_input | poll_hang_up;
    if (line.input_room() > 1) events |= poll_output;
  } else {
    if (line.readable()) events |= poll_input;
    if (line.writable()) events |= poll_output;
  }
  return answer::Polled{events};
}

contract::Answer<answer::QueuedIs, Failed> Server::on_queued(contract::Call&, const answer::Queued& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  const u64 input = side->master ? side->line->output_waiting() : side->line->input_waiting();
  u64 output = side->master ? 0 : side->line->output_waiting();
  if (is_port(*side->line))
    if (const auto position = ports_.position(side->index)) output += position->output_end - position->output_sent;
  return answer::QueuedIs{static_cast<u32>(input), static_cast<u32>(output)};
}

}  // namespace terminal
