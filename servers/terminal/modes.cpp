// SPDX-License-Identifier: BSD-2-Clause
// Attributes, size, flow, flushing.
#include <cstring>

#include "servers/terminal/server.hpp"

namespace terminal {

using answer::Failed;

Done Server::on_get_attributes(contract::Call&, const answer::GetAttributes& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  const auto bytes = std::as_bytes(std::span{&side->line->attributes(), 1}).first(message.attributes.length());
  if (!message.attributes.copy_out(0, bytes)) return Failed{Reason::memory};
  return answer::Done{};
}

Done Server::on_set_attributes(contract::Call&, const answer::SetAttributes& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  Line& line = *side->line;
  if (is_gone(*side)) return Failed{Reason::hung_up};
  if (!side->master && is_barred(line, message.caller)) return Failed{Reason::background};
  Attributes wanted = line.attributes();
  const auto bytes = std::as_writable_bytes(std::span{&wanted, 1}).first(message.attributes.length());
  if (!message.attributes.copy_in(0, bytes)) return Failed{Reason::memory};
  if (message.when != answer::When::now && !drained(line)) {
    moments_[side->index].drain_wanted = true;
    plan();
    return Failed{Reason::would_block};
  }
  if (message.when == answer::When::flushed) line.flush_input();
  const bool other = (wanted.control & control_flag::speed) == control_flag::speed_other &&
                     message.attributes.length() == attributes_bytes;
  if (!other) wanted.input_speed = wanted.output_speed = speed_of(wanted.control);
  line.set_attributes(wanted);
  if (is_port(line)) configure(line);
  moments_[side->index].pump_wanted = is_port(line);
  changed(line);
  commit();
  return answer::Done{};
}

void Server::configure(Line& line) {
  const Attributes& attributes = line.attributes();
  Moment& moment = moments_[index_of(line)];
  PortSettings settings;
  // A speed of 0 means to hang up, which has no wire here; the line keeps the one it had.
  settings.baud = attributes.output_speed != 0 ? attributes.output_speed : moment.settings.baud;
  settings.data_bits = static_cast<u8>(5 + ((attributes.control & control_flag::size) >> control_flag::size_shift));
  settings.stop_bits = attributes.control & control_flag::two_stops ? 2 : 1;
  settings.parity = attributes.control & control_flag::parity;
  settings.odd = attributes.control & control_flag::odd;
  settings.stick = attributes.control & control_flag::stick;
  settings.hardware_flow = attributes.control & control_flag::hardware;
  if (settings == moment.settings) return;
  moment.settings = settings;
  ports_.configure(index_of(line), settings);
}

contract::Answer<answer::Size, Failed> Server::on_get_size(contract::Call&, const answer::GetSize& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  const WindowSize& size = side->line->header().size;
  return answer::Size{size.rows, size.columns, size.width, size.height};
}

Done Server::on_set_size(contract::Call&, const answer::SetSize& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  LineHeader& h = side->line->header();
  const WindowSize size{message.rows, message.columns, message.width, message.height};
  if (size == h.size) return answer::Done{};
  h.size = size;
  if (h.group != 0) raise(h.group, signal::window);
  commit();
  return answer::Done{};
}

Done Server::on_drain(contract::Call&, const answer::Drain& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  if (side->master || is_gone(*side)) return answer::Done{};
  if (is_barred(*side->line, message.caller)) return Failed{Reason::background};
  if (drained(*side->line)) return answer::Done{};
  moments_[side->index].drain_wanted = true;
  plan();
  return Failed{Reason::would_block};
}

Done Server::on_send_break(contract::Call&, const answer::SendBreak& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  if (!side->master && is_barred(*side->line, message.caller)) return Failed{Reason::background};
  if (!is_port(*side->line)) return answer::Done{};
  constexpr u64 quarter_of_second = 250'000'000;
  ports_.break_line(side->index, true);
  moments_[side->index].break_until = surroundings_.now() + quarter_of_second;
  plan();
  return answer::Done{};
}

Done Server::on_control_flow(contract::Call&, const answer::ControlFlow& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  Line& line = *side->line;
  if (!side->master && is_barred(line, message.caller)) return Failed{Reason::background};
  switch (message.action) {
    case answer::Flow::stop_output:
      line.header().held = true;
      break;
    case answer::Flow::start_output:
      line.header().held = line.header().stopped = false;
      break;
    case answer::Flow::send_stop:
      line.send(line.attributes().special(Special::stop));
      break;
    case answer::Flow::send_start:
      line.send(line.attributes().special(Special::start));
      break;
  }
  moments_[side->index].pump_wanted = is_port(line);
  changed(line);
  commit();
  return answer::Done{};
}

Done Server::on_flush(contract::Call&, const answer::Flush& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  Line& line = *side->line;
  if (!side->master && is_barred(line, message.caller)) return Failed{Reason::background};
  // From the master's side input is what the slave has put out.
  const bool input = message.queue != answer::Queue::output, output = message.queue != answer::Queue::input;
  if (side->master ? output : input) line.flush_input();
  if (side->master ? input : output) line.flush_output();
  moments_[side->index].pump_wanted = is_port(line);
  changed(line);
  commit();
  return answer::Done{};
}

}  // namespace terminal
