// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// What the kernel reads in a message: who is meant, the tag, lends. The message itself is abi/message.hpp.
namespace abi {

// Who sent a message, and which of its calls this is. Written by the kernel only. As a destination only `slot` and
// `generation` count. `generation` is that of the slot, or of the thread where a program sends.
struct Endpoint {
  u64 bits = 0;

  static constexpr Endpoint of(unsigned slot, u32 generation, unsigned thread = 0, u32 sequence = 0,
                               bool program = false) {
    return {u64{thread} | u64{slot} << 11 | u64{program} << 17 | u64{generation & 0x3f'ffff} << 18 |
            u64{sequence & 0xff'ffff} << 40};
  }
  constexpr unsigned thread() const { return bits & 0x7ff; }
  constexpr unsigned slot() const { return bits >> 11 & 0x3f; }
  constexpr bool program() const { return bits >> 17 & 1; }
  constexpr u32 generation() const { return bits >> 18 & 0x3f'ffff; }
  constexpr u32 sequence() const { return bits >> 40; }
  friend constexpr bool operator==(Endpoint, Endpoint) = default;
};
static_assert(sizeof(Endpoint) == 8);

// Labels above the contracts' own (export index << 12 | message number): the kernel's messages.
enum Label : u16 {
  label_export_shift = 12,
  label_message_mask = 0x0fff,
  label_event = 0xd000,       // words[0]: the bits that were pending, now cleared
  label_page_fault = 0xe000,  // | x86 error code; words[0] address, [1] instruction pointer, [6] the owner's tag
  label_program = 0xf000,     // | number of the call; words[0..5] arguments, [6] the owner's tag of the thread
};

// Labels of a reply to a program's call.
enum ProgramReply : u16 {
  reply_value = 0,  // words[0] goes to rax
  reply_park = 1,   // stays in the call until `wake`
  reply_retry = 2,  // the program's thread makes the call anew when it next runs (ERESTARTSYS)
  reply_stop = 3,   // words[0] goes to rax, then the thread stops; words[1] is the cause told to its owner
  reply_fault = 4,  // to a page fault: the address is bad; the thread stops, a copy on its behalf says bad_address
  reply_again = 5,  // as retry, but the thread stops first; words[1] is the cause (a signal that interrupts)
};

struct Tag {
  u64 bits = 0;

  static constexpr Tag of(u16 label, u16 lane = 0, unsigned lends = 0, u32 sequence = 0) {
    return {u64{label} | u64{lane} << 16 | u64{lends} << 32 | u64{sequence & 0xff'ffff} << 40};
  }
  constexpr u16 label() const { return static_cast<u16>(bits); }
  constexpr u16 lane() const { return static_cast<u16>(bits >> 16); }
  constexpr unsigned lends() const { return bits >> 32 & 3; }
  constexpr u32 sequence() const { return static_cast<u32>(bits >> 40); }
  constexpr bool redelivered() const { return bits >> 36 & 1; }  // stamped by the kernel: delivered before
};
inline constexpr u64 tag_redelivered = u64{1} << 36;  // the kernel's own: senders cannot set it
static_assert(sizeof(Tag) == 8);

// Lend i of a message lies in payload words 5 - 2 * i and 6 - 2 * i. It lives until the reply.
struct Lend {
  u64 where = 0;   // bits 0..47 address (of a derived lend: offset in its parent); 48..58 parent thread;
                   // 59..60 parent lend index (2: the program's whole memory); 61 derived; 62 read; 63 write
  u64 extent = 0;  // bits 0..31 length in bytes; 32..55 sequence of the parent's call

  static constexpr u64 derived_bit = u64{1} << 61;
  static constexpr u64 read_bit = u64{1} << 62;
  static constexpr u64 write_bit = u64{1} << 63;

  static constexpr Lend part(Endpoint parent, unsigned index, u64 offset, u32 length, u64 rights) {
    return {offset | u64{parent.thread()} << 48 | u64{index} << 59 | derived_bit | rights,
            u64{length} | u64{parent.sequence()} << 32};
  }
  constexpr u64 address() const { return where & 0xffff'ffff'ffff; }
  constexpr unsigned parent_thread() const { return where >> 48 & 0x7ff; }
  constexpr unsigned parent_index() const { return where >> 59 & 3; }
  constexpr bool derived() const { return where & derived_bit; }
  constexpr bool readable() const { return where & read_bit; }
  constexpr bool writable() const { return where & write_bit; }
  constexpr u32 length() const { return static_cast<u32>(extent); }
  constexpr u32 parent_sequence() const { return extent >> 32 & 0xff'ffff; }
};
static_assert(sizeof(Lend) == 16);
inline constexpr unsigned lend_program_memory = 2;  // lend index that means all memory of a calling program

}  // namespace abi
