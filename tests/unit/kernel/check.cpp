// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/kernel/world.hpp"

namespace explore {

namespace {

// Each thread is in exactly the queue that its state names, and every queue is sound.
void check_queue(const TheCore& core, const Queue& queue, bool (*belongs)(const Thread&, unsigned), unsigned argument,
                 unsigned (&seen)[max_threads]) {
  u16 previous = no_thread;
  unsigned length = 0;
  for (u16 id = queue.head; id != no_thread; id = core.threads[id].next) {
    require(id < max_threads && ++length <= max_threads, "a queue runs in a circle");
    require(core.threads[id].previous == previous, "a queue's links disagree");
    require(belongs(core.threads[id], argument), "a thread is in a queue that its state does not name");
    ++seen[id];
    previous = id;
  }
  require(queue.tail == previous, "a queue's tail is not its last");
}

// Receivers: linked one way.
void check_stack(const TheCore& core, u16 head, unsigned slot, unsigned (&seen)[max_threads]) {
  unsigned length = 0;
  for (u16 id = head; id != no_thread; id = core.threads[id].next) {
    require(id < max_threads && ++length <= max_threads, "a stack runs in a circle");
    require(core.threads[id].state == ThreadState::receiving && core.threads[id].slot == slot,
            "a thread is among receivers and does not receive");
    ++seen[id];
  }
}

void check_queues(const TheCore& core) {
  unsigned seen[max_threads] = {};
  using State = ThreadState;
  for (unsigned rank = 0; rank < Configuration::ranks; ++rank) {
    check_queue(
        core, core.ready[rank], [](const Thread& t, unsigned r) { return t.state == State::ready && t.rank == r; },
        rank, seen);
    require(!core.ready[rank].empty() == (core.ready_ranks >> rank & 1), "the summary of ready ranks is wrong");
  }
  check_queue(
      core, core.stopped, [](const Thread& t, unsigned) { return t.state == State::stopped && t.stop_untold; }, 0,
      seen);
  for (unsigned s = 0; s < max_slots; ++s) {
    const Slot& slot = core.slots[s];
    const auto waits = [](const Thread& t, unsigned n) { return t.state == State::returning && t.slot == n; };
    check_queue(core, slot.waiters, waits, s, seen);
    for (const u16 stack : slot.receivers) check_stack(core, stack, s, seen);
    const auto sends = [](const Thread& t, unsigned n) { return t.state == State::sending && t.partner == n; };
    check_queue(core, slot.senders[0], sends, s, seen);
    check_queue(core, slot.senders[1], sends, s, seen);
    const auto delivered = [](const Thread& t, unsigned n) {
      return t.program && (t.state == State::calling || t.state == State::parked) && t.partner == n;
    };
    check_queue(core, slot.delivered, delivered, s, seen);
  }
  for (unsigned id = 0; id < shape->threads; ++id) {
    const Thread& thread = core.threads[id];
    const bool queued = thread.state == State::ready || thread.state == State::receiving ||
                        thread.state == State::sending || thread.state == State::parked ||
                        thread.state == State::returning || (thread.state == State::calling && thread.program) ||
                        (thread.state == State::stopped && thread.stop_untold);
    require(seen[id] == (queued ? 1u : 0u), "a thread is in no queue, or in two");
  }
}

void check_batons(const TheCore& core) {
  for (unsigned s = 0; s < shape->slots; ++s) {
    const Slot& slot = core.slots[s];
    for (unsigned i = 0; i < slot.threads; ++i) {
      const Thread& thread = core.threads[slot.first_thread + i];
      const bool active = thread.state == ThreadState::ready || thread.state == ThreadState::running;
      require(active == (slot.baton == thread.id), "a thread runs without its slot's baton, or the baton is lost");
      require(slot.state == SlotState::running || thread.state == ThreadState::halted, "a thread of a dead slot lives");
    }
    if (slot.state != SlotState::running || slot.baton != no_thread) continue;
    const bool general = slot.receivers[0] != no_thread, any = general || slot.receivers[1] != no_thread;
    require(slot.waiters.empty(), "a thread waits for a free baton");
    const bool waits = slot.events || !slot.senders[0].empty() || !slot.senders[1].empty();
    require(slot.waiting || !waits, "what waits for a baton is not looked for");
    require(!any || (!slot.events && slot.senders[0].empty()),
            "a message or event waits for a thread that waits for it");
    require(!general || slot.senders[1].empty(), "a program's call waits for a thread that waits for it");
  }
}

void check_processors(const World& world) {
  const TheCore& core = world.core;
  bool ready = false;
  for (unsigned id = 0; id < shape->threads; ++id) {
    ready |= core.threads[id].state == ThreadState::ready;
    if (core.threads[id].state != ThreadState::running) continue;
    unsigned places = 0;
    for (unsigned p = 0; p < shape->processors; ++p) places += core.processors[p].current == id;
    require(places == 1, "a running thread is on no processor, or on two");
  }
  bool will_choose = !ready, idle = false;
  for (unsigned p = 0; p < shape->processors; ++p) {
    const u16 user = world.ghost.user[p];
    require(core.processors[p].next == no_thread, "a thread was made ready and forgotten");
    if (user != no_thread) {
      require(core.processors[p].current == user && core.threads[user].state == ThreadState::running,
              "a processor is in user mode with a thread that must not run");
      will_choose |= world.ghost.kicked[p];
    } else {
      idle |= !world.ghost.entering[p];
      will_choose |= world.ghost.entering[p] || world.ghost.kicked[p];
    }
  }
  require(will_choose || !idle, "a thread is ready, a processor idles, and nobody told it");
}

void check_calls(const World& world) {
  for (unsigned id = 0; id < shape->threads; ++id) {
    const Call& call = world.ghost.calls[id];
    const ThreadState state = world.core.threads[id].state;
    const bool waiting = state == ThreadState::sending || state == ThreadState::calling || state == ThreadState::parked;
    require(waiting == call.open, "a thread waits without a call, or a call without its thread");
    if (!call.open) continue;
    require(call.answer == Answer::none, "an answered thread still waits");
    require(world.core.threads[id].partner == call.server, "a call is with another server than it should be");
    require((state == ThreadState::sending) == !call.delivered, "a call is delivered, or not, against what was seen");
    require((state == ThreadState::parked) == call.parked, "a call is parked, or not, against what was said");
    require(is_program(id) || world.ghost.running[call.server], "a component waits for a dead server");
  }
  for (unsigned s = 0; s < shape->slots; ++s) {
    require(world.ghost.running[s] == (world.core.slots[s].state == SlotState::running), "a slot's state is wrong");
    if (world.ghost.running[s])
      require(world.core.slots[s].events == world.ghost.raised[s], "an event is lost or made up");
    bool busy = false;
    for (unsigned id = 0; id < shape->threads; ++id) {
      const Call& call = world.ghost.calls[id];
      busy |= call.open && call.delivered && call.server == s;
    }
    auto& core = const_cast<TheCore&>(world.core);
    require(core.busy(core.slots[s]) == busy, "a slot has a request and is not busy, or is busy without one");
  }
}

void check_programs(const World& world) {
  for (unsigned id = shape->components; id < shape->threads; ++id) {
    const Thread& thread = world.core.threads[id];
    require(world.ghost.exists[id] == (thread.state != ThreadState::empty),
            "a program's thread exists, or not, wrongly");
    require(world.ghost.is_stopped[id] == (thread.state == ThreadState::stopped),
            "a program is stopped, or not, wrongly");
    require(world.ghost.stop_untold[id] == thread.stop_untold, "a stop is told twice, or never");
    require(world.ghost.stop_asked[id] == thread.stop_wanted, "a stop is forgotten, or made up");
  }
}

void check_lends(const World& world) {
  if (!shape->lends) return;
  auto& core = const_cast<TheCore&>(world.core);
  for (unsigned id = 0; id < shape->components; ++id) {
    const Thread& thread = core.threads[id];
    if (!world.ghost.running[thread.slot]) continue;
    for (unsigned who = 0; who < shape->threads + 2; ++who) {
      const Held guess{world.core.threads[who % shape->threads].endpoint, static_cast<u8>(who), true};
      const Held& held = who < shape->threads ? guess : world.ghost.held[id][who - shape->threads];
      for (unsigned index = 0; index < 4; ++index) {
        for (const u64 right : {abi::right_read, abi::right_write}) {
          for (const u64 offset : {u64{0}, u64{4}, ~u64{0}}) {
            for (const u64 length : {u64{4}, lend_length}) {
              const auto found = core.resolve(thread, held.endpoint, index, offset, length, right);
              const auto expected = expected_range(world, thread.slot, held, index, offset, length, right);
              const bool good = expected.status == Status::ok;
              require(good || found.status != Status::ok, "a lend gives what was not lent, or outlives its call");
              require(!good || found.status == Status::ok, "a lend that lives is refused");
              require(!good || (found.thread == expected.thread && found.address == expected.address),
                      "a lend names another's memory");
            }
          }
        }
      }
    }
  }
}

void check_blame(const World& world) {
  if (!shape->deadlines) return;
  bool late = false;
  for (unsigned id = 0; id < shape->components; ++id) {
    const Thread& thread = world.core.threads[id];
    const Call& call = world.ghost.calls[id];
    late |= call.open && thread.frame.within_ms() &&
            world.core.liveness - thread.since > thread.frame.within_ms() * 1'000'000;
  }
  u8 guilty = no_slot, waiting = no_slot;
  auto& core = const_cast<TheCore&>(world.core);
  require(core.blame(guilty, waiting) == late, "a late call is overlooked, or one in time is called late");
  if (!late) return;
  for (unsigned id = 0; id < shape->components; ++id) {
    const Call& call = world.ghost.calls[id];
    require(!call.open || shape->slot_of[id] != guilty || call.server == guilty,
            "blame falls on a slot that itself waits for another");
  }
}

}  // namespace

bool usable(const World& world, unsigned slot, const Held& held) {
  const Call& call = world.ghost.calls[held.thread];
  return held.fresh && call.open && call.delivered && call.server == slot;
}

Range expected_range(const World& world, unsigned slot, const Held& held, unsigned index, u64 offset, u64 length,
                     u64 right) {
  const Range refused{Status::refused, no_thread, 0};
  Held at = held;
  for (unsigned link = 0; link < max_slots; ++link) {
    if (!usable(world, slot, at)) return refused;
    const Call& call = world.ghost.calls[at.thread];
    if (index == abi::lend_program_memory) {
      if (!is_program(at.thread) || offset + length < offset) return refused;
      return {Status::ok, at.thread, offset};
    }
    if (is_program(at.thread) || index >= call.lends) return refused;
    if (offset > lend_length || length > lend_length - offset || (call.right & right) != right) return refused;
    if (!call.derived) return {Status::ok, at.thread, own_address(at.thread) + offset};
    slot = shape->slot_of[at.thread];
    index = call.parent_index;
    at = {{}, call.parent, call.parent_fresh};
  }
  return refused;
}

void check(const World& world) {
  check_queues(world.core);
  check_batons(world.core);
  check_processors(world);
  check_calls(world);
  check_programs(world);
  check_lends(world);
  check_blame(world);
}

}  // namespace explore
