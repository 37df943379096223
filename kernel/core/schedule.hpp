// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <utility>

#include "kernel/core/core.hpp"

namespace kernel {

inline constexpr u64 budget_period_ns = 100'000'000;

// The first thread made ready in a kernel entry is a candidate for this processor and stays out of the queues: a call
// and its answer are a direct switch.
template <class Config>
void Core<Config>::make_ready(Thread& thread) {
  const Slot& slot = slots[thread.slot];
  thread.state = ThreadState::ready;
  thread.rank = thread.program || slot.demoted ? Config::ranks - 1 : slot.rank;
  Processor& processor = processors[here];
  if (processor.next == no_thread) {
    processor.next = thread.id;
  } else {
    enqueue(thread, false);
  }
}

// Puts a thread into its queue and finds a processor for it: an idle one, else one that runs something less urgent.
template <class Config>
void Core<Config>::enqueue(Thread& thread, bool front) {
  thread.state = ThreadState::ready;
  front ? push_front(ready[thread.rank], thread) : push_back(ready[thread.rank], thread);
  ready_ranks |= 1u << thread.rank;
  unsigned worst = here;
  unsigned worst_rank = thread.rank;
  for (unsigned p = 0; p < Config::processors; ++p) {
    if (!processors[p].online || p == here) continue;
    const u16 running = processors[p].current;
    const unsigned rank = running == no_thread ? unsigned{Config::ranks} : threads[running].rank;
    if (rank > worst_rank) {
      worst = p;
      worst_rank = rank;
    }
  }
  if (worst != here) Machine::kick(worst);
}

// What this processor runs when it leaves the kernel; nothing: it idles.
template <class Config>
auto Core<Config>::pick() -> Thread* {
  Processor& processor = processors[here];
  Thread* chosen = current();
  if (chosen && chosen->stop_wanted) {
    processor.current = no_thread;
    stopped_now(*chosen);
    chosen = nullptr;
  }
  if (processor.next != no_thread) {
    Thread* next = &threads[processor.next];
    processor.next = no_thread;
    if (chosen && next->rank < chosen->rank) std::swap(chosen, next);
    if (!chosen) {
      chosen = next;
    } else {
      enqueue(*next, next->id == processor.current);
    }
  }
  const u32 more_urgent = chosen ? (1u << chosen->rank) - 1 : ~0u;
  if (ready_ranks & more_urgent) {
    const unsigned best = static_cast<unsigned>(std::countr_zero(ready_ranks));
    if (chosen) enqueue(*chosen, true);
    chosen = pop(ready[best]);
    if (ready[best].empty()) ready_ranks &= ~(1u << best);
  }
  processor.current = chosen ? chosen->id : no_thread;
  if (chosen) {
    chosen->state = ThreadState::running;
    chosen->processor = here;
  }
  return chosen;
}

// The running thread's turn is over: others of its rank come first.
template <class Config>
void Core<Config>::preempt() {
  Thread* running = current();
  if (!running || running->state != ThreadState::running) return;
  const Slot& slot = slots[running->slot];
  processors[here].current = no_thread;
  running->rank = running->program || slot.demoted ? Config::ranks - 1 : slot.rank;
  enqueue(*running, false);
}

// One tick of this processor. `elapsed_ns` is what counts as lived: at most two ticks, so that a stalled host ages
// nobody. Monotonic time `now_ns` decides timers.
template <class Config>
void Core<Config>::tick(u64 elapsed_ns, u64 now_ns) {
  if (Thread* running = current(); running && !running->program) {
    Slot& slot = slots[running->slot];
    slot.processor_time += elapsed_ns;
    slot.period_time += elapsed_ns;
    slot.total_time += elapsed_ns;
    if (slot.budget_percent && slot.period_time > budget_period_ns / 100 * slot.budget_percent) slot.demoted = true;
  }
  if (here == 0) {
    if (liveness / budget_period_ns != (liveness + elapsed_ns) / budget_period_ns) end_budget_period();
    liveness += elapsed_ns;
    for (Slot& slot : slots) {
      if (slot.timer && slot.timer <= now_ns) {
        slot.timer = 0;
        raise(slot, abi::event_timer);
      }
    }
  }
  preempt();
}

template <class Config>
void Core<Config>::end_budget_period() {
  for (Slot& slot : slots) {
    slot.period_time = 0;
    slot.demoted = false;
  }
}

}  // namespace kernel
