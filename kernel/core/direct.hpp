// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/slot.hpp"
#include "kernel/core/thread.hpp"

namespace kernel {

// The short path of messages between components: straight from one that runs to one that waits. Each guard falls to the
// general path (nullptr: nothing was done); behind the last one nothing can fail. The words of the message are not
// looked at: the machine hands them over when the core has said to whom.
template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Direct {
  // Where a component is ready, the general path sees which is more urgent; programs have the last rank.
  static constexpr u32 component_ranks = ~(1u << (Config::ranks - 1));
  static constexpr u64 destination_bits = Endpoint::of(max_slots - 1, ~0u).bits;

  [[gnu::always_inline]] Thread* direct_call(this Core& core, Thread& caller, Endpoint to) {
    Slot& mine = core.slots[caller.slot];
    Slot& target = core.slots[to.slot() % Config::slots];
    if ((to.bits & destination_bits) != target.door) return nullptr;  // guard
    if (!(caller.call_slots >> to.slot() & 1)) return nullptr;        // guard
    if (target.baton != no_thread) return nullptr;                    // guard
    u16& receivers = target.receivers[target.receivers[1] != no_thread];
    if (receivers == no_thread) return nullptr;              // guard
    if (mine.waiting) return nullptr;                        // guard
    if (core.ready_ranks & component_ranks) return nullptr;  // guard
    Thread& receiver = core.take(receivers);
    core.begin_call(caller, to);
    caller.state = ThreadState::calling;
    receiver.serving = caller.id;
    ++target.served;
    target.last_receive = core.liveness;
    target.processor_time = 0;
    core.hand_over(caller, mine, receiver, target);
    return &receiver;
  }

  [[gnu::always_inline]] Thread* direct_reply_receive(this Core& core, Thread& server, Endpoint to, u64 options) {
    if (server.program) return nullptr;  // guard
    if (to.program()) return nullptr;    // guard
    Thread* caller = core.caller_of(server, to);
    if (!caller) return nullptr;  // guard
    Slot& mine = core.slots[server.slot];
    Slot& target = core.slots[caller->slot];
    if (target.baton != no_thread) return nullptr;           // guard
    if (mine.waiting) return nullptr;                        // guard
    if (core.ready_ranks & component_ranks) return nullptr;  // guard
    core.hand_over(server, mine, *caller, target);
    core.begin_receive(server, options);
    return caller;
  }

  // The processor and a baton go on to a thread of another slot; one's own baton is laid down.
  [[gnu::always_inline]] void hand_over(this Core& core, Thread& from, Slot& mine, Thread& next, Slot& slot) {
    mine.baton = no_thread;
    slot.baton = next.id;
    next.state = ThreadState::running;
    next.processor = from.processor;
    core.processors[from.processor].current = next.id;
  }
};

}  // namespace kernel
