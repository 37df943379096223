// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>

#include "kernel/core/core.hpp"

namespace kernel {

template <class Config>
Endpoint Core<Config>::endpoint_of(const Thread& thread) const {
  const u32 generation = thread.program ? thread.generation : slots[thread.slot].generation;
  return Endpoint::of(thread.slot, generation, thread.id, thread.sequence, thread.program);
}

// The thread that still waits in the call that `from` names, made to the server's slot; else nullptr.
template <class Config>
auto Core<Config>::caller_of(const Thread& server, Endpoint from) -> Thread* {
  if (from.thread() >= Config::threads) return nullptr;
  Thread& caller = threads[from.thread()];
  if (caller.state != ThreadState::calling && caller.state != ThreadState::parked) return nullptr;  // guard
  if (caller.partner != server.slot) return nullptr;                                                // guard
  if (endpoint_of(caller) != from) return nullptr;                                                  // guard
  return &caller;
}

// The baton of a slot goes to one of its threads, which will run.
template <class Config>
void Core<Config>::grant(Slot& slot, Thread& thread) {
  slot.baton = thread.id;
  make_ready(thread);
}

// A thread that holds the baton is about to wait.
template <class Config>
void Core<Config>::lay_down(Thread& holder) {
  processors[here].current = no_thread;
  Slot& slot = slots[holder.slot];
  slot.baton = no_thread;
  if (!slot.waiters.empty() || !slot.receivers[0].empty() || !slot.receivers[1].empty()) dispatch(slot);
}

// Whenever a baton is free or something has come for a slot: first threads that have their answer, then events, then
// components, then programs. Reserved threads are used first where they may, so that general ones remain.
template <class Config>
void Core<Config>::dispatch(Slot& slot) {
  if (slot.baton != no_thread || slot.state != SlotState::running) return;  // guard
  if (Thread* thread = pop(slot.waiters)) return grant(slot, *thread);
  const bool general = !slot.receivers[0].empty();
  const bool reserved = !slot.receivers[1].empty();
  if (!general && !reserved) return;
  if (slot.events) {
    deliver_events(slot, *pop(slot.receivers[reserved]));
  } else if (!slot.senders[0].empty()) {
    Thread& sender = *pop(slot.senders[0]);
    deliver(slot, sender, *pop(slot.receivers[reserved]));
  } else if (general && !slot.senders[1].empty()) {
    Thread& sender = *pop(slot.senders[1]);
    deliver(slot, sender, *pop(slot.receivers[0]));
  }
}

template <class Config>
void Core<Config>::deliver_events(Slot& slot, Thread& receiver) {
  receiver.serving = no_thread;
  receiver.frame.status() = static_cast<u64>(Status::ok);
  receiver.frame.argument(0) = 0;
  receiver.frame.argument(1) = Tag::of(abi::label_event).bits;
  receiver.frame.argument(2) = slot.events;
  slot.events = 0;
  slot.last_receive = liveness;
  slot.processor_time = 0;
  if (slot.inject_at) receiver.frame.step(true);
  grant(slot, receiver);
}

template <class Config>
void Core<Config>::deliver(Slot& slot, Thread& sender, Thread& receiver) {
  const u64 redelivered = sender.redelivered ? abi::tag_redelivered : 0;
  auto& frame = receiver.frame;
  if (!sender.program) {
    frame.take_message(sender.frame, (sender.frame.argument(1) & ~abi::tag_kernel_bits) | redelivered);
    ++slot.outstanding;
  } else {
    if (sender.request == Request::call) {
      const u64 number = std::min<u64>(sender.frame.call_number(), abi::label_message_mask);
      frame.take_program_call(sender.frame, abi::label_program | number | redelivered);
    } else {
      frame.argument(1) = (abi::label_page_fault | (sender.fault_code & 0xff)) | redelivered;
      frame.argument(2) = sender.fault_address;
      frame.argument(3) = sender.frame.instruction();
    }
    frame.argument(8) = sender.owner_tag;
    push_back(slot.delivered, sender);
  }
  sender.state = ThreadState::calling;
  frame.status() = static_cast<u64>(Status::ok);
  frame.argument(0) = endpoint_of(sender).bits;
  receiver.serving = sender.id;
  slot.last_receive = liveness;
  slot.processor_time = 0;
  ++slot.served;
  if (slot.inject_at) frame.step(true);
  grant(slot, receiver);
}

template <class Config>
void Core<Config>::call(Thread& caller, u64 options) {
  const Endpoint to{caller.frame.argument(0)};
  const auto fail = [&](Status status) { caller.frame.status() = static_cast<u64>(status); };
  if (to.slot() >= Config::slots) return fail(Status::invalid);                                 // guard
  if (!(slots[caller.slot].call_slots >> to.slot() & 1)) return fail(Status::refused);          // guard
  Slot& target = slots[to.slot()];
  if (target.state != SlotState::running) return fail(Status::dead);                            // guard
  if ((target.generation & 0x3f'ffff) != to.generation()) return fail(Status::dead);            // guard
  if (Tag{caller.frame.argument(1)}.lends() > 2) return fail(Status::invalid);                  // guard
  caller.sequence = (caller.sequence + 1) & 0xff'ffff;
  caller.partner = static_cast<u8>(to.slot());
  caller.redelivered = false;
  caller.within_ms = static_cast<u32>(options >> 32);
  caller.since = liveness;
  const bool reserved = !target.receivers[1].empty();
  if (target.baton == no_thread && !target.receivers[reserved].empty()) {  // then nothing else waits for it
    deliver(target, caller, *pop(target.receivers[reserved]));
  } else {
    caller.state = ThreadState::sending;
    push_back(target.senders[0], caller);
  }
  lay_down(caller);
}

template <class Config>
void Core<Config>::receive(Thread& receiver, u64 options) {
  Slot& slot = slots[receiver.slot];
  receiver.frame.step(false);
  receiver.serving = no_thread;
  receiver.reserved = options & abi::option_components_only;
  receiver.state = ThreadState::receiving;
  slot.last_receive = liveness;
  slot.processor_time = 0;
  push_front(slot.receivers[receiver.reserved], receiver);
  lay_down(receiver);
}

// Never blocks: a caller that is not there any more loses the answer.
template <class Config>
Status Core<Config>::reply(Thread& server, Endpoint to) {
  Thread* caller = caller_of(server, to);
  if (!caller) return Status::gone;  // guard
  if (server.serving == caller->id) server.serving = no_thread;
  if (caller->program) {
    answer_program(server, *caller);
    return Status::ok;
  }
  --slots[server.slot].outstanding;
  caller->frame.take_message(server.frame, server.frame.argument(1) & ~abi::tag_kernel_bits);
  answer_component(*caller, Status::ok);
  return Status::ok;
}

template <class Config>
void Core<Config>::answer_component(Thread& caller, Status status) {
  caller.frame.status() = static_cast<u64>(status);
  caller.partner = no_slot;
  Slot& slot = slots[caller.slot];
  if (slot.baton == no_thread && slot.state == SlotState::running) return grant(slot, caller);
  caller.state = ThreadState::returning;
  push_back(slot.waiters, caller);
}

template <class Config>
void Core<Config>::reply_receive(Thread& server, u64 options) {
  reply(server, Endpoint{server.frame.argument(0)});
  receive(server, options);
}

template <class Config>
Status Core<Config>::notify(Thread& from, u64 to, u64 events) {
  if (to >= Config::slots) return Status::invalid;                                      // guard
  if (events & ~Machine::notify_mask(from.slot, static_cast<unsigned>(to))) return Status::refused;            // guard
  if (slots[to].state != SlotState::running) return Status::dead;                       // guard
  raise(slots[to], events);
  return Status::ok;
}

template <class Config>
void Core<Config>::raise(Slot& slot, u64 events) {
  slot.events |= events;
  dispatch(slot);
}

}  // namespace kernel
