// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>

#include "drivers/clock/mc146818/shown.hpp"

namespace mc146818 {

/// Why there is no time to be had.
enum class Error : u8 {
  stopped,   // the clock does not go, or has not always gone
  invalid,   // it shows what is no time
  unsteady,  // it never held still long enough to be read
};

struct Reading {
  u64 seconds = 0;    // since 1970-01-01 00:00:00
  u64 monotonic = 0;  // nanoseconds, just before the registers were read

  friend bool operator==(const Reading&, const Reading&) = default;
};

/// The clock chip behind its two ports.
class Chip {
 public:
  /// The monotonic clock, in nanoseconds.
  using Monotonic = u64 (*)();
  /// Longest that reading takes. An update is over after 2 ms.
  static constexpr u64 patience = 100'000'000;

  explicit Chip(Monotonic monotonic, u16 port = first_port) : monotonic_(monotonic), port_(port) {}

  std::expected<Reading, Error> read();

 private:
  u8 get(Address address);
  template <class Register>
  Register get(Address address) {
    return {{get(address)}};
  }
  bool goes();
  bool wait_for_rest(u64 deadline);
  Shown look();

  Monotonic monotonic_;
  driver::Port port_;
};

}  // namespace mc146818
