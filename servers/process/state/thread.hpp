// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "abi/message.hpp"
#include "servers/process/kernel.hpp"
#include "servers/process/neighbours.hpp"
#include "servers/process/signal/pending.hpp"
#include "servers/process/state/timer.hpp"

namespace process {

using abi::Endpoint;

/// What a parked call waits for.
enum class Wait : u8 {
  none,
  child,   // wait4, waitid
  time,    // nanosleep
  signal,  // pause, sigsuspend
  one_of,  // sigtimedwait
  futex,
};

/// One thread of a program.
struct Thread {
  /// Who has the thread now.
  enum class Phase : u8 {
    running,  // in user mode, or in a call to some server
    handled,  // stopped in the kernel, and somebody here works on it
    held,     // stopped in the kernel by job control
    waiting,  // stopped in the kernel until its vfork's child is out of its memory
    gone,     // destroyed in the kernel; the record goes when nobody works for its process
  };

  u16 index = 0;
  Phase phase = Phase::handled;
  Wait wait = Wait::none;
  bool stop_asked = false;       // the kernel was told to stop it, and it has not been taken yet
  bool call_broken_off = false;  // it was let out of a call, which it may make anew
  bool has_saved_mask = false;   // `mask` is the temporary one of sigsuspend or ppoll
  bool sleep_goes_on = false;    // a sleep was broken off: made anew it ends when it would have
  bool traced = false;           // its calls and signals are told of
  u8 trap = 0;                   // vector of the last exception
  u16 process = 0;
  u16 next = 0;  // in its process
  KernelThread kernel = 0;
  Pid tid = 0;
  SignalSet mask, saved_mask;
  Pending pending;
  frame::AlternateStack alternate;
  u64 fault_address = 0;    // of the last exception
  u64 clear_child_tid = 0;  // address, or 0
  u64 robust_list = 0;      // address, or 0
  Endpoint call;            // parked
  Timer timer;              // when it has waited long enough
  u64 until = 0;            // of a wait until a time of day: that time, else 0
  u64 wake_at = 0;          // Wait::time
  u64 remaining = 0;        // Wait::time: address for the rest of the time, or 0
  SignalSet wanted;         // Wait::one_of
  u64 information = 0;      // Wait::one_of: address for what the signal tells, or 0
  struct {
    i32 pid = 0;
    u32 options = 0;
    u64 status = 0, usage = 0;  // addresses, or 0
    bool information = false;   // waitid: a siginfo_t goes to `status`
  } child;                      // Wait::child
  Location futex{};             // Wait::futex
  u32 futex_bits = 0;
  std::array<char, 16> name{};
};
static_assert(sizeof(Thread) <= page_size / 10);

}  // namespace process
