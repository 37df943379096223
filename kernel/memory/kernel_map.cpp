// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/page_table.hpp"

#include <algorithm>

#include "kernel/arch/x86_64/instructions.hpp"

namespace kernel {

namespace {

extern "C" const char text_start[], constants_start[], data_start[], kernel_end[];

u64 address(const char* symbol) { return reinterpret_cast<u64>(symbol); }

Entry* new_table(BootAllocator& allocator, Entry& entry) {
  const PhysicalAddress table = allocator.take(page_size);
  entry = table.value | entry_present | entry_writable;
  return direct<Entry>(table);
}

}  // namespace

FrameNumber make_kernel_map(BootAllocator& allocator, u64 end_of_memory) {
  constexpr u64 gib = 1 << 30;
  const PhysicalAddress root = allocator.take(page_size);
  Entry* top = direct<Entry>(root);
  // At least 4 GiB, so that the interrupt controllers are in it.
  const u64 gibs = std::max<u64>(4, (end_of_memory + gib - 1) / gib);
  Entry* direct_map = new_table(allocator, top[256]);
  for (u64 i = 0; i < std::min<u64>(gibs, 512); ++i) {
    direct_map[i] = i * gib | entry_present | entry_writable | entry_large | entry_no_execute;
  }
  Entry* last_gibs = new_table(allocator, top[511]);
  Entry* directory = new_table(allocator, last_gibs[510]);
  Entry* table = nullptr;
  for (u64 at = address(text_start); at < address(kernel_end); at += page_size) {
    const u64 index = (at - kernel_base) / page_size;
    if (!table || index % 512 == 0) table = new_table(allocator, directory[index / 512]);
    Entry rights = entry_present;
    if (at >= address(constants_start)) rights |= entry_no_execute;
    if (at >= address(data_start)) rights |= entry_writable;
    table[index % 512] = (at - kernel_base) | rights;
  }
  x86::write_control<3>(root.value);
  return frame_of(root);
}

PhysicalAddress kernel_image_end() { return {address(kernel_end) - kernel_base}; }

}  // namespace kernel
