// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <iterator>

#include "kernel/core/slot.hpp"
#include "kernel/core/thread.hpp"

namespace kernel {

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Slots {
  // Everything of a slot comes to rest, and everybody learns of it: components that wait for it get `dead`; programs
  // stay, those it had before those it had not yet, for the next generation.
  void stop_slot(this Core& core, Slot& slot, u32 cause, u32 detail) {
    if (slot.state != SlotState::running) return;  // guard
    slot.state = SlotState::stopped;
    slot.cause = cause;
    slot.cause_detail = detail;
    slot.stopped_at = core.liveness;
    slot.faulting_thread = slot.baton == no_thread ? 0 : slot.baton - slot.first_thread;
    const u16 served = core.threads[slot.first_thread + slot.faulting_thread].serving;
    slot.last_sender = served == no_thread ? 0 : core.threads[served].endpoint.bits;
    for (unsigned i = 0; served != no_thread && i < 8; ++i) {
      slot.last_request[i] = core.threads[served].frame.argument(1 + i);
    }
    for (unsigned i = 0; i < slot.threads; ++i) {
      Thread& thread = core.threads[slot.first_thread + i];
      core.detach(thread);
      thread.state = ThreadState::halted;
      thread.serving = no_thread;
      thread.frame.step(false);
    }
    slot.baton = slot.receivers[0] = slot.receivers[1] = no_thread;
    slot.timer = 0;
    core.inject(slot, 0, 0);
    core.abandon(slot);
    Slot& parent = core.slots[Config::Machine::reincarnation()];
    if (&slot != &parent) core.raise(parent, event_slot);
  }

  // Arms an injection, or none (0). While one is armed, messages take the general path, which has threads stepped.
  void inject(this Core& core, Slot& slot, u64 at, u64 steps) {
    slot.inject_at = at;
    slot.inject_steps = steps;
    const bool open = slot.state == SlotState::running && !at;
    slot.door = open ? Endpoint::of(core.index_of(slot), slot.generation).bits : 0;
  }

  // It has a request and has not answered.
  bool busy(this Core& core, const Slot& slot) {
    if (!slot.delivered.empty()) return true;
    const auto waits = [&](const Thread& thread) {
      return thread.state == ThreadState::calling && thread.partner == core.index_of(slot);
    };
    return std::any_of(std::begin(core.threads), std::end(core.threads), waits);
  }

  void abandon(this Core& core, Slot& slot) {
    const u8 number = static_cast<u8>(core.index_of(slot));
    for (Thread& thread : core.threads) {
      if (thread.partner != number) continue;
      if (!thread.program && (thread.state == ThreadState::calling || thread.state == ThreadState::sending)) {
        core.detach(thread);
        core.answer_component(thread, Status::dead);
      }
    }
    for (u16 id = slot.delivered.head; id != no_thread; id = core.threads[id].next) {
      Thread& program = core.threads[id];
      program.state = ThreadState::sending;
      program.redelivered = true;
      // A fault that the dead server had just met is met again when it repeats the copy.
      if (program.request == Request::copy_missing) program.request = Request::call;
    }
    if (slot.delivered.empty()) return;
    if (!slot.senders[1].empty()) {
      core.threads[slot.delivered.tail].next = slot.senders[1].head;
      core.threads[slot.senders[1].head].previous = slot.delivered.tail;
      slot.delivered.tail = slot.senders[1].tail;
    }
    slot.senders[1] = slot.delivered;
    slot.delivered = Queue{};
  }

  // Memory is as new: the next generation begins with its first thread. The clocks of all calls that may have waited
  // for it begin again.
  void start_slot(this Core& core, Slot& slot) {
    slot.generation = (slot.generation + 1) & 0x3f'ffff;
    if (slot.generation == 0) slot.generation = 1;  // 0 names no generation
    slot.events = 0;
    slot.fault_address = 0;
    slot.served = 0;
    slot.last_receive = core.liveness;
    slot.processor_time = 0;
    slot.rank_now = slot.rank;
    slot.state = SlotState::running;
    for (Thread& thread : core.threads) {
      if (thread.program) continue;
      thread.since = core.liveness;
      if (thread.slot != core.index_of(slot)) continue;
      thread.endpoint = Endpoint::of(thread.slot, slot.generation, thread.id, thread.endpoint.sequence());
    }
    Thread& first = core.threads[slot.first_thread];
    first.frame.argument(0) = core.index_of(slot);
    first.frame.argument(1) = slot.generation;
    first.frame.argument(2) = slot.started_before;
    slot.started_before = true;
    core.inject(slot, 0, 0);
    core.wait(slot, slot.waiters, first, ThreadState::returning);
    core.dispatch(slot);
  }

  // Its entry and stack have been set; it runs when the baton is free.
  Status start_thread(this Core& core, Thread& by, unsigned index) {
    Slot& slot = core.slots[by.slot];
    if (index >= slot.threads) return Status::invalid;  // guard
    Thread& thread = core.threads[slot.first_thread + index];
    if (thread.state != ThreadState::halted) return Status::exists;  // guard
    core.wait(slot, slot.waiters, thread, ThreadState::returning);
    return Status::ok;
  }

  // A call beyond its `within`, and who is to blame: the last slot down the chain of calls.
  bool blame(this Core& core, u8& guilty, u8& waiting) {
    for (Thread& late : core.threads) {
      if (late.program || !late.frame.within_ms()) continue;
      if (late.state != ThreadState::calling && late.state != ThreadState::sending) continue;
      if (core.liveness - late.since <= late.frame.within_ms() * 1'000'000) continue;
      waiting = late.slot;
      guilty = late.partner;
      u16 served = late.id;
      for (unsigned depth = 0; depth < Config::ranks; ++depth) {
        const Slot& slot = core.slots[guilty];
        const Thread* below = nullptr;
        for (unsigned i = 0; i < slot.threads; ++i) {
          const Thread& thread = core.threads[slot.first_thread + i];
          const bool waits = thread.state == ThreadState::calling || thread.state == ThreadState::sending;
          if (waits && (!below || thread.serving == served)) below = &thread;
        }
        if (!below) break;
        served = below->id;
        guilty = below->partner;
      }
      return true;
    }
    return false;
  }
};

}  // namespace kernel
