// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>

#include "abi/info.hpp"
#include "abi/slot.hpp"
#include "kernel/arch/x86_64/cpu.hpp"
#include "kernel/arch/x86_64/devices.hpp"
#include "kernel/arch/x86_64/frame.hpp"
#include "kernel/arch/x86_64/instructions.hpp"
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

// ---- processors.cpp ----

// Of the processor that runs this, the first or one that is being started: its tables and local APIC; then, when all
// else is there, its timer and its place in the schedule.
void initialise_processor();
void processor_ready();

// Starts another processor by its local APIC identifier. `invalid`: that is none; `exists`: it runs already;
// `no_memory`: there are abi::max_processors; `none`: it did not answer.
Status start_processor(Thread&, u64 apic);

// ---- slots.cpp ----

// Gives each slot of the image its memory, page tables and threads, once, at boot. `slots_memory` is zeroed.
void build_slots(PhysicalAddress image_address, PhysicalAddress info_page, PhysicalAddress slots_memory);

// Restores a stopped slot from the pristine image and starts it. A step does at most 64 KiB of work: `again`.
// `invalid`: the image in memory does not have its hash any more.
Status reset_slot(unsigned slot, u64 flags);
inline constexpr u64 reset_clear_vault = 1;
inline constexpr u64 reset_release_pins = 2;

// The reincarnation server has no one but the kernel to notice its silence, and to bring it back after any entry that
// may have ended it.
void watch_reincarnation();
void revive_reincarnation();

void fill_status(unsigned slot, SlotStatus& status);

// ---- devices.cpp ----

// Routes the interrupts of all slots, at boot.
void route_interrupts();

// A device's interrupt: masked (lines) or counted (messages), and told to its slot as an event.
void device_interrupt(unsigned vector);
void end_interrupt_period();  // message budgets begin anew

// Kernel calls of drivers and of pci (abi/calls.hpp). Results go into the frame.
Status port_in(Thread& thread, u64 port, u64 size);
Status port_out(Thread& thread, u64 port, u64 size, u64 value);
Status port_in_block(Thread& thread, u64 port, u64 address, u64 capacity, u64 status_port, u64 mask);
Status irq_ack(Thread& thread, u64 index);
Status dma_pin(Thread& thread, Endpoint from, u64 offset, u64 length, u64 array);
Status dma_unpin(Thread& thread, u64 array, u64 count);
Status dma_address(Thread& thread, u64 address);
Status device_bind(Thread&, u64 slot, u64 window, u64 physical, u64 pages);
Status irq_bind(Thread& thread, u64 slot, u64 index);

// ---- vector.cpp ----

// Floating point, vectors, FS and GS of programs' threads: components do not have them. They stay in the processor that
// last ran the thread until another thread of a program runs there, or somebody wants them.

// An area of one page on the owner's account; what the processor uses of it, in bytes.
Status create_vector_state(Thread& thread);
void destroy_vector_state(Thread& thread);
u32 vector_state_size();

// In memory afterwards, for its owner to read or write.
PhysicalAddress settled_vector_state(Thread& thread);

void set_task_switched(Cpu& cpu, bool on);  // on: using the unit is an exception
void save_vector_state(Cpu& cpu);
void load_vector_state(Cpu& cpu, Thread& thread);

}  // namespace kernel
