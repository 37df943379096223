// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <initializer_list>

#include "abi/slot.hpp"

// Interrupt controllers: the local APIC of each processor (SDM volume 3, 11) and the I/O APIC (Intel 82093AA), at their
// standard addresses. The old interrupt controllers are masked for good.
namespace kernel {

using namespace abi;

inline constexpr unsigned lines = 24;
inline constexpr unsigned vector_kick = 0xf0;
inline constexpr unsigned vector_spurious = 0xff;

void initialise_interrupt_controllers();
void initialise_local_apic();
unsigned local_apic_id();
void start_timer(unsigned ticks_per_second);
void end_of_interrupt();
void send_kick(unsigned apic);
void send_start(unsigned apic, unsigned page);  // INIT, then start-up at page << 12

// Input `line` raises its vector on the first processor.
void route_line(unsigned line, bool level, bool active_low);
void mask_line(unsigned line, bool masked);
inline constexpr u64 message_address = 0xfee0'0000;  // | APIC identifier << 12

}  // namespace kernel
