// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/status.hpp"
#include "kernel/core/thread.hpp"

namespace kernel {

inline constexpr u64 flag_step = 1 << 8;
inline constexpr u64 flags_of_user = 0x202;         // interrupts on
inline constexpr u64 flags_user_may_set = 0x240dd5;  // arithmetic, trap, direction, alignment check, identification
inline constexpr u64 no_call = ~u64{0};

// The registers of a thread in user mode, as entry.S stores them. `call` says how it came in: by syscall (then rcx and
// r11 are lost), or otherwise (no_call).
struct Frame : abi::Registers {
  u64& status() { return rax; }
  u64& value() { return rax; }
  u64 instruction() const { return rip; }

  // Words of a kernel call: 0 endpoint, 1 tag, 2 to 8 payload.
  u64& argument(unsigned index) {
    u64* const words[] = {&rdi, &rsi, &rdx, &r8, &r9, &r10, &r12, &r13, &r14};
    return *words[index];
  }
  u64 argument(unsigned index) const { return const_cast<Frame*>(this)->argument(index); }
  u64 lend_word(unsigned lend, unsigned half) const { return argument(2 + 5 - 2 * lend + half); }

  // Of a program: 0 the number, 1 to 6 the arguments.
  u64 linux_call(unsigned index) const {
    const u64 words[] = {call, rdi, rsi, rdx, r10, r8, r9};
    return words[index];
  }
  // The syscall instruction (two bytes) is executed again.
  void restart() {
    rip -= 2;
    rax = call;
    call = no_call;
    rcx = rip;
  }
  void step(bool on) { rflags = on ? rflags | flag_step : rflags & ~flag_step; }
};
static_assert(sizeof(Frame) == sizeof(abi::Registers));

}  // namespace kernel
