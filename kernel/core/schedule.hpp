// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <utility>

#include "kernel/core/slot.hpp"

namespace kernel {

inline constexpr u64 budget_period_ns = 100'000'000;

struct alignas(8) Processor {
  u16 current = no_thread;  // none: idle
  u16 next = no_thread;     // made ready in this entry, not yet in a queue
  bool online = false;
};

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Schedule {
  [[gnu::always_inline]] unsigned rank_of(this const Core& core, const Thread& thread) {
    return thread.program ? Config::ranks - 1 : core.slots[thread.slot].rank_now;
  }

  // The first thread made ready in a kernel entry is a candidate for this processor and stays out of the queues: a call
  // and its answer are a direct switch. Whose turn ended while others worked for it goes behind those of its rank.
  [[gnu::always_inline]] void make_ready(this Core& core, Thread& thread) {
    thread.state = ThreadState::ready;
    Processor& processor = core.processors[core.here];
    if (processor.next != no_thread || std::exchange(thread.turn_over, false)) return core.enqueue(thread, false);
    processor.next = thread.id;
  }

  // Puts a thread into its queue and finds a processor for it: an idle one, else one that runs something less urgent.
  [[gnu::noinline]] void enqueue(this Core& core, Thread& thread, bool front) {
    thread.state = ThreadState::ready;
    thread.rank = static_cast<u8>(core.rank_of(thread));
    front ? core.push_front(core.ready[thread.rank], thread) : core.push_back(core.ready[thread.rank], thread);
    core.ready_ranks |= 1u << thread.rank;
    unsigned worst = core.here;
    unsigned worst_rank = thread.rank;
    for (unsigned p = 0; p < Config::processors; ++p) {
      if (!core.processors[p].online || p == core.here) continue;
      const u16 running = core.processors[p].current;
      const unsigned rank = running == no_thread ? unsigned{Config::ranks} : core.rank_of(core.threads[running]);
      if (rank > worst_rank) {
        worst = p;
        worst_rank = rank;
      }
    }
    if (worst != core.here) Config::Machine::kick(worst);
  }

  // What this processor runs when it leaves the kernel; nullptr: it idles.
  [[gnu::always_inline]] Thread* pick(this Core& core) {
    Processor& processor = core.processors[core.here];
    Thread* chosen = core.current();
    if (processor.next != no_thread) {
      Thread* next = &core.threads[processor.next];
      processor.next = no_thread;
      if (chosen && core.rank_of(*next) < core.rank_of(*chosen)) std::swap(chosen, next);
      if (!chosen) {
        chosen = next;
      } else {
        core.enqueue(*next, next->id == processor.current);
      }
    }
    const u32 more_urgent = chosen ? (1u << core.rank_of(*chosen)) - 1 : ~0u;
    if (core.ready_ranks & more_urgent) {
      const unsigned best = static_cast<unsigned>(std::countr_zero(core.ready_ranks));
      if (chosen) core.enqueue(*chosen, true);
      chosen = core.pop(core.ready[best]);
      if (core.ready[best].empty()) core.ready_ranks &= ~(1u << best);
    }
    processor.current = chosen ? chosen->id : no_thread;
    if (!chosen) return nullptr;
    chosen->state = ThreadState::running;
    chosen->processor = core.here;
    return chosen;
  }

  // One tick of this processor. `elapsed_ns` is what counts as lived: at most two ticks, so that a stalled host ages
  // nobody. Monotonic time `now_ns` decides timers.
  void tick(this Core& core, u64 elapsed_ns, u64 now_ns) {
    Thread* running = core.current();
    if (running && !running->program) {
      Slot& slot = core.slots[running->slot];
      slot.processor_time += elapsed_ns;
      slot.period_time += elapsed_ns;
      slot.total_time += elapsed_ns;
      Thread* first = running;  // for whom all this is done
      while (first->serving != no_thread) first = &core.threads[first->serving];
      first->turn_over = first != running;
      if (slot.budget_percent && slot.period_time > budget_period_ns / 100 * slot.budget_percent) {
        slot.rank_now = Config::ranks - 1;
      }
    }
    if (core.here == 0) {
      const bool new_period = core.liveness / budget_period_ns != (core.liveness + elapsed_ns) / budget_period_ns;
      core.liveness += elapsed_ns;
      for (Slot& slot : core.slots) {
        if (new_period) slot.period_time = 0;
        if (new_period) slot.rank_now = slot.rank;
        if (slot.timer && slot.timer <= now_ns) {
          slot.timer = 0;
          core.raise(slot, event_timer);
        }
      }
    }
    if (!running) return;
    core.processors[core.here].current = no_thread;  // its turn is over: others of its rank come first
    core.enqueue(*running, false);
  }
};

}  // namespace kernel
