// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/info.hpp"
#include "abi/slot.hpp"

// The kernel's own devices: interrupt controllers, clock and debug console.
namespace kernel {

using namespace abi;

// ---- apic.cpp: the local APIC of each processor (SDM volume 3, 11) and the I/O APIC (Intel 82093AA), at their
// standard addresses. The old interrupt controllers are masked for good.

inline constexpr unsigned lines = 24;
inline constexpr unsigned vector_kick = 0xf0;
inline constexpr unsigned vector_spurious = 0xff;

void initialise_interrupt_controllers();
unsigned initialise_local_apic();  // of the processor that runs this: its identifier
void start_timer(unsigned ticks_per_second);
void end_of_interrupt();
void send_kick(unsigned apic);
void send_start(unsigned apic, unsigned page);  // INIT, then start-up at page << 12

// Input `line` raises its vector on the first processor.
void route_line(unsigned line, bool level, bool active_low);
void mask_line(unsigned line, bool masked);
inline constexpr u64 message_address = 0xfee0'0000;  // | APIC identifier << 12

// ---- clock.cpp ----

inline constexpr unsigned ticks_per_second = 1000;
inline constexpr u64 tick_ns = 1'000'000'000 / ticks_per_second;

// Measures the timestamp counter against the PIT and begins monotonic time at 0.
void initialise_clock(TimeRecord& record);
u64 monotonic_ns();
u64 timestamp_to_ns(u64 counts);

// Busy, without interrupts: for start-up only. At most 50 ms.
void wait_pit_ms(unsigned milliseconds);

// ---- console.cpp ----

// The kernel's log: a ring in memory that log_read serves, and the debug port (0xe9 of QEMU and Bochs).
void log_bytes(const char* text, u64 length);
u64 read_log(u64& position, char* to, u64 length);
void log(const char* text);
void log(const char* text, u64 hexadecimal);

// Nothing can go on: says why, with numbers (four if an exception is told) and a backtrace of addresses, which
// tools/command/panic.py names on the host, and ends the machine with a status that is not zero.
[[noreturn]] void panic(const char* why, u64 a = 0, u64 b = 0, u64 frame_pointer = 0, u64 c = 0, u64 d = 0);

}  // namespace kernel
