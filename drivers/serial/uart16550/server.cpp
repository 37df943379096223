// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/serial/uart16550/server.hpp"

namespace uart16550 {

using answer::Done;
using answer::Failed;
using answer::Reason;
using answer::Written;

void Server::on_line(unsigned index) {
  Port& port = ports_[index];
  if (port.uart == nullptr) return;
  const Uart::News news = port.uart->interrupt();
  if (news.input) raise(answer::Event::input);
  if (news.room) raise(answer::Event::room);
  settle(port);
}

contract::Answer<answer::Opened, Failed> Server::on_open(contract::Call&, const answer::Open&) {
  u8 present = 0;
  for (unsigned index = 0; index < max_ports; ++index)
    if (ports_[index].uart != nullptr) present = static_cast<u8>(present | 1 << index);
  return answer::Opened{present};
}

contract::Answer<answer::PositionIs, Failed> Server::on_position(contract::Call&, const answer::Position& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  const Streams& streams = uart(message.port)->streams();
  return answer::PositionIs{streams.input_first(), streams.input_end(), streams.output_end(), streams.output_sent()};
}

void Server::settle(Port& port) {
  if (!port.waiting || !port.uart->idle()) return;
  port.uart->configure(port.settings);
  port.waiting.answer(Done{});
}

contract::Answer<Done, Failed> Server::on_configure(contract::Call& call, const answer::Configure& message) {
  Port& port = ports_[message.port];
  if (port.uart == nullptr) return Failed{Reason::absent};
  if (!Uart::can(message.baud)) return Failed{Reason::setting};
  // Only an older generation of the client can still wait here, for a lane that is no more.
  if (port.waiting) port.waiting.drop();
  port.settings = {message.baud, message.data_bits, message.stop_bits, static_cast<Parity>(message.parity),
                   message.hardware_flow};
  if (port.uart->idle()) {
    port.uart->configure(port.settings);
    return Done{};
  }
  port.waiting = call.defer<Done, Failed>();
  return contract::deferred;
}

contract::Answer<answer::Taken, Failed> Server::on_take(contract::Call&, const answer::Take& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  Uart& port = *uart(message.port);
  Streams& streams = port.streams();
  if (message.from < streams.input_first() || message.from > streams.input_end()) return Failed{Reason::gap};
  streams.take(message.from);
  port.receive();
  u64 done = 0;
  while (done < message.data.length()) {
    auto bytes = streams.input(message.from + done);
    if (bytes.empty()) break;
    bytes = bytes.first(std::min<u64>(bytes.size(), message.data.length() - done));
    if (!message.data.copy_out(done, bytes)) return Failed{Reason::memory};
    done += bytes.size();
  }
  u8 ports = 0;
  for (unsigned index = 0; index < max_ports; ++index) {
    if (ports_[index].uart == nullptr) continue;
    Streams& others = ports_[index].uart->streams();
    const u64 known = index == message.port ? message.from + done : others.input_first();
    if (others.input_end() > known) ports = static_cast<u8>(ports | 1 << index);
  }
  return answer::Taken{static_cast<u32>(done), ports, port.lost(), port.breaks()};
}

contract::Answer<Written, Failed> Server::on_write(contract::Call&, const answer::Write& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  Uart& port = *uart(message.port);
  Streams& streams = port.streams();
  const u64 end = streams.output_end();
  if (message.from > end) return Failed{Reason::gap};
  // What the port has already is skipped: the request is issued again, or by a client that died before its answer came.
  u64 offset = end - message.from;
  while (offset < message.data.length()) {
    if (streams.output_room() == 0) {
      port.transmit();
      if (streams.output_room() == 0) break;
    }
    auto space = streams.output_space();
    space = space.first(std::min<u64>(space.size(), message.data.length() - offset));
    if (!message.data.copy_in(offset, space)) return Failed{Reason::memory};
    streams.accept(space.size());
    offset += space.size();
  }
  port.transmit();
  if (offset < message.data.length()) port.wants_room();
  return Written{std::max(streams.output_end(), message.from)};
}

contract::Answer<Written, Failed> Server::on_discard(contract::Call&, const answer::Discard& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  uart(message.port)->streams().discard_output();
  settle(ports_[message.port]);
  return Written{uart(message.port)->streams().output_end()};
}

contract::Answer<Done, Failed> Server::on_break_line(contract::Call&, const answer::BreakLine& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  uart(message.port)->break_line(message.on);
  return Done{};
}

contract::Answer<Done, Failed> Server::on_set_lines(contract::Call&, const answer::SetLines& message) {
  if (uart(message.port) == nullptr) return Failed{Reason::absent};
  uart(message.port)->set_lines(message.ready, message.request);
  return Done{};
}

}  // namespace uart16550
