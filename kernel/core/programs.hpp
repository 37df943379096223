// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/core.hpp"

namespace kernel {

// A program's request goes to (or back to) a server. If that is being replaced, it waits for the next generation.
template <class Config>
void Core<Config>::send(Thread& program, u8 to, Request request) {
  program.request = request;
  program.partner = to;
  Slot& target = slots[to];
  if (target.baton == no_thread && !target.receivers[0].empty()) {
    return deliver(target, program, *pop(target.receivers[0]));
  }
  program.state = ThreadState::sending;
  push_back(target.senders[1], program);
}

template <class Config>
void Core<Config>::program_call(Thread& program) {
  program.sequence = (program.sequence + 1) & 0xff'ffff;
  program.redelivered = false;
  program.copy_failed = false;
  processors[here].current = no_thread;
  send(program, Machine::call_server(program.frame.call_number()), Request::call);
}

template <class Config>
void Core<Config>::program_fault(Thread& program, u64 address, u64 code) {
  program.sequence = (program.sequence + 1) & 0xff'ffff;
  program.redelivered = false;
  program.fault_address = address;
  program.fault_code = code;
  processors[here].current = no_thread;
  send(program, Machine::fault_server(), Request::page_fault);
}

template <class Config>
void Core<Config>::program_exception(Thread& program, u32 cause) {
  processors[here].current = no_thread;
  program.stop_cause = cause;
  stopped_now(program);
}

// A copy on behalf of a program found a page absent. What the server does next is to park the call.
template <class Config>
void Core<Config>::copy_faulted(Thread& program, u64 address, u64 code) {
  program.fault_address = address;
  program.fault_code = code;
  program.request = Request::copy_missing;
}

// A program's request is settled: back to user mode, or stopped on the way.
template <class Config>
void Core<Config>::leave(Thread& program) {
  program.partner = no_slot;
  program.copy_failed = false;
  program.request = Request::call;
  if (program.stop_wanted) return stopped_now(program);
  make_ready(program);
}

template <class Config>
void Core<Config>::stopped_now(Thread& program) {
  program.stop_wanted = false;
  program.stop_untold = true;
  program.state = ThreadState::stopped;
  push_back(stopped, program);
  raise(slots[Machine::program_owner()], abi::event_stopped);
}

template <class Config>
void Core<Config>::answer_program(Thread& server, Thread& program) {
  const u16 label = Tag{server.frame.argument(1)}.label();
  const u64 value = server.frame.argument(2);
  const bool page_fault = program.request == Request::page_fault || program.request == Request::copy_fault;
  if (label == abi::reply_park) {
    if (program.request == Request::copy_missing) {
      unlink(slots[server.slot].delivered, program);
      program.fault_partner = program.partner;
      return send(program, Machine::fault_server(), Request::copy_fault);
    }
    program.state = ThreadState::parked;
    return;
  }
  unlink(slots[server.slot].delivered, program);
  if (page_fault) {
    const bool bad = label != abi::reply_value;
    if (program.request == Request::copy_fault) {
      program.copy_failed = bad;
      program.redelivered = true;
      return send(program, program.fault_partner, Request::call);
    }
    if (bad) {
      program.stop_wanted = true;
      program.stop_cause = abi::cause_exception + 14;
    }
    return leave(program);
  }
  if (label == abi::reply_retry || label == abi::reply_again) {
    program.frame.restart();
  } else {
    program.frame.value() = value;
  }
  if (label == abi::reply_stop || label == abi::reply_again) {
    program.stop_wanted = true;
    program.stop_cause = static_cast<u32>(server.frame.argument(3));
  }
  leave(program);
}

template <class Config>
Status Core<Config>::wake(Thread& server, Endpoint to) {
  Thread* program = caller_of(server, to);
  if (!program || program->state != ThreadState::parked) return Status::gone;  // guard
  unlink(slots[server.slot].delivered, *program);
  send(*program, server.slot, program->request);
  return Status::ok;
}

template <class Config>
auto Core<Config>::owned(Thread& owner, u64 id) -> Thread* {
  if (id >= Config::threads) return nullptr;                                                  // guard
  Thread& thread = threads[id];
  if (!thread.program || thread.slot != owner.slot) return nullptr;                           // guard
  return thread.state == ThreadState::empty ? nullptr : &thread;
}

// The new thread is stopped, and told of by nobody: its owner sets registers and resumes it.
template <class Config>
Status Core<Config>::create(Thread& owner, u64 id, u32 space, u64 tag) {
  if (id >= Config::threads || !threads[id].program) return Status::invalid;  // guard
  Thread& thread = threads[id];
  if (thread.state != ThreadState::empty) return Status::exists;              // guard
  const u32 generation = (thread.generation + 1) & 0x3f'ffff;
  thread = Thread{};
  thread.id = static_cast<u16>(id);
  thread.program = true;
  thread.generation = generation;
  thread.slot = owner.slot;
  thread.space = space;
  thread.owner_tag = tag;
  thread.state = ThreadState::stopped;
  return Status::ok;
}

template <class Config>
Status Core<Config>::destroy(Thread& owner, u64 id) {
  Thread* thread = owned(owner, id);
  if (!thread) return Status::none;  // guard
  detach(*thread);
  thread->state = ThreadState::empty;
  thread->stop_wanted = false;
  return Status::ok;
}

template <class Config>
Status Core<Config>::stop(Thread& owner, u64 id, u32 cause) {
  Thread* thread = owned(owner, id);
  if (!thread) return Status::none;                                  // guard
  if (thread->state == ThreadState::stopped) return Status::exists;  // guard
  thread->stop_cause = cause;
  if (thread->state == ThreadState::ready || thread->state == ThreadState::running) {
    detach(*thread);
    stopped_now(*thread);
  } else {
    thread->stop_wanted = true;
  }
  return Status::ok;
}

template <class Config>
Status Core<Config>::resume(Thread& owner, u64 id) {
  Thread* thread = owned(owner, id);
  if (!thread) return Status::none;                                // guard
  if (thread->state != ThreadState::stopped) return Status::busy;  // guard
  detach(*thread);
  make_ready(*thread);
  return Status::ok;
}

template <class Config>
auto Core<Config>::take_stopped(Thread& owner) -> Thread* {
  if (owner.slot != Machine::program_owner()) return nullptr;  // guard
  Thread* thread = pop(stopped);
  if (thread) thread->stop_untold = false;
  return thread;
}

}  // namespace kernel
