// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/status.hpp"
#include "kernel/core/thread.hpp"

namespace kernel {

inline constexpr u64 flag_step = 1 << 8;
inline constexpr u64 flags_of_user = 0x202;          // interrupts on
inline constexpr u64 flags_user_may_set = 0x240dd5;  // arithmetic, trap, direction, alignment check, identification

// The registers of a thread in user mode, as entry.S stores them. `call` says how it came in: by syscall, with this in
// rax (then rcx and r11 are lost), or otherwise (abi::no_call).
struct Frame : Registers {
  void set_status(Status status) { rax = static_cast<u64>(status); }
  u64& value() { return rax; }
  u64 instruction() const { return rip; }

  // Words of a kernel call: 0 endpoint, 1 tag, 2 to 8 payload. They are the first members.
  u64& argument(unsigned index) { return (&rdi)[index]; }
  u64 argument(unsigned index) const { return (&rdi)[index]; }
  u64 lend_word(unsigned lend, unsigned half) const { return argument(2 + 5 - 2 * lend + half); }

  void take_message(const Frame& from, u64 tag) {
    rsi = tag;
    for (unsigned i = 2; i < 9; ++i) argument(i) = from.argument(i);
  }
  // Of a call that takes the short path: for those who use its lends, and crash reports.
  void keep_message(auto... words) {
    unsigned index = 1;
    ((argument(index++) = words), ...);
  }
  u64 within_ms() const { return call >> 32; }  // of a component's call
  // The arguments of a program's system call, in Linux's order.
  u64 call_number() const { return call; }
  void take_program_call(const Frame& from, u64 tag) {
    rsi = tag;
    rdx = from.rdi;
    r8 = from.rsi;
    r9 = from.rdx;
    r12 = from.r10;
    r13 = from.r8;
    r14 = from.r9;
  }
  // The syscall instruction (two bytes) is executed again.
  void restart() {
    rip -= 2;
    rax = call;
    call = abi::call_again;
  }
  void step(bool on) { rflags = on ? rflags | flag_step : rflags & ~flag_step; }
};
static_assert(sizeof(Frame) == sizeof(Registers) && offsetof(Frame, rdi) == 0 && offsetof(Frame, r15) == 64);

}  // namespace kernel
