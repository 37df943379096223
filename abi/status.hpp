// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

namespace abi {

enum class SlotState : u32 { empty = 0, running = 1, stopped = 2, resetting = 3 };

// Why the kernel stops a slot by itself. Exceptions are cause_exception + vector; the other causes are the
// reincarnation server's own (servers/reincarnation/causes.hpp).
enum Cause : u32 {
  cause_exit = 1,
  cause_hang = 4,
  cause_storm = 7,
  cause_exception = 0x100,
};

// What Registers::call says besides a number: not in a call, or back in front of the one whose number is in rax.
inline constexpr u64 no_call = ~u64{0};
inline constexpr u64 call_again = no_call - 1;

// Registers of a thread, as thread_registers, thread_create and crash reports carry them.
struct Registers {
  u64 rdi, rsi, rdx, r8, r9, r12, r13, r14, r15;  // a message lies in these, in this order
  u64 rax, rbx, rcx, rbp, rsp, r10, r11;
  u64 rip, rflags, fs_base, gs_base;
  u64 call;  // of a program: number of the Linux call it was in last, no_call or call_again
};
static_assert(sizeof(Registers) == 21 * 8);

struct SlotStatus {
  u32 generation = {};
  SlotState state = {};
  u32 cause = {};            // of the last stop
  u32 cause_detail = {};     // exit: its code
  u64 fault_address = {};    // page fault: the address
  u64 stopped_at = {};       // liveness ns
  u64 last_receive = {};     // liveness ns when a thread of it last received or asked to
  u64 processor_time = {};   // ns used since then
  u64 total_time = {};       // ns used since boot
  u64 events = {};           // pending
  u64 served = {};           // messages delivered since the last reset
  u64 frames = {};           // taken now
  u64 faulting_thread = {};  // index in the slot of the thread that stopped it
  u64 injected = {};         // injections that struck since boot
  u64 last_request[8] = {};  // message the faulting thread last received (tag, words)
  u64 last_sender = {};      // endpoint it came from
  Registers registers = {};  // of the faulting thread when it stopped
};
static_assert(sizeof(SlotStatus) == 16 + 8 * 8 + 8 + 8 + 72 + 168);

}  // namespace abi
