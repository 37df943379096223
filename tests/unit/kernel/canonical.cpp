// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "tests/unit/kernel/world.hpp"

namespace explore {

namespace {

// Numbers that only ever grow are told apart by equality alone, so each is renamed: the present one to 1, any other to
// 0. That makes the space of states finite without changing what the core can see.
Endpoint renamed(const TheCore& core, Endpoint endpoint) {
  if (endpoint == Endpoint{} || endpoint.thread() >= max_threads) return endpoint;
  const Thread& thread = core.threads[endpoint.thread()];
  const bool same = endpoint == thread.endpoint;
  return Endpoint::of(endpoint.slot(), same, endpoint.thread(), same, endpoint.program());
}

void rename_lend(const TheCore& core, Frame& frame) {
  abi::Lend lend{frame.words[7], frame.words[8]};
  if (!lend.derived()) return;
  const bool same = lend.parent_sequence() == core.threads[lend.parent_thread()].endpoint.sequence();
  frame.words[8] = lend.length() | u64{same} << 32;
}

}  // namespace

void canonicalise(World& world) {
  TheCore& core = world.core;
  for (auto& remembered : world.ghost.held) {
    for (Held& held : remembered) {
      held.endpoint = renamed(core, held.endpoint);
      // What is stale in both books is the same as nothing, but for the thread it names.
      if (held.endpoint == Endpoint{}) held = {};
    }
  }
  for (unsigned id = 0; id < max_threads; ++id) {
    Thread& thread = core.threads[id];
    const bool message = thread.state == ThreadState::sending || thread.state == ThreadState::calling;
    if (message && !thread.program) {
      rename_lend(core, thread.frame);
      thread.frame.words[0] = 0;
      thread.frame.rax = 0;
    } else {
      thread.frame = {};
    }
    // A program's registers may look like a message with a lend.
    if (thread.program) {
      constexpr abi::Lend forged{abi::Lend::read_bit | abi::Lend::write_bit, lend_length};
      thread.frame.words[1] = Tag::of(1, 0, 1).bits;
      thread.frame.words[7] = forged.where;
      thread.frame.words[8] = forged.extent;
    }
    const u64 age = std::min<u64>(core.liveness - thread.since, 4'000'000);
    thread.since = shape->deadlines && message ? 10'000'000 - age : 0;
    thread.stop_cause = 0;
    thread.fault_address = thread.fault_code = 0;
    if (thread.state != ThreadState::ready) thread.rank = 0;
    if (thread.state != ThreadState::running) thread.processor = no_processor;
  }
  for (Thread& thread : core.threads) thread.endpoint = Endpoint::of(thread.slot, 1, thread.id, 1, thread.program);
  for (Slot& slot : core.slots) {
    abi::SlotStatus kept;
    kept.generation = 1;
    kept.state = slot.state;
    kept.events = slot.events;
    static_cast<abi::SlotStatus&>(slot) = kept;
    if (slot.door) slot.door = Endpoint::of(core.index_of(slot), 1).bits;
    slot.period_time = 0;
    slot.started_before = true;
  }
  core.liveness = 10'000'000;
  core.here = 0;
}

World first_world() {
  World first{};
  explore::world = &first;
  TheCore& core = first.core;
  for (unsigned p = 0; p < max_processors; ++p) {
    core.processors[p].online = p < shape->processors;
    first.ghost.user[p] = no_thread;
  }
  for (unsigned id = 0; id < max_threads; ++id) {
    Thread& thread = core.threads[id];
    thread.id = static_cast<u16>(id);
    thread.slot = shape->slot_of[id];
    thread.program = id >= shape->components && id < shape->threads;
    thread.owner_tag = id + 1;
    thread.state = id < shape->components ? ThreadState::halted : ThreadState::empty;
    thread.call_slots = id < shape->components ? shape->may_call[thread.slot] : 0;
    if (thread.program) {
      thread.state = ThreadState::stopped;
      first.ghost.exists[id] = first.ghost.is_stopped[id] = true;
    }
  }
  for (unsigned s = 0; s < shape->slots; ++s) {
    Slot& slot = core.slots[s];
    slot.state = SlotState::stopped;
    slot.rank = static_cast<u8>(shape->slots - 1 - s);
    const u8* begin = shape->slot_of;
    slot.first_thread = static_cast<u16>(std::find(begin, begin + shape->components, s) - begin);
    slot.threads = static_cast<u8>(std::count(begin, begin + shape->components, s));
    core.start_slot(slot);
    first.ghost.running[s] = true;
  }
  if (!shape->stops) {
    for (unsigned id = shape->components; id < shape->threads; ++id) {
      core.resume(core.threads[core.slots[shape->owner].first_thread], id);
      first.ghost.is_stopped[id] = false;
    }
  }
  for (unsigned p = 0; p < shape->processors; ++p) {
    core.here = static_cast<u8>(p);
    const Thread* chosen = core.pick();
    first.ghost.user[p] = chosen ? chosen->id : no_thread;
    first.ghost.kicked[p] = false;
  }
  return first;
}

}  // namespace explore
