// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/slot.hpp"

namespace kernel {

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Queues {
  [[gnu::always_inline]] void push_back(this Core& core, Queue& queue, Thread& thread) {
    thread.next = no_thread;
    thread.previous = queue.tail;
    (queue.empty() ? queue.head : core.threads[queue.tail].next) = thread.id;
    queue.tail = thread.id;
  }

  [[gnu::always_inline]] void push_front(this Core& core, Queue& queue, Thread& thread) {
    thread.previous = no_thread;
    thread.next = queue.head;
    (queue.empty() ? queue.tail : core.threads[queue.head].previous) = thread.id;
    queue.head = thread.id;
  }

  [[gnu::always_inline]] void unlink(this Core& core, Queue& queue, Thread& thread) {
    (thread.previous == no_thread ? queue.head : core.threads[thread.previous].next) = thread.next;
    (thread.next == no_thread ? queue.tail : core.threads[thread.next].previous) = thread.previous;
    thread.next = thread.previous = no_thread;
  }

  [[gnu::always_inline]] Thread* pop(this Core& core, Queue& queue) {
    if (queue.empty()) return nullptr;
    Thread& thread = core.threads[queue.head];
    queue.head = thread.next;
    (queue.empty() ? queue.tail : core.threads[queue.head].previous) = no_thread;
    thread.next = no_thread;
    return &thread;
  }

  // A thread or a message begins to wait for the baton of a slot.
  void wait(this Core& core, Slot& slot, Queue& queue, Thread& thread, ThreadState state) {
    thread.state = state;
    core.push_back(queue, thread);
    slot.waiting = true;
  }

  [[gnu::always_inline]] Thread& take(this Core& core, u16& stack) {
    Thread& thread = core.threads[stack];
    stack = thread.next;
    return thread;
  }

  // The queue that a thread waits in; nullptr: none.
  Queue* queue_of(this Core& core, const Thread& thread) {
    switch (thread.state) {
      case ThreadState::ready:
        return core.processors[core.here].next == thread.id ? nullptr : &core.ready[thread.rank];
      case ThreadState::sending:
        return &core.slots[thread.partner].senders[thread.program];
      case ThreadState::calling:
      case ThreadState::parked:
        return thread.program ? &core.slots[thread.partner].delivered : nullptr;
      case ThreadState::returning:
        return &core.slots[thread.slot].waiters;
      case ThreadState::stopped:
        return thread.stop_untold ? &core.stopped : nullptr;
      default:
        return nullptr;
    }
  }

  // Takes a thread out of whatever it waits in. A thread that runs on another processor is out of user mode afterwards.
  void detach(this Core& core, Thread& thread) {
    Queue* queue = core.queue_of(thread);
    if (queue) core.unlink(*queue, thread);
    thread.stop_untold = false;
    if (thread.state == ThreadState::ready) {
      if (!queue) core.processors[core.here].next = no_thread;
      if (core.ready[thread.rank].empty()) core.ready_ranks &= ~(1u << thread.rank);
    } else if (thread.state == ThreadState::running) {
      core.processors[thread.processor].current = no_thread;
      if (thread.processor != core.here) Config::Machine::evict(thread.processor);
    }
  }
};

}  // namespace kernel
