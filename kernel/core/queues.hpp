// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/core.hpp"

namespace kernel {

template <class Config>
void Core<Config>::push_back(Queue& queue, Thread& thread) {
  thread.next = no_thread;
  thread.previous = queue.tail;
  (queue.empty() ? queue.head : threads[queue.tail].next) = thread.id;
  queue.tail = thread.id;
}

template <class Config>
void Core<Config>::push_front(Queue& queue, Thread& thread) {
  thread.previous = no_thread;
  thread.next = queue.head;
  (queue.empty() ? queue.tail : threads[queue.head].previous) = thread.id;
  queue.head = thread.id;
}

template <class Config>
void Core<Config>::unlink(Queue& queue, Thread& thread) {
  (thread.previous == no_thread ? queue.head : threads[thread.previous].next) = thread.next;
  (thread.next == no_thread ? queue.tail : threads[thread.next].previous) = thread.previous;
  thread.next = thread.previous = no_thread;
}

template <class Config>
auto Core<Config>::pop(Queue& queue) -> Thread* {
  if (queue.empty()) return nullptr;
  Thread& thread = threads[queue.head];
  unlink(queue, thread);
  return &thread;
}

// Takes a thread out of whatever it waits in. A thread that runs on another processor is out of user mode afterwards.
template <class Config>
void Core<Config>::detach(Thread& thread) {
  switch (thread.state) {
    case ThreadState::ready:
      if (processors[here].next == thread.id) {
        processors[here].next = no_thread;
      } else {
        unlink(ready[thread.rank], thread);
        if (ready[thread.rank].empty()) ready_ranks &= ~(1u << thread.rank);
      }
      break;
    case ThreadState::running:
      processors[thread.processor].current = no_thread;
      if (thread.processor != here) Machine::evict(thread.processor);
      break;
    case ThreadState::receiving: unlink(slots[thread.slot].receivers[thread.reserved], thread); break;
    case ThreadState::sending: unlink(slots[thread.partner].senders[thread.program], thread); break;
    case ThreadState::calling:
    case ThreadState::parked:
      if (thread.program) {
        unlink(slots[thread.partner].delivered, thread);
      } else {
        --slots[thread.partner].outstanding;
      }
      break;
    case ThreadState::returning: unlink(slots[thread.slot].waiters, thread); break;
    case ThreadState::stopped:
      if (thread.stop_untold) unlink(stopped, thread);
      thread.stop_untold = false;
      break;
    case ThreadState::empty:
    case ThreadState::halted: break;
  }
}

}  // namespace kernel
