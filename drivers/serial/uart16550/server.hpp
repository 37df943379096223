// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>

#include "drivers/serial/uart16550/uart.hpp"
#include "generated/contract/serial.hpp"
#include "lib/contract/token.hpp"

namespace uart16550 {

namespace answer = contract::serial;

/// The contract `serial` on up to four ports.
class Server : public contract::serial::Exporter {
 public:
  static constexpr unsigned max_ports = answer::max_ports;

  /// Port `index` is there; its streams are memory that survives.
  void add(unsigned index, Uart& uart) { ports_[index].uart = &uart; }
  /// The line of port `index` went up and was acknowledged.
  void on_line(unsigned index);
  /// After a start: who is waiting for something is to look again.
  void announce() {
    raise(answer::Event::input);
    raise(answer::Event::room);
  }

  contract::Answer<answer::Opened, answer::Failed> on_open(contract::Call&, const answer::Open&) override;
  contract::Answer<answer::PositionIs, answer::Failed> on_position(contract::Call&, const answer::Position&) override;
  contract::Answer<answer::Done, answer::Failed> on_configure(contract::Call&, const answer::Configure&) override;
  contract::Answer<answer::Taken, answer::Failed> on_take(contract::Call&, const answer::Take&) override;
  contract::Answer<answer::Written, answer::Failed> on_write(contract::Call&, const answer::Write&) override;
  contract::Answer<answer::Written, answer::Failed> on_discard(contract::Call&, const answer::Discard&) override;
  contract::Answer<answer::Done, answer::Failed> on_break_line(contract::Call&, const answer::BreakLine&) override;
  contract::Answer<answer::Done, answer::Failed> on_set_lines(contract::Call&, const answer::SetLines&) override;

 private:
  struct Port {
    Uart* uart = nullptr;
    /// Settings that wait until the output has left.
    contract::Token<answer::Done, answer::Failed> waiting;
    Settings settings;
  };

  Uart* uart(u8 port) const { return ports_[port].uart; }
  void settle(Port& port);

  std::array<Port, max_ports> ports_;
};

}  // namespace uart16550
