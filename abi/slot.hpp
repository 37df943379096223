// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// What the kernel reads of a system image: written by tools/verifier, applied at every reset, changed by nobody.
namespace abi {

inline constexpr u64 image_magic = 0x31'6461'6568'6b6c42;  // "Blkhead1"

inline constexpr unsigned max_regions = 12;
inline constexpr unsigned max_port_ranges = 8;
inline constexpr unsigned max_interrupts = 8;
inline constexpr unsigned max_windows = 4;
inline constexpr unsigned max_program_calls = 512;
inline constexpr unsigned dma_slots = 8;        // that may pin memory: each has four bits in a frame's record
inline constexpr u64 max_contents = 64 * 1024;  // of one region: a reset checks and copies them at once

// Interrupt vectors, given out by the verifier.
inline constexpr unsigned vector_line = 0x30;     // I/O APIC input i: vector_line + i
inline constexpr unsigned vector_message = 0x50;  // message-signalled, up to vector_timer
inline constexpr unsigned vector_timer = 0xe0;

struct ImageHeader {
  u64 magic;
  u64 size;     // bytes of the whole image, a multiple of the page size
  u64 hash[2];  // of everything behind the header page
  u32 slot_count;
  u32 slot_record_size;  // sizeof(SlotRecord), so that a foreign image is refused
  u64 slot_offset;       // of SlotRecord[slot_count]
  u64 memory_size;       // bytes that the slots have for good, besides the image
  u64 build_id[2];
  u8 reincarnation_slot;
  u8 program_owner;  // slot that creates and stops programs' threads
  u8 fault_server;   // slot that gets programs' page faults
  u8 unused[5];
  u8 call_server[max_program_calls];  // slot that takes each Linux call; numbers beyond go with the last one
};
static_assert(sizeof(ImageHeader) == 80 + 512);

enum class RegionKind : u32 {
  image,        // at `offset` of the image, which a component can only read
  information,  // the information page
  memory,       // at `offset` of the slots' memory, filled anew by every reset
  vault,        // there too, cleared by a reset only when that is asked for
};

// What a slot has mapped for good. Addresses and sizes are multiples of the page size.
struct Region {
  u64 address;
  u64 size;    // bytes of each piece
  u32 pieces;  // contiguous in memory, layout::stack_stride apart where the component sees them; 0: no region
  RegionKind kind;
  u64 offset;
  u64 rights;         // right_*
  u64 contents;       // what a reset puts there: so many bytes at this offset of the image, then zeros
  u64 contents_size;  // <= max_contents
  u64 hash[2];        // of the contents
};
static_assert(sizeof(Region) == 72);

struct PortRange {
  u16 first;
  u16 count;
};

struct Interrupt {
  u8 vector;  // 0: none
  u8 event;   // event bit raised
  u8 flags;   // of a line: 1 level-triggered, 2 active low
  u8 unused;
};

struct SlotRecord {
  char name[24];
  u64 entry;
  Region regions[max_regions];
  u64 call_slots;                // bit s: may call slot s
  u64 kernel_calls;              // bit c: may make abi::Call c
  u64 notify_events[max_slots];  // bits it may raise at each slot
  u64 frame_quota;               // frames it may take at run time, its own tables for what is mapped then and those of
                                 // spaces it creates included
  PortRange ports[max_port_ranges];
  Interrupt interrupts[max_interrupts];
  u32 window_pages[max_windows];  // greatest size of each device window
  u8 rank;
  u8 threads;
  u8 dma_index;       // which of the bits for pins are its own; dma_slots: none
  u8 budget_percent;  // of a processor, over 100 ms; 0: no limit
  u8 frame_percent;   // of the frames that remain at boot, besides frame_quota
  u8 unused[3];
};
static_assert(sizeof(SlotRecord) == 24 + 8 + max_regions * 72 + 16 + 512 + 8 + 32 + 32 + 16 + 8);

}  // namespace abi
