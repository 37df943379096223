// SPDX-License-Identifier: BSD-2-Clause
// Lines that are serial ports: bytes to and from the driver, by positions, so that either side may die in between.
#include <algorithm>
#include <array>

#include "servers/terminal/server.hpp"

namespace terminal {
namespace {

constexpr std::size_t piece = 512;

Attributes port_attributes() {
  Attributes attributes;
  attributes.control = control_flag::speed_115200 | control_flag::size | control_flag::receive | control_flag::hang_up |
                       control_flag::local;
  attributes.input_speed = attributes.output_speed = 115'200;
  return attributes;
}

constexpr WindowSize usual_size{24, 80, 0, 0};

}  // namespace

void Server::open_ports() {
  const u8 present = ports_.present();
  for (unsigned index = 0; index < max_ports; ++index) {
    Line& line = lines_[index];
    LineHeader& h = line.header();
    if (!(present >> index & 1)) {
      h.use = Use::free;
      continue;
    }
    const auto position = ports_.position(index);
    if (h.use == Use::free) {
      line.open(Use::port, port_attributes());
      h.size = usual_size;
      if (position) {
        h.device_input = position->input_first;
        h.output_tail = h.output_head = position->output_end;
      }
    } else if (position && (h.output_tail > position->output_end || h.device_input > position->input_end ||
                            h.device_input < position->input_first)) {
      // The driver's own memory was lost, or this server died when it had the driver forget. What is here goes on from
      // where the driver stands now.
      h.device_input = std::clamp(h.device_input, position->input_first, position->input_end);
      line.move_output(position->output_end);
    }
    configure(line);
  }
  commit();
  on_room();
  on_input();
}

void Server::pump(Line& line) {
  const unsigned port = index_of(line);
  LineHeader& h = line.header();
  if (h.flush_device) {
    h.flush_device = false;
    // What came after the flush follows what the device keeps.
    if (const auto end = ports_.discard(port)) line.move_output(*end);
  }
  for (auto part = line.output(); !part.empty(); part = line.output()) {
    const auto end = ports_.write(port, h.output_tail, std::as_bytes(part));
    if (!end || *end < h.output_tail) return;
    const u64 count = std::min<u64>(*end - h.output_tail, part.size());
    line.shown(count);
    if (count < part.size()) return;  // on_room goes on
  }
}

void Server::hear(Line& line) {
  const unsigned port = index_of(line);
  LineHeader& h = line.header();
  Moment& moment = moments_[port];
  moment.input_held = false;
  for (;;) {
    std::array<std::byte, piece> bytes;
    const auto taken = ports_.take(port, h.device_input, bytes);
    if (!taken) return;
    if (taken->breaks != h.device_breaks) {
      h.device_breaks = taken->breaks;
      line.receive_break(*this);
      changed(line);
    }
    const std::size_t count = line.receive(std::span{bytes}.first(taken->count), *this);
    h.device_input += count;
    if (count != 0) {
      moment.last_input = surroundings_.now();
      changed(line);
    }
    moment.pump_wanted = true;
    // The driver forgets what lies before the next position asked for, so this one has to be safe first.
    commit();
    moment.input_held = count < taken->count;
    if (count == 0 || moment.input_held) return;
  }
}

void Server::on_input() {
  for (unsigned port = 0; port < max_ports; ++port) {
    if (!is_port(lines_[port])) continue;
    hear(lines_[port]);
  }
}

void Server::on_room() {
  for (unsigned port = 0; port < max_ports; ++port) {
    if (!is_port(lines_[port])) continue;
    moments_[port].pump_wanted = true;
    changed(lines_[port]);
  }
  commit();
}

bool Server::drained(Line& line) {
  if (line.output_waiting() != 0) return false;
  if (!is_port(line)) return true;
  const auto position = ports_.position(index_of(line));
  return !position || position->output_sent == position->output_end;
}

}  // namespace terminal
