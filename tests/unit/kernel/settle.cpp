// SPDX-License-Identifier: BSD-2-Clause
#include "tests/unit/kernel/world.hpp"

namespace explore {

namespace {

// The call that a thread had is over: nobody's memory of it is good any more.
void close(World& world, unsigned id) {
  Ghost& ghost = world.ghost;
  ghost.calls[id] = {};
  for (auto& remembered : ghost.held) {
    for (Held& held : remembered) held.fresh = held.fresh && held.thread != id;
  }
  for (Call& call : ghost.calls) call.parent_fresh = call.parent_fresh && call.parent != id;
}

void take_event(World& world, const Thread& receiver) {
  Ghost& ghost = world.ghost;
  require(receiver.frame.words[0] == 0, "an event has a sender");
  require(receiver.frame.words[2] == ghost.raised[receiver.slot] && ghost.raised[receiver.slot],
          "an event is delivered that nobody raised, or not all of it");
  ghost.raised[receiver.slot] = 0;
}

void take_message(World& world, const Thread& receiver) {
  Ghost& ghost = world.ghost;
  const Endpoint from{receiver.frame.words[0]};
  const Tag tag{receiver.frame.words[1]};
  require(from.thread() < shape->threads, "a message from nobody");
  const unsigned id = from.thread();
  Call& call = ghost.calls[id];
  require(call.open, "a message that was not sent, or is answered already");
  require(!call.delivered, "a message is delivered twice");
  require(call.server == receiver.slot, "a message is delivered to another");
  require(from.program() == is_program(id) && from.slot() == shape->slot_of[id], "the stamp names another sender");
  require(is_program(id) || from.generation() == world.core.slots[shape->slot_of[id]].generation,
          "the stamp names another generation");
  require(!is_program(id) || !shape->reserved[receiver.id], "a reserved thread gets a program's call");
  require(tag.redelivered() == call.redelivered, "redelivery is not said, or said wrongly");
  require(world.core.threads[id].copy_failed == call.copy_bad, "a bad address is forgotten, or made up");
  if (!is_program(id)) {
    require(receiver.frame.words[2] == id + 1, "a message's contents changed on the way");
  } else if (call.kind == Kind::call) {
    require((tag.label() & ~abi::label_message_mask) == abi::label_program, "a program's call came as something else");
    require(receiver.frame.words[8] == id + 1, "the owner's tag changed on the way");
  } else {
    require((tag.label() & ~abi::label_message_mask) == abi::label_page_fault, "a page fault came as something else");
  }
  call.delivered = true;
  auto& held = ghost.held[receiver.id];
  if (held[0].endpoint != from) held[1] = held[0];
  held[0] = {from, static_cast<u8>(id), true};
}

}  // namespace

void settle(World& world) {
  Ghost& ghost = world.ghost;
  for (unsigned id = 0; id < shape->components; ++id) {
    const Thread& thread = world.core.threads[id];
    if (ghost.receiving[id] && thread.state != ThreadState::receiving) {
      require(thread.frame.rax == 0, "receive failed");
      Tag{thread.frame.words[1]}.label() == abi::label_event ? take_event(world, thread) : take_message(world, thread);
      ghost.receiving[id] = false;
    }
  }
  for (unsigned id = 0; id < shape->threads; ++id) {
    const Thread& thread = world.core.threads[id];
    const Call call = ghost.calls[id];
    if (call.answer == Answer::none) continue;
    close(world, id);
    if (is_program(id)) continue;
    const u64 status = static_cast<u64>(call.answer == Answer::dead ? Status::dead : Status::ok);
    require(thread.frame.rax == status, "a call came back with another status than it should");
    require(call.answer == Answer::dead || thread.frame.words[2] == call.word, "an answer changed on the way");
  }
}

}  // namespace explore
