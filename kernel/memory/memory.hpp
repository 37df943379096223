// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/layout.hpp"
#include "kernel/memory/page_table.hpp"

namespace kernel {

// An address space for programs. Components have one each, by slot, which is never destroyed.
struct Space {
  FrameNumber root = no_frame;  // no_frame: the index is free
  u8 owner = 0;
  u32 threads = 0;
  u64 destroyed_to = 0;  // address; 0: it is not being destroyed
};

// All physical memory and who has it.
class Memory {
 public:
  Frames frames;
  Space spaces[max_spaces];
  FrameNumber slot_roots[max_slots];
  FrameNumber kernel_root = no_frame;
  u32 quota[max_slots];
  u32 used[max_slots];

  // Frames on a slot's account. no_frame: the quota is used up.
  FrameNumber take_for(u8 slot, FrameType type, unsigned count = 1);
  void give_back(FrameNumber frame);

  // A root table with the kernel's half in it.
  FrameNumber make_root(u8 owner);
};

extern Memory memory;

inline constexpr unsigned max_pages = 64;  // of work in one kernel entry

// Kernel calls on frames and spaces; `slot` asks. Counts above max_pages are cut, the number done comes back.
struct Done {
  Status status;
  u64 count = 0;
};
Done take_frames(u8 slot, u64 count, unsigned order, u32* numbers);
Done return_frames(u8 slot, u64 first, u64 count);
Space* live_space(u64 index);  // nullptr: there is none, or it is being destroyed
Done create_space(u8 slot, u64 index);
Done destroy_space(u8 slot, u64 index);
Done map(u8 slot, u64 space, u64 address, u64 first, u64 count, u64 rights);
Done unmap(u8 slot, u64 space, u64 address, u64 count);
Done protect(u8 slot, u64 space, u64 address, u64 count, u64 rights);
Done clone(u8 slot, u64 to, u64 from, u64 address, u64 count);
Done query(u8 slot, u64 space, u64 address, u64* entries, u64 count);  // of none: where to look on

// Fixed memory of a slot: entries that are not counted, in the place of what was there.
Status map_fixed(u8 slot, u64 address, PhysicalAddress physical, u64 size, Entry flags);

// Every processor that has this root loaded leaves user mode and forgets what it knew of it.
void shoot_down(FrameNumber root);

// Copies between two spaces, never faulting: where a page is absent or lacks the right, stops there, at `failed_at` of
// the one that failed. At most 64 KiB. The root no_frame means the kernel's own memory.
struct CopyResult {
  u64 done;
  bool from_failed, to_failed;
  u64 failed_at;
};
CopyResult copy_between(FrameNumber from_root, u64 from, FrameNumber to_root, u64 to, u64 length);

// Where the kernel finds the byte at a user address; nullptr: it is not there with that right.
char* reach(FrameNumber root, u64 address, bool writable);

}  // namespace kernel
