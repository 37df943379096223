// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/memory/page_table.hpp"

namespace kernel {

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
