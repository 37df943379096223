// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>

#include "abi/info.hpp"
#include "abi/slot.hpp"
#include "kernel/arch/x86_64/cpu.hpp"
#include "kernel/arch/x86_64/frame.hpp"
#include "kernel/core/core.hpp"
#include "kernel/memory/memory.hpp"

namespace kernel {

extern const ImageHeader* image;
extern const SlotRecord* slot_records;

// What the portable core needs of this machine.
struct Hardware {
  static void kick(unsigned processor);
  static void evict(unsigned processor);
  static u64 notify_mask(unsigned from, unsigned to) { return slot_records[from].notify_events[to]; }
  static u8 call_server(u64 number) { return image->call_server[std::min<u64>(number, max_program_calls - 1)]; }
  static u8 fault_server() { return image->fault_server; }
  static u8 program_owner() { return image->program_owner; }
  static u8 reincarnation() { return image->reincarnation_slot; }
};

struct Configuration {
  static constexpr unsigned threads = max_threads;
  static constexpr unsigned slots = max_slots;
  static constexpr unsigned processors = max_processors;
  static constexpr unsigned ranks = max_ranks;
  using Frame = kernel::Frame;
  using Machine = Hardware;
};

using TheCore = Core<Configuration>;
using Thread = TheCore::Thread;

extern TheCore core;

InfoPage& info();  // as the kernel writes it

// ns of each program's thread in user mode, and while a component works for it.
extern u64 program_time[max_threads][2];

// The one lock. Who waits for it serves requests of the one who holds it.
extern std::atomic<u32> locked;
void lock();
inline bool try_lock() { return !(locked.fetch_or(1, std::memory_order_acquire) & 1); }
inline void unlock() { locked.store(0, std::memory_order_release); }

// Chooses what runs next and gives its frame; idles without the lock while there is nothing.
Frame* leave();

inline FrameNumber root_of(const Thread& thread) { return frame_of({thread.root}); }

// Makes a processor save the vector state it holds, forget the space it has loaded, and stay in the kernel until the
// lock is free.
void request(unsigned processor);
void serve_request();

// Memory of a component, from kernel code on its behalf: false where any byte is not mapped with the right.
bool read_own(const Thread& thread, u64 address, void* to, u64 length);
bool write_own(const Thread& thread, u64 address, const void* from, u64 length);

// Results of a call, in the registers of its first arguments.
template <typename... Words>
Status give(Thread& thread, Words... words) {
  unsigned index = 0;
  ((thread.frame.argument(index++) = words), ...);
  return Status::ok;
}

// A component's call that cannot change the running thread but by ending it (calls.cpp).
Status plain_call(Thread& thread, u64 number);

}  // namespace kernel
