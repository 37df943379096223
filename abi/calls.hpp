// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// The kernel's calls for components. `syscall` with the number in rax bits 0..7 and options above; arguments a0..a8 in
// rdi rsi rdx r8 r9 r12 r13 r14 r15. Status comes back in rax, results in the same registers from rdi on. rcx and r11
// are lost; a call without a message changes no other register but rdi, rsi and rdx. docs/kernel.md describes each.
namespace abi {

enum class Call : u8 {
  // messages: a0 endpoint, a1 tag, a2..a8 payload
  call = 0,           // option bits 32..63: `within`, milliseconds of liveness time; 0: waits
  reply_receive = 1,  // a0: the sender's endpoint as received; option bit 8: from components and events only
  reply = 2,          // a0 as reply_receive
  receive = 3,        // option bit 8 as reply_receive
  notify = 4,         // a0 slot, a1 event bits
  wake = 5,           // a0 endpoint of a parked program call of this slot
  // copies over a lend or a caller: a0 endpoint, a1 offset or user address, a2 own address, a3 length;
  // option bits 8..9: lend index. -> rdi bytes done
  copy_in = 6,
  copy_out = 7,
  // own slot
  exit = 8,            // a0 cause code
  thread_start = 9,    // a0 index in the slot, a1 entry, a2 argument (rdi of the thread)
  timer_set = 10,      // a0 deadline, nanoseconds of the monotonic clock; 0: none. Raises event_timer
  clock = 11,          // -> rdi monotonic ns, rsi liveness ns
  log = 12,            // a0 address, a1 length (<= 256)
  frames_take = 13,    // a0 count of runs, a1 own address of u32[count] for the first frame of each; option bits 8..15:
                       // order, 0 for single frames or 4 for sixteen in a row -> rdi runs taken
  frames_return = 14,  // a0 first frame number, a1 count
  frame_state = 15,    // a0 frame number -> rdi owner slot, rsi map count (own window included)
  generation = 16,     // a0 slot -> rdi current generation, rsi SlotState
  // programs' spaces: for memory and file
  space_create = 17,   // a0 index
  space_destroy = 18,  // a0 index
  space_map = 19,      // a0 space, a1 user address, a2 own frame number, a3 count, a4 rights
  space_unmap = 20,    // a0 space, a1 user address, a2 count
  space_protect = 21,  // a0 space, a1 user address, a2 count, a3 rights
  space_clone = 22,    // a0 to, a1 from, a2 user address, a3 count: the same frames in both, writable in neither
  space_query = 23,    // a0 space, a1 user address, a2 own address of u64[count], a3 count: page entries;
                       // count 0: -> rdi no address from a1 up to this one is mapped, nothing above if it is user_end
  // programs' threads: for process
  thread_create = 24,     // a0 thread index, a1 space, a2 owner's tag, a3 own address of Registers
  thread_destroy = 25,    // a0 thread index
  thread_stop = 26,       // a0 thread index, a1 cause; takes effect on its way back to user mode
  thread_resume = 27,     // a0 thread index
  thread_registers = 28,  // a0 thread index, a1 own address; option bit 8: write (1) or read (0)
  thread_vector = 29,     // a0 thread index, a1 own address, a2 length: floating point and vector state; option bit 8
  thread_stopped = 30,    // -> rdi thread index, rsi owner's tag, rdx cause: a stop not yet reported; none: `none`
  // devices
  port_in = 31,        // a0 port, a1 size 1, 2 or 4 -> rdi value
  port_out = 32,       // a0 port, a1 size, a2 value
  port_in_block = 33,  // a0 port, a1 own address of bytes, a2 count, a3 status port, a4 mask: while (status & mask)
  irq_ack = 34,        // a0 index in the slot's table of interrupts
  dma_pin = 35,        // a0 endpoint, a1 offset, a2 length, a3 own address of u64[]: physical address of each page;
                       // option bits 8..9 lend index, bit 10: device writes
  dma_unpin = 36,      // a0 own address of u64[count] as dma_pin gave them, a1 count
  dma_address = 37,    // a0 own address in the slot's DMA region -> rdi physical address
  // pci
  device_bind = 38,      // a0 slot, a1 window index, a2 physical address, a3 pages
  irq_bind = 39,         // a0 slot, a1 index -> rdi message address, rsi message data
  processor_start = 40,  // a0 local APIC identifier
  // reincarnation
  slot_stop = 41,    // a0 slot, a1 cause
  slot_reset = 42,   // a0 slot, a1 flags: 1 clear the vault, 2 release pins (the device has been quiesced)
  slot_status = 43,  // a0 slot, a1 own address of SlotStatus
  slot_peek = 44,    // a0 slot, a1 its address, a2 own address, a3 length: memory of a stopped slot
  slot_inject = 45,  // a0 slot, a1 instruction pointer to force, a2 instructions after the next delivery
  // a0 thread index to begin at -> rdi next component's thread that waits in a call, and bit 16: beyond its `within`;
  // rsi caller's slot, called slot << 8; rdx thread that it serves, 0xffff: none
  waiting_call = 46,
  log_read = 47,  // a0 position, a1 own address, a2 length -> rdi bytes, rsi position after them
  // whoever shows programs: a0 thread index to begin at -> rdi next program's thread and program_* bits,
  // rsi owner's tag, rdx milliseconds of processor time, in user mode in bits 0..31, in the system in bits 32..63;
  // none: `none`
  thread_time = 48,
  count
};

inline constexpr u64 program_runs = u64{1} << 16;     // or would, or is in a call that is not parked
inline constexpr u64 program_stopped = u64{1} << 17;  // by its owner

inline constexpr u64 option_components_only = u64{1} << 8;
inline constexpr u64 option_write = u64{1} << 8;

enum class Status : u64 {
  ok = 0,
  again = 1,        // part is done: call again with the same arguments
  none = 2,         // nothing of the kind
  dead = 3,         // the generation called is gone, or died during the call
  refused = 4,      // not in this slot's privileges
  invalid = 5,      // an argument is out of range; nothing was done
  gone = 6,         // the caller is no longer waiting in that call
  faulted = 7,      // a program's page is absent; park the call, it is delivered again when the page is there
  bad_address = 8,  // the program has nothing there, or not with that right
  no_memory = 9,    // the quota is used up
  exists = 10,      // that index is taken
  busy = 11,        // not in the state for it
};

inline constexpr u64 right_read = 1;
inline constexpr u64 right_write = 2;
inline constexpr u64 right_execute = 4;

// Page entry as space_query tells it, in the processor's own bits; the frame number is from bit 12 on.
inline constexpr u64 entry_present = 1 << 0;
inline constexpr u64 entry_writable = 1 << 1;
inline constexpr u64 entry_accessed = 1 << 5;
inline constexpr u64 entry_dirty = 1 << 6;

// Event bits that the kernel raises; bit 1 is abi/component.hpp's, and the verifier gives the others to channels and
// interrupts.
inline constexpr u64 event_timer = u64{1} << 0;
inline constexpr u64 event_stopped = u64{1} << 2;  // a program's thread stopped: thread_stopped
inline constexpr u64 event_slot = u64{1} << 3;     // to the reincarnation server: some slot's state changed

}  // namespace abi
