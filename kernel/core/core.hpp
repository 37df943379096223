// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/direct.hpp"
#include "kernel/core/lends.hpp"
#include "kernel/core/messages.hpp"
#include "kernel/core/programs.hpp"
#include "kernel/core/queues.hpp"
#include "kernel/core/schedule.hpp"
#include "kernel/core/slots.hpp"

// The portable core: threads, messages, batons, scheduling, stops, lends. One trivially copyable object without
// pointers, so that the exploration test can copy, hash and restore it. Whoever enters holds the one lock. Its parts
// are empty bases, one for each concept, whose members are called on the whole.
//
// Config: threads, slots, processors, ranks; Frame (registers: set_status(), argument(i), lend_word, within_ms(),
// take_message, step(bool), and for programs call_number(), take_program_call, value(), restart()); Machine with
// static functions
//   kick(processor)          make it enter the kernel soon
//   evict(processor)         return when it is out of user mode, or waiting for the lock
//   notify_mask(from, to)    event bits that slot `from` may raise at slot `to`
//   call_server(number), fault_server(), program_owner(), reincarnation()
namespace kernel {

template <class Config>
struct Core : Queues<Config>,
              Schedule<Config>,
              Messages<Config>,
              Direct<Config>,
              Programs<Config>,
              Slots<Config>,
              Lends<Config> {
  using Thread = ThreadOf<Config>;

  Thread threads[Config::threads];
  Slot slots[Config::slots];
  Processor processors[Config::processors];
  Queue ready[Config::ranks];
  u32 ready_ranks = 0;  // bit r: ready[r] is not empty
  Queue stopped;        // stops not yet told to the program owner
  u64 liveness = 0;     // ns
  u32 here = 0;         // the processor that holds the lock

  unsigned index_of(const Slot& slot) const { return static_cast<unsigned>(&slot - slots); }
  Thread* current() { return processors[here].current == no_thread ? nullptr : &threads[processors[here].current]; }
};

}  // namespace kernel
