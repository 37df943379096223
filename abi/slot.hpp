// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// What the kernel reads of a system image: written by tools/verifier, applied at every reset, changed by nobody.
namespace abi {

inline constexpr u64 image_magic = 0x31'6461'6568'6b6c42;  // "Blkhead1"

inline constexpr unsigned max_segments = 6;
inline constexpr unsigned max_port_ranges = 8;
inline constexpr unsigned max_interrupts = 8;
inline constexpr unsigned max_windows = 4;
inline constexpr unsigned max_program_calls = 512;
inline constexpr u64 frame_share = u64{1} << 63;

struct ImageHeader {
  u64 magic;
  u64 size;               // bytes of the whole image, a multiple of the page size
  u64 hash[2];            // of everything behind the header page
  u32 slot_count;
  u32 slot_record_size;   // sizeof(SlotRecord), so that a foreign image is refused
  u64 slot_offset;        // of SlotRecord[slot_count]
  u64 table_offset;       // system table, mapped read-only into every component
  u64 table_size;
  u64 archive_offset;     // boot archive
  u64 archive_size;
  u64 build_id[2];
  u8 reincarnation_slot;
  u8 program_owner;       // slot that creates and stops programs' threads
  u8 fault_server;        // slot that gets programs' page faults
  u8 unused[5];
  u8 call_server[max_program_calls];  // slot that takes each Linux call; numbers beyond go with the last one
};
static_assert(sizeof(ImageHeader) == 104 + 512);

struct Segment {
  u64 address;      // page aligned
  u64 offset;       // of the contents in the image, page aligned
  u64 file_size;    // bytes of contents; zero from there on
  u64 memory_size;  // a multiple of the page size
  u64 rights;       // right_*; without right_write the image's own pages are mapped, never copied
  u64 hash[2];      // of the pristine contents, where writable
};
static_assert(sizeof(Segment) == 56);

struct PortRange {
  u16 first;
  u16 count;
};

struct Interrupt {
  u8 kind;    // 0 none, 1 line (I/O APIC input), 2 message-signalled
  u8 line;
  u8 event;   // event bit raised
  u8 flags;   // 1 level-triggered, 2 active low
};

struct SlotRecord {
  char name[24];
  u64 entry;
  Segment segments[max_segments];
  u64 call_slots;                // bit s: may call slot s
  u64 kernel_calls;              // bit c: may make abi::Call c
  u64 notify_events[max_slots];  // bits it may raise at each slot
  u64 vault_size;                // bytes, a multiple of the page size, as the next two
  u64 dma_size;
  u64 stack_size;                // of each thread, guard page not counted, < stack_stride
  u64 frame_quota;               // frames it may take at run time, tables of spaces it creates included; with
                                 // frame_share set: percent of the frames that remain at boot
  PortRange ports[max_port_ranges];
  Interrupt interrupts[max_interrupts];
  u32 window_pages[max_windows];  // greatest size of each device window
  u8 rank;
  u8 threads;
  u8 wants_archive;
  u8 budget_percent;  // of a processor, over 100 ms; 0: no limit
  u8 unused[4];
};
static_assert(sizeof(SlotRecord) == 24 + 8 + max_segments * 56 + 16 + 512 + 32 + 32 + 32 + 16 + 8);

}  // namespace abi
