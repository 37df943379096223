// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <utility>

#include "kernel/core/slot.hpp"

namespace kernel {

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Messages {
  // The thread that still waits in the call that `from` names, made to the server's slot; else nullptr.
  [[gnu::always_inline]] Thread* caller_of(this Core& core, const Thread& server, Endpoint from) {
    if (from.thread() >= Config::threads) return nullptr;
    Thread& caller = core.threads[from.thread()];
    if (caller.state != ThreadState::calling && caller.state != ThreadState::parked) return nullptr;  // guard
    if (caller.partner != server.slot) return nullptr;                                                // guard
    if (caller.endpoint != from) return nullptr;                                                      // guard
    return &caller;
  }

  // The baton of a slot goes to one of its threads, which will run.
  [[gnu::always_inline]] void grant(this Core& core, Slot& slot, Thread& thread) {
    slot.baton = thread.id;
    core.make_ready(thread);
  }

  // A thread that holds the baton is about to wait.
  [[gnu::always_inline]] void lay_down(this Core& core, Thread& holder) {
    core.processors[core.here].current = no_thread;
    Slot& slot = core.slots[holder.slot];
    slot.baton = no_thread;
    if (slot.waiting) core.dispatch(slot);  // guard
  }

  // Whenever a baton is free or something has come for a slot: first threads that have their answer, then events, then
  // components, then programs. Reserved threads are used first where they may, so that general ones remain.
  [[gnu::noinline]] void dispatch(this Core& core, Slot& slot) {
    if (slot.baton != no_thread || slot.state != SlotState::running) return;  // guard
    const bool general = slot.receivers[0] != no_thread;
    const bool reserved = slot.receivers[1] != no_thread;
    if (Thread* thread = core.pop(slot.waiters)) {
      core.grant(slot, *thread);
    } else if (slot.events && (general || reserved)) {
      Thread& receiver = core.take(slot.receivers[reserved]);
      receiver.frame.argument(1) = Tag{label_event}.bits;
      receiver.frame.argument(2) = std::exchange(slot.events, 0);
      core.received(slot, receiver, 0, no_thread);
    } else if (!slot.senders[0].empty() && (general || reserved)) {
      Thread& sender = *core.pop(slot.senders[0]);
      core.deliver(slot, sender, core.take(slot.receivers[reserved]));
    } else if (general && !slot.senders[1].empty()) {
      Thread& sender = *core.pop(slot.senders[1]);
      core.deliver(slot, sender, core.take(slot.receivers[0]));
    }
    slot.waiting = slot.events || !slot.waiters.empty() || !slot.senders[0].empty() || !slot.senders[1].empty();
  }

  // A thread has its message, and the baton to work on it.
  [[gnu::always_inline]] void received(this Core& core, Slot& slot, Thread& receiver, u64 from, u16 serving) {
    receiver.frame.set_status(Status::ok);
    receiver.frame.argument(0) = from;
    receiver.serving = serving;
    slot.last_receive = core.liveness;
    slot.processor_time = 0;
    if (slot.inject_at) receiver.frame.step(true);
    core.grant(slot, receiver);
  }

  [[gnu::always_inline]] void deliver(this Core& core, Slot& slot, Thread& sender, Thread& receiver) {
    const u64 redelivered = sender.redelivered ? tag_redelivered : 0;
    auto& frame = receiver.frame;
    if (!sender.program) {
      frame.take_message(sender.frame, (sender.frame.argument(1) & ~tag_redelivered) | redelivered);
    } else {
      if (sender.request == Request::call) {
        const u64 number = std::min<u64>(sender.frame.call_number(), label_message_mask);
        frame.take_program_call(sender.frame, label_program | number | redelivered);
      } else {
        frame.argument(1) = (label_page_fault | (sender.fault_code & 0xff)) | redelivered;
        frame.argument(2) = sender.fault_address;
        frame.argument(3) = sender.frame.instruction();
      }
      frame.argument(8) = sender.owner_tag;
      core.push_back(slot.delivered, sender);
    }
    sender.state = ThreadState::calling;
    ++slot.served;
    core.received(slot, receiver, sender.endpoint.bits, sender.id);
  }

  [[gnu::always_inline]] void call(this Core& core, Thread& caller) {
    const Endpoint to{caller.frame.argument(0)};
    const auto fail = [&](Status status) { caller.frame.set_status(status); };
    if (to.slot() >= Config::slots) return fail(Status::invalid);             // guard
    if (!(caller.call_slots >> to.slot() & 1)) return fail(Status::refused);  // guard
    Slot& target = core.slots[to.slot()];
    if (target.state != SlotState::running) return fail(Status::dead);    // guard
    if (target.generation != to.generation()) return fail(Status::dead);  // guard
    core.begin_call(caller, to);
    core.wait(target, target.senders[0], caller, ThreadState::sending);
    core.dispatch(target);
    core.lay_down(caller);
  }

  // The caller's books. A component's call is never delivered twice.
  [[gnu::always_inline]] void begin_call(this Core& core, Thread& caller, Endpoint to) {
    caller.endpoint.bits += next_call;
    caller.partner = static_cast<u16>(to.slot());
    caller.since = core.liveness;
  }

  [[gnu::always_inline]] void receive(this Core& core, Thread& receiver, u64 options) {
    core.begin_receive(receiver, options);
    core.lay_down(receiver);
  }

  [[gnu::always_inline]] void begin_receive(this Core& core, Thread& receiver, u64 options) {
    u16& stack = core.slots[receiver.slot].receivers[options & option_components_only ? 1 : 0];
    receiver.next = stack;
    stack = receiver.id;
    receiver.serving = no_thread;
    receiver.state = ThreadState::receiving;
  }

  // Never blocks: a caller that is not there any more loses the answer.
  [[gnu::always_inline]] Status reply(this Core& core, Thread& server, Endpoint to) {
    Thread* caller = core.caller_of(server, to);
    if (!caller) return Status::gone;  // guard
    if (server.serving == caller->id) server.serving = no_thread;
    if (caller->program) {
      core.answer_program(server, *caller);
      return Status::ok;
    }
    caller->frame.take_message(server.frame, server.frame.argument(1) & ~tag_redelivered);
    core.answer_component(*caller, Status::ok);
    return Status::ok;
  }

  [[gnu::always_inline]] void answer_component(this Core& core, Thread& caller, Status status) {
    caller.frame.set_status(status);
    caller.partner = no_slot;
    Slot& slot = core.slots[caller.slot];
    if (slot.baton == no_thread) return core.grant(slot, caller);
    core.wait(slot, slot.waiters, caller, ThreadState::returning);
  }

  [[gnu::always_inline]] void reply_receive(this Core& core, Thread& server, u64 options) {
    core.reply(server, Endpoint{server.frame.argument(0)});
    core.receive(server, options);
  }

  Status notify(this Core& core, Thread& from, u64 to, u64 events) {
    if (to >= Config::slots) return Status::invalid;                                                           // guard
    if (events & ~Config::Machine::notify_mask(from.slot, static_cast<unsigned>(to))) return Status::refused;  // guard
    if (core.slots[to].state != SlotState::running) return Status::dead;                                       // guard
    core.raise(core.slots[to], events);
    return Status::ok;
  }

  void raise(this Core& core, Slot& slot, u64 events) {
    slot.events |= events;
    slot.waiting = true;
    core.dispatch(slot);
  }
};

}  // namespace kernel
