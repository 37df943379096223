// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/component.hpp"
#include "abi/message.hpp"
#include "servers/reincarnation/machine.hpp"

// What is decided after a failure, as functions of what is known. DESIGN section 7, step 6.
namespace reincarnation {

inline constexpr u64 millisecond = 1'000'000;
inline constexpr u64 first_delay = 100 * millisecond;
inline constexpr u64 longest_delay = 10'000 * millisecond;
inline constexpr u32 most_in_row = 8;  // failures in a row after which a service is given up

/// Nobody but the kernel knows what a component was really sent, so that a complaint may be a lie. It costs the accused
/// a restart that nobody else notices. So many are believed of one component, each soon after the one before; then
/// none until it was silent so long.
inline constexpr u32 most_complaints = 3;
inline constexpr u64 complaint_pause = 10'000 * millisecond;

/// How long to wait before the next start: not at all after a failure that had a request served before it, then 100 ms,
/// twice that, and so on.
constexpr u64 delay_after(u32 failures_in_row) {
  if (failures_in_row <= 1) return 0;
  const u32 doublings = failures_in_row - 2;
  if (doublings >= 16) return longest_delay;
  const u64 delay = first_delay << doublings;
  return delay < longest_delay ? delay : longest_delay;
}

/// A request and where it was executing when its service failed.
struct Executing {
  u64 sender = 0;  // a program's endpoint; a component's slot + 1; 0: no request
  u64 tag = 0;     // of a component's request, without flags
  u64 site = 0;
  friend bool operator==(const Executing&, const Executing&) = default;
};

/// `strike`: instructions after which an injection struck, 0 if it was none. It is the place of an injected failure,
/// whose instruction pointer is always that of the same routine.
Executing executing(const abi::SlotStatus& status, u64 strike);

/// The same request, at the same place, at two failures one after the other.
constexpr bool is_poison(const Executing& before, const Executing& now) { return now.sender != 0 && before == now; }

bool has_device(const abi::ComponentRecord& record);

}  // namespace reincarnation
