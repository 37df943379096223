// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/info.hpp"

namespace kernel {

using namespace abi;

inline constexpr unsigned ticks_per_second = 1000;
inline constexpr u64 tick_ns = 1'000'000'000 / ticks_per_second;

// Measures the timestamp counter against the PIT and begins monotonic time at 0.
void initialise_clock(TimeRecord& record);
u64 monotonic_ns();
u64 timestamp_to_ns(abi::u64 counts);

// Busy, without interrupts: for start-up only. At most 50 ms.
void wait_pit_ms(unsigned milliseconds);

}  // namespace kernel
