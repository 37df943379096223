// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/slot.hpp"
#include "kernel/core/thread.hpp"

// The portable core: threads, messages, batons, scheduling, stops, lends. One trivially copyable object without
// pointers, so that the exploration test can copy, hash and restore it. Whoever enters holds the one lock.
//
// Config: threads, slots, processors, ranks, words (of payload); Frame (registers: status(), argument(i), lend_word,
// take_message, step(bool), and for programs call_number(), take_program_call, value(), restart()); Machine with
// static functions
//   kick(processor)          make it enter the kernel soon
//   evict(processor)         return when it is out of user mode, or waiting for the lock
//   notify_mask(from, to)    event bits that slot `from` may raise at slot `to`
//   call_server(number), fault_server(), program_owner(), reincarnation()
namespace kernel {

struct Processor {
  u16 current = no_thread;  // none: idle
  u16 next = no_thread;     // made ready in this entry, not yet in a queue
  bool online = false;
};

template <class Config>
class Core {
 public:
  using Thread = ThreadOf<Config>;
  using Frame = typename Config::Frame;
  using Machine = typename Config::Machine;

  Thread threads[Config::threads];
  Slot slots[Config::slots];
  Processor processors[Config::processors];
  Queue ready[Config::ranks];
  u32 ready_ranks = 0;  // bit r: ready[r] is not empty
  Queue stopped;        // stops not yet told to the program owner
  u64 liveness = 0;     // ns
  u8 here = 0;          // the processor that holds the lock

  // Queues (queues.hpp)
  void push_back(Queue& queue, Thread& thread);
  void push_front(Queue& queue, Thread& thread);
  void unlink(Queue& queue, Thread& thread);
  Thread* pop(Queue& queue);
  void detach(Thread& thread);

  // Scheduling (schedule.hpp)
  void make_ready(Thread& thread);
  void enqueue(Thread& thread, bool front);
  Thread* pick();
  void preempt();
  void tick(u64 elapsed_ns, u64 now_ns);
  void end_budget_period();

  // Messages between components and to them (messages.hpp)
  void call(Thread& caller, u64 options);
  void receive(Thread& receiver, u64 options);
  Status reply(Thread& server, Endpoint to);
  void reply_receive(Thread& server, u64 options);
  Status notify(Thread& from, u64 to, u64 events);
  void raise(Slot& slot, u64 events);
  void dispatch(Slot& slot);

  // Programs (programs.hpp)
  void program_call(Thread& program);
  void program_fault(Thread& program, u64 address, u64 code);
  void program_exception(Thread& program, u32 cause);
  Status wake(Thread& server, Endpoint program);
  void copy_faulted(Thread& program, u64 address, u64 code);
  Status create(Thread& owner, u64 id, u32 space, u64 tag);
  Status destroy(Thread& owner, u64 id);
  Status stop(Thread& owner, u64 id, u32 cause);
  Status resume(Thread& owner, u64 id);
  Thread* owned(Thread& owner, u64 id);
  Thread* take_stopped(Thread& owner);

  // Slots (slots.hpp)
  void stop_slot(Slot& slot, u32 cause, u32 detail);
  void start_slot(Slot& slot);
  Status start_thread(Thread& by, unsigned index);
  bool blame(u8& guilty, u8& waiting);

  // Lends (lends.hpp)
  struct Range {
    Status status;
    u16 thread;   // whose memory
    u64 address;
  };
  Range resolve(const Thread& server, Endpoint from, unsigned index, u64 offset, u64 length, u64 right);

  unsigned index_of(const Slot& slot) const { return static_cast<unsigned>(&slot - slots); }
  Endpoint endpoint_of(const Thread& thread) const;
  Thread* caller_of(const Thread& server, Endpoint from);
  Thread* current() {
    return processors[here].current == no_thread ? nullptr : &threads[processors[here].current];
  }

 private:
  void grant(Slot& slot, Thread& thread);
  void lay_down(Thread& holder);
  void deliver(Slot& slot, Thread& sender, Thread& receiver);
  void deliver_events(Slot& slot, Thread& receiver);
  void answer_component(Thread& caller, Status status);
  void answer_program(Thread& server, Thread& program);
  void send(Thread& program, u8 to, Request request);
  void leave(Thread& program);
  void stopped_now(Thread& program);
  void abandon(Slot& slot);
};

}  // namespace kernel

#include "kernel/core/lends.hpp"
#include "kernel/core/messages.hpp"
#include "kernel/core/programs.hpp"
#include "kernel/core/queues.hpp"
#include "kernel/core/schedule.hpp"
#include "kernel/core/slots.hpp"
