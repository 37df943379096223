// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/calls.hpp"
#include "abi/tag.hpp"
#include "abi/types.hpp"

namespace kernel {

using namespace abi;  // the kernel speaks the terms of its interface

inline constexpr u16 no_thread = 0xffff;
inline constexpr u8 no_slot = 0xff;
inline constexpr u8 no_processor = 0xff;
inline constexpr u64 next_call = u64{1} << 40;  // added to an endpoint's bits: the sequence, which wraps

// What a thread is doing decides which queue it is in; Core::detach knows them all.
enum class ThreadState : u8 {
  empty,      // not there
  halted,     // of a component: not started
  ready,      // in the ready queue of its rank
  running,    // on `processor`
  receiving,  // in its slot's receivers
  sending,    // in the partner's senders: not delivered yet
  calling,    // delivered, not answered; a program is in the partner's `delivered`
  parked,     // of a program: answered `park`; in the partner's `delivered`
  returning,  // of a component: has its answer, waits for the baton
  stopped,    // of a program: by its owner or an exception
};

// What a program's message is made of when it is delivered, again and again if need be.
// copy_missing: a copy on its behalf met an absent page; once parked it becomes copy_fault, a page fault of its own.
enum class Request : u8 { call, copy_missing, page_fault, copy_fault };

template <class Config>
struct Core;

// Numbers that the short path writes have more than 8 bits: the compiler takes a store of a byte for one to anything,
// and reads everything anew.
template <class Config>
struct ThreadOf {
  typename Config::Frame frame;  // registers in user mode, the message among them
  Endpoint endpoint;             // of its current or last call
  ThreadState state = ThreadState::empty;
  Request request = Request::call;
  u8 rank = 0;                 // the queue that it is ready in
  u8 fault_partner = no_slot;  // slot whose copy faulted, while the fault server has the request
  u16 slot = no_slot;          // its component; of a program: the owner's slot
  u16 partner = no_slot;       // slot called
  u16 processor = no_processor;
  u16 id = 0;
  u16 next = no_thread;
  u16 previous = no_thread;
  u16 serving = no_thread;  // whose message it last received, for blame
  bool program = false;
  bool redelivered = false;
  bool copy_failed = false;  // of a program: the address of the last copy fault is bad
  bool turn_over = false;    // a tick fell on who works for it
  bool stop_wanted = false;
  bool stop_untold = false;  // stopped, in the queue for thread_stopped
  u32 stop_cause = 0;
  u32 space = 0;
  u64 call_slots = 0;  // bit s: it may call slot s; programs: none
  u64 root = 0;        // physical address of its page tables
  u64 since = 0;       // liveness ns when the call was made
  u64 owner_tag = 0;
  u64 fault_address = 0;
  u64 fault_code = 0;
};

// A list of threads through their `next` and `previous`; a thread is in one at most, or in a stack of receivers.
struct Queue {
  u16 head = no_thread;
  u16 tail = no_thread;
  bool empty() const { return head == no_thread; }
};

}  // namespace kernel
