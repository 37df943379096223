// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>

#include "servers/process/signal/signals.hpp"

namespace process {

/// Signals that wait for a thread or a process. What they tell lies in the pool; a standard signal whose telling found
/// no room is pending all the same.
struct Pending {
  SignalSet set;
  u16 first = 0;  // place in the pool, in order of arrival; 0: none
  u16 last = 0;
};

/// What pending signals tell, of all threads and processes.
class SignalPool {
 public:
  static constexpr std::size_t capacity = 1024;

  SignalPool();

  /// False: a realtime signal for which there is no room. A standard signal that is pending already is not queued
  /// twice.
  bool add(Pending& pending, const SignalInfo& info);
  /// What `take` would give.
  SignalInfo next(const Pending& pending, unsigned signal) const;
  /// Takes the signal's oldest entry out; it stays pending while there are more.
  SignalInfo take(Pending& pending, unsigned signal);
  /// Forgets signals.
  void discard(Pending& pending, SignalSet signals);

 private:
  struct Entry {
    SignalInfo info;
    u16 next = 0;
  };

  void unlink(Pending& pending, u16 before, u16 place);

  std::array<Entry, capacity> entries_{};  // 0 is none
  u16 free_ = 0;
};

}  // namespace process
