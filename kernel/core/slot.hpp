// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/status.hpp"
#include "kernel/core/thread.hpp"

namespace kernel {

// One slot as the core sees it. Privileges are copied from the verified table at boot and never changed; what the
// reincarnation server may ask for is the first part.
struct Slot : SlotStatus {
  u64 timer = 0;          // monotonic ns, 0: none
  u16 baton = no_thread;  // the thread that runs or may run
  u16 first_thread = 0;
  u8 threads = 0;
  u8 rank = 0;
  u8 rank_now = 0;  // the last, while it is over its budget
  u8 budget_percent = 0;
  bool started_before = false;
  Queue waiters;                              // threads that have their answer and want the baton
  u16 receivers[2] = {no_thread, no_thread};  // stacks: [0] general, [1] reserved for components and events
  Queue senders[2];                           // [0] components, [1] programs
  Queue delivered;                            // programs' calls in the hands of this slot, in order of delivery
  bool waiting = false;  // for the baton: a thread, an event or a message; sometimes nothing any more
  u64 door = 0;          // endpoint under which the direct path finds it; 0: it must not
  u64 period_time = 0;   // ns in this budget period
  u64 inject_at = 0;     // instruction pointer to force, 0: not armed
  u64 inject_steps = 0;
};

}  // namespace kernel
