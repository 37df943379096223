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
    if (caller.program) return nullptr;                                // guard
    if ((to.bits & destination_bits) != target.door) return nullptr;   // guard
    if (!(mine.call_slots >> to.slot() & 1)) return nullptr;           // guard
    if (target.baton != no_thread) return nullptr;                     // guard
    u16& receivers = target.receivers[target.receivers[1] != no_thread];
    if (receivers == no_thread) return nullptr;                        // guard
    if (mine.waiting) return nullptr;                                  // guard
    if (core.ready_ranks & component_ranks) return nullptr;            // guard
    Thread& receiver = core.take(receivers);
    caller.endpoint.bits += next_call;
    caller.partner = static_cast<u16>(to.slot());
    caller.since = core.liveness;
    caller.state = ThreadState::calling;
    receiver.serving = caller.id;
    ++target.served;
    target.last_receive = core.liveness;
    target.processor_time = 0;
    return core.hand_over(caller, mine, receiver, target);
  }

  [[gnu::always_inline]] Thread* direct_reply_receive(this Core& core, Thread& server, Endpoint to, bool reserved) {
    Slot& mine = core.slots[server.slot];
    Thread& caller = core.threads[to.thread() % Config::threads];
    if (server.program) return nullptr;                                // guard
    if (to.program()) return nullptr;                                  // guard
    if (caller.endpoint != to) return nullptr;                         // guard
    if (caller.state != ThreadState::calling) return nullptr;          // guard
    if (caller.partner != server.slot) return nullptr;                 // guard
    Slot& target = core.slots[caller.slot];
    if (target.baton != no_thread) return nullptr;                     // guard
    if (mine.waiting) return nullptr;                                  // guard
    if (core.ready_ranks & component_ranks) return nullptr;            // guard
    u16& receivers = mine.receivers[reserved];
    server.next = receivers;
    receivers = server.id;
    server.serving = no_thread;
    server.state = ThreadState::receiving;
    return core.hand_over(server, mine, caller, target);
  }

  // The processor and a baton go on to a thread of another slot; one's own baton is laid down.
  [[gnu::always_inline]] Thread* hand_over(this Core& core, Thread& from, Slot& mine, Thread& next, Slot& slot) {
    mine.baton = no_thread;
    slot.baton = next.id;
    next.state = ThreadState::running;
    next.processor = from.processor;
    core.processors[from.processor].current = next.id;
    return &next;
  }
};

}  // namespace kernel
