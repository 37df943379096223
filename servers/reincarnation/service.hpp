// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/component.hpp"
#include "generated/contract/reincarnation.hpp"
#include "servers/reincarnation/policy.hpp"

namespace reincarnation {

using contract::reincarnation::Crash;
using contract::reincarnation::State;

inline constexpr u8 no_slot = 255;
inline constexpr unsigned crashes_kept = 32;

/// What the server knows of one slot. Lies in its vault; changed by Guardian::commit only.
struct Service {
  State state = State::stopped;
  bool wanted = false;
  bool announced = false;  // the store knows that it is gone for good
  bool pins_stay = false;  // its device did not come to rest
  u8 quiet_attempts = 0;
  u8 stands_in_for = no_slot;
  bool poisoned = false;  // the request below is to be refused
  u32 generation = 0;     // the last one that was seen to run; 0: none
  u32 restarts = 0;
  u32 row = 0;    // failures in a row without a request served between
  u32 cause = 0;  // of the last failure
  u32 cause_detail = 0;
  u32 last_crash = 0;
  u64 since = 0;        // liveness ns of the last change of state
  u64 until = 0;        // liveness ns: no start before
  Executing executing;  // at the last failure
  u32 complaints = 0;   // that it made, each within `complaint_pause` of the one before
  u64 complained_at = 0;
};

/// Everything that survives the server itself.
struct Services {
  Service of[abi::max_slots];
};
struct Crashes {
  u32 count = 0;  // numbers given out
  u32 told = 0;   // the last one that the log has
  Crash ring[crashes_kept];
};

/// Somewhere between a failure and being back: the clocks of those above stand still.
constexpr bool recovering(State state) {
  return state != State::stopped && state != State::running && state != State::degraded;
}
/// The kernel is expected to run it.
constexpr bool alive(State state) { return state == State::publishing || state == State::running; }

std::string_view name_of(State state);

}  // namespace reincarnation
