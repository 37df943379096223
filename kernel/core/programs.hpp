// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/slot.hpp"

namespace kernel {

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Programs {
  // A program's request goes to (or back to) a server. If that is being replaced, it waits for the next generation.
  [[gnu::hot]] void send(this Core& core, Thread& program, u8 to, Request request) {
    program.request = request;
    program.partner = to;
    Slot& target = core.slots[to];
    if (target.baton == no_thread && target.receivers[0] != no_thread) {
      return core.deliver(target, program, core.take(target.receivers[0]));
    }
    core.wait(target, target.senders[1], program, ThreadState::sending);
  }

  // A program's thread enters the kernel with a request.
  void program_enter(this Core& core, Thread& program, u8 to, Request request) {
    program.endpoint.bits += next_call;
    program.redelivered = false;
    program.copy_failed = false;
    core.processors[core.here].current = no_thread;
    core.send(program, to, request);
  }

  void program_call(this Core& core, Thread& program) {
    core.program_enter(program, Config::Machine::call_server(program.frame.call_number()), Request::call);
  }

  void program_fault(this Core& core, Thread& program, u64 address, u64 code) {
    program.fault_address = address;
    program.fault_code = code;
    core.program_enter(program, Config::Machine::fault_server(), Request::page_fault);
  }

  void program_exception(this Core& core, Thread& program, u32 cause) {
    core.processors[core.here].current = no_thread;
    program.stop_cause = cause;
    core.stopped_now(program);
  }

  // A copy on behalf of a program found a page absent. What the server does next is to park the call.
  static void copy_faulted(Thread& program, u64 address, u64 code) {
    program.fault_address = address;
    program.fault_code = code;
    program.request = Request::copy_missing;
  }

  // A program's request is settled: back to user mode, or stopped on the way.
  void leave(this Core& core, Thread& program) {
    program.partner = no_slot;
    program.copy_failed = false;
    program.request = Request::call;
    if (program.stop_wanted) return core.stopped_now(program);
    core.make_ready(program);
  }

  void stopped_now(this Core& core, Thread& program) {
    program.stop_wanted = false;
    program.stop_untold = true;
    program.state = ThreadState::stopped;
    core.push_back(core.stopped, program);
    core.raise(core.slots[Config::Machine::program_owner()], event_stopped);
  }

  [[gnu::hot]] void answer_program(this Core& core, Thread& server, Thread& program) {
    const u16 label = Tag{server.frame.argument(1)}.label();
    const u64 value = server.frame.argument(2);
    const bool page_fault = program.request == Request::page_fault || program.request == Request::copy_fault;
    if (label == reply_park) {
      if (program.request == Request::copy_missing) {
        core.unlink(core.slots[server.slot].delivered, program);
        program.fault_partner = program.partner;
        return core.send(program, Config::Machine::fault_server(), Request::copy_fault);
      }
      program.state = ThreadState::parked;
      return;
    }
    core.unlink(core.slots[server.slot].delivered, program);
    if (page_fault) {
      const bool bad = label != reply_value;
      if (program.request == Request::copy_fault) {
        program.copy_failed = bad;
        program.redelivered = true;
        return core.send(program, program.fault_partner, Request::call);
      }
      if (bad) {
        program.stop_wanted = true;
        program.stop_cause = cause_exception + 14;
      }
      return core.leave(program);
    }
    if (label == reply_retry || label == abi::reply_again) {
      program.frame.restart();
    } else {
      program.frame.value() = value;
    }
    if (label == reply_stop || label == abi::reply_again) {
      program.stop_wanted = true;
      program.stop_cause = static_cast<u32>(server.frame.argument(3));
    }
    core.leave(program);
  }

  Status wake(this Core& core, Thread& server, Endpoint to) {
    Thread* program = core.caller_of(server, to);
    if (!program || program->state != ThreadState::parked) return Status::gone;  // guard
    core.unlink(core.slots[server.slot].delivered, *program);
    program->redelivered = true;
    core.send(*program, server.slot, program->request);
    return Status::ok;
  }

  Thread* owned(this Core& core, Thread& owner, u64 id) {
    if (id >= Config::threads) return nullptr;  // guard
    Thread& thread = core.threads[id];
    if (!thread.program || thread.slot != owner.slot) return nullptr;  // guard
    return thread.state == ThreadState::empty ? nullptr : &thread;
  }

  // The new thread is stopped, and told of by nobody: its owner sets registers and resumes it.
  Status create(this Core& core, Thread& owner, u64 id, u64 tag) {
    if (id >= Config::threads || !core.threads[id].program) return Status::invalid;  // guard
    Thread& thread = core.threads[id];
    if (thread.state != ThreadState::empty) return Status::exists;  // guard
    const u32 generation = thread.endpoint.generation() + 1;
    thread = {.frame = {},
              .endpoint = Endpoint::of(owner.slot, generation, static_cast<u16>(id), 0, true),
              .state = ThreadState::stopped,
              .slot = owner.slot,
              .id = static_cast<u16>(id),
              .program = true,
              .owner_tag = tag};
    return Status::ok;
  }

  Status destroy(this Core& core, Thread& owner, u64 id) {
    Thread* thread = core.owned(owner, id);
    if (!thread) return Status::none;  // guard
    core.detach(*thread);
    thread->state = ThreadState::empty;
    thread->stop_wanted = false;
    return Status::ok;
  }

  Status stop(this Core& core, Thread& owner, u64 id, u32 cause) {
    Thread* thread = core.owned(owner, id);
    if (!thread) return Status::none;                                  // guard
    if (thread->state == ThreadState::stopped) return Status::exists;  // guard
    thread->stop_cause = cause;
    if (thread->state == ThreadState::ready || thread->state == ThreadState::running) {
      core.detach(*thread);
      core.stopped_now(*thread);
    } else {
      thread->stop_wanted = true;
    }
    return Status::ok;
  }

  Status resume(this Core& core, Thread& owner, u64 id) {
    Thread* thread = core.owned(owner, id);
    if (!thread) return Status::none;                                // guard
    if (thread->state != ThreadState::stopped) return Status::busy;  // guard
    core.detach(*thread);
    core.make_ready(*thread);
    return Status::ok;
  }

  Thread* take_stopped(this Core& core, Thread& owner) {
    if (owner.slot != Config::Machine::program_owner()) return nullptr;  // guard
    Thread* thread = core.pop(core.stopped);
    if (thread) thread->stop_untold = false;
    return thread;
  }
};

}  // namespace kernel
