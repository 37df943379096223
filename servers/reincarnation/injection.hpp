// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/reincarnation.hpp"
#include "servers/reincarnation/machine.hpp"

namespace reincarnation {

using contract::reincarnation::Progress;

inline constexpr u64 injection_patience = 10'000'000'000;  // liveness ns until an armed injection is taken back

/// The injection ordered last. It counts only if the kernel says that it struck.
struct Injection {
  u32 number = 0;  // 0: there was none
  Progress progress = Progress::missed;
  u8 slot = 0;
  u32 generation = 0;  // of the service
  u32 crash = 0;       // the report of it
  u64 strikes = 0;     // of the slot, when this one was armed
  u64 after = 0;       // instructions between the delivery of a request and the stroke
  u64 until = 0;       // liveness ns
  u64 tag = 0;         // of the request struck
  u64 sender = 0;
};

/// Instructions of the runtime until it knows whose request it serves: who breaks a contract needs that.
inline constexpr u64 instructions_until_known = 100;

/// Instructions to let pass: any order of magnitude from the first to a few thousand is as likely as another.
constexpr u64 instructions_to_pass(u64 random) { return 1 + (random >> 8) % (u64{1} << random % 12); }

}  // namespace reincarnation
