// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

namespace component {

/// The monotonic clock in nanoseconds, from the information page, without a kernel call.
abi::u64 now();

/// Liveness time in nanoseconds: stands still where the host took the processors away. A kernel call.
abi::u64 liveness();

/// Raises on_timer when `deadline` (nanoseconds of `now`) has passed; 0 takes it back. There is one.
void set_timer(abi::u64 deadline);

}  // namespace component
