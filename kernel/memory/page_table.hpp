// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/calls.hpp"
#include "kernel/memory/frames.hpp"

// Four levels of page tables (AMD64 manual volume 2, 5.3). A table frame counts its entries in use, so that it can be
// freed when the last goes.
namespace kernel {

using Entry = u64;
inline constexpr Entry entry_user = 1 << 2;
inline constexpr Entry entry_uncached = 1 << 4;
inline constexpr Entry entry_large = 1 << 7;
inline constexpr Entry entry_unowned = 1 << 9;  // software: not counted in a frame's maps (devices, fixed regions)
inline constexpr Entry entry_no_execute = Entry{1} << 63;
inline constexpr Entry entry_address = 0x000f'ffff'ffff'f000;

constexpr PhysicalAddress address_of(Entry entry) { return {entry & entry_address}; }

// Rights as abi::right_*; never writable and executable.
Entry entry_rights(u64 rights);

class PageTable {
 public:
  explicit PageTable(FrameNumber root) : root_(root) {}

  // The last-level entry for an address, or nullptr where no table is.
  Entry* find(u64 address) const;

  // Writes a last-level entry. Missing tables are made from the owner's quota: `no_memory` when that is used up.
  // `exists`: there is an entry, which stays.
  Status set(u64 address, Entry value, u8 owner);
  // The entry goes, with its count in the frame's maps, and tables that have become empty.
  void clear(u64 address);

  // The first address at or above `from` and below `end` that has an entry; `end`: none. Looks at 2048 entries at most,
  // then returns where it stopped, which is an address without one.
  u64 next_mapped(u64 from, u64 end) const;

  FrameNumber root() const { return root_; }

 private:
  Entry* reach(u64 address, unsigned& level) const;  // on the lowest level that has a table

  FrameNumber root_;
};

// Hands out memory once, at boot, upwards from the end of the kernel. What it gives is zeroed, page aligned and
// contiguous. Panics when it reaches `limit`.
class BootAllocator {
 public:
  BootAllocator(PhysicalAddress begin, PhysicalAddress limit) : next_(begin.value), limit_(limit.value) {}
  PhysicalAddress take(u64 bytes);

 private:
  u64 next_, limit_;
};

// The page tables that the kernel runs on: all memory at direct_base, never executable; the kernel's own image with
// text read-only and data never executable. Loads them.
FrameNumber make_kernel_map(BootAllocator& allocator, u64 end_of_memory);
PhysicalAddress kernel_image_end();

}  // namespace kernel
