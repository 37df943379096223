// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>
#include <span>

#include "lib/contract/once.hpp"
#include "servers/terminal/line.hpp"

namespace terminal {

/// How a serial line is to be set.
struct PortSettings {
  u32 baud = 115'200;
  u8 data_bits = 8;
  u8 stop_bits = 1;
  bool parity = false, odd = false, stick = false;
  bool hardware_flow = false;
  friend bool operator==(const PortSettings&, const PortSettings&) = default;
};

/// Where a port's streams stand, as contracts/serial.contract counts them.
struct PortPosition {
  u64 input_first = 0, input_end = 0, output_end = 0, output_sent = 0;
};
struct PortInput {
  u32 count = 0;
  u32 breaks = 0;
};

/// The serial ports, as this server uses them. What fails is answered with nothing: the driver is away for good, and
/// the line shows and hears nothing.
class Ports {
 public:
  virtual u8 present() = 0;
  virtual std::optional<PortPosition> position(unsigned port) = 0;
  virtual std::optional<PortInput> take(unsigned port, u64 from, std::span<std::byte> into) = 0;
  /// Position behind the last byte accepted.
  virtual std::optional<u64> write(unsigned port, u64 from, std::span<const std::byte> bytes) = 0;
  virtual std::optional<u64> discard(unsigned port) = 0;
  virtual void configure(unsigned port, const PortSettings& settings) = 0;
  virtual void break_line(unsigned port, bool on) = 0;

 protected:
  ~Ports() = default;
};

/// Signals that wait until the process server takes them; numbered, because it says which it has. Lies in the vault.
struct SignalQueue {
  static constexpr unsigned capacity = 32;
  struct Entry {
    u32 group = 0, number = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };
  u64 first = 0;  // how many have been taken
  u64 last = 0;   // how many there were
  Entry entries[capacity];
  friend bool operator==(const SignalQueue&, const SignalQueue&) = default;
};

/// Time, and what survives.
class Surroundings {
 public:
  /// Monotonic, in nanoseconds.
  virtual u64 now() = 0;
  /// Calls on_time at `deadline`; 0: never. The last one counts.
  virtual void wake_at(u64 deadline) = 0;
  /// Puts what has changed of the lines and the queue into the vault, all of it or nothing; and with it the answer to a
  /// request that is performed once.
  virtual void keep(std::span<Line> lines, const SignalQueue& signals) = 0;

 protected:
  ~Surroundings() = default;
};

}  // namespace terminal
