// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/slots.hpp"

#include <algorithm>
#include <cstring>

#include "abi/layout.hpp"
#include "kernel/arch/x86_64/console.hpp"
#include "lib/base/hash128.hpp"

namespace kernel {

namespace {

constexpr u64 step_bytes = 64 * 1024;
constexpr u64 reincarnation_silence_ns = 3'000'000'000;

// Memory that a slot has for good. A reset fills it from a segment of the image as far as that goes, then with zeros.
struct Region {
  PhysicalAddress at;
  u64 size;
  const Segment* pristine;
};
enum : unsigned { stacks = max_segments, dma, vault, region_count };

// `step` and `offset` tell how far a reset has come.
struct SlotMemory {
  Region regions[region_count];
  unsigned step;
  u64 offset;
};
SlotMemory slot_memory[max_slots];
unsigned failures_in_row;
u64 last_failure;

void map_region(u8 slot, u64 address, PhysicalAddress physical, u64 size, u64 rights) {
  if (map_fixed(slot, address, physical, size, entry_rights(rights)) != Status::ok) {
    panic("no memory for the page tables of slot", slot);
  }
}

Region take_mapped(BootAllocator& allocator, u8 slot, u64 address, u64 size, u64 rights,
                   const Segment* pristine = nullptr) {
  const PhysicalAddress physical = allocator.take(size);
  map_region(slot, address, physical, size, rights);
  return {physical, size, pristine};
}

void build_slot(BootAllocator& allocator, u8 number, PhysicalAddress image_address, PhysicalAddress info_page) {
  using namespace abi::layout;
  const SlotRecord& record = slot_records[number];
  SlotMemory& mine = slot_memory[number];
  constexpr u64 read_write = right_read | abi::right_write;
  memory.slot_roots[number] = memory.make_root(number);
  for (unsigned i = 0; i < max_segments; ++i) {
    const Segment& segment = record.segments[i];
    if (!segment.memory_size) continue;
    if (segment.rights & right_write) {
      if (segment.file_size > step_bytes) panic("more initialised data than a reset may copy at once, slot", number);
      mine.regions[i] =
          take_mapped(allocator, number, segment.address, segment.memory_size, segment.rights, &segment);
    } else {
      map_region(number, segment.address, {image_address.value + segment.offset}, segment.memory_size, segment.rights);
    }
  }
  map_region(number, table_base, {image_address.value + image->table_offset}, image->table_size, right_read);
  map_region(number, info_base, info_page, page_size, abi::right_read);
  if (record.wants_archive) {
    const PhysicalAddress archive{image_address.value + image->archive_offset};
    map_region(number, archive_base, archive, image->archive_size, right_read);
  }
  const u64 stack_bytes = record.stack_size * record.threads;
  mine.regions[stacks] = {allocator.take(stack_bytes), stack_bytes, nullptr};
  for (unsigned i = 0; i < record.threads; ++i) {
    const PhysicalAddress stack{mine.regions[stacks].at.value + i * record.stack_size};
    map_region(number, stack_base + (i + 1) * stack_stride - record.stack_size, stack, record.stack_size, read_write);
  }
  mine.regions[vault] = take_mapped(allocator, number, vault_base, record.vault_size, read_write);
  mine.regions[dma] = take_mapped(allocator, number, dma_base, record.dma_size, read_write);
}

const std::byte* contents(const Segment& segment) {
  return reinterpret_cast<const std::byte*>(image) + segment.offset;
}

bool damaged(const Segment& segment) {
  const auto hash = base::hash128({contents(segment), segment.file_size});
  return hash.low != segment.hash[0] || hash.high != segment.hash[1];
}

// One step of a reset: true when the region is done.
bool restore(const Region& region, u64& offset) {
  const u64 part = std::min(step_bytes, region.size - offset);
  const u64 copied = region.pristine && offset < region.pristine->file_size
                         ? std::min(part, region.pristine->file_size - offset)
                         : 0;
  char* to = direct<char>(region.at) + offset;
  if (copied) std::memcpy(to, contents(*region.pristine) + offset, copied);
  std::memset(to + copied, 0, part - copied);
  offset += part;
  return offset == region.size;
}

bool release_pins(unsigned slot, u64& frame) {
  const u32 mask = ~(u32{15} << 4 * memory.dma_index[slot]);
  const u64 end = std::min<u64>(frame + step_bytes, memory.frames.count());
  for (; frame < end; ++frame) memory.frames[FrameNumber{static_cast<u32>(frame)}].pins &= mask;
  return frame == memory.frames.count();
}

void set_entry(unsigned slot) {
  const SlotRecord& record = slot_records[slot];
  for (unsigned i = 0; i < record.threads; ++i) {
    Frame& frame = core.threads[core.slots[slot].first_thread + i].frame;
    frame = Frame{};
    frame.rip = record.entry;
    frame.rsp = layout::stack_base + (i + 1) * abi::layout::stack_stride;
    frame.rflags = flags_of_user;
    frame.call = abi::no_call;
  }
}

}  // namespace

void build_slots(BootAllocator& allocator, PhysicalAddress image_address, PhysicalAddress info_page) {
  u16 next_thread = 0;
  u8 next_dma = 0;
  for (unsigned i = 0; i < image->slot_count; ++i) {
    const SlotRecord& record = slot_records[i];
    if (!record.threads) continue;
    const bool pins = record.kernel_calls >> static_cast<u64>(abi::Call::dma_pin) & 1;
    memory.dma_index[i] = pins ? next_dma++ : static_cast<u8>(dma_slots);
    if (next_dma > dma_slots) panic("more than eight components that do DMA, slot", i);
    build_slot(allocator, static_cast<u8>(i), image_address, info_page);
    Slot& slot = core.slots[i];
    slot.state = SlotState::stopped;
    slot.call_slots = record.call_slots;
    slot.kernel_calls = record.kernel_calls;
    slot.first_thread = next_thread;
    slot.threads = record.threads;
    slot.rank = record.rank;
    slot.budget_percent = record.budget_percent;
    for (unsigned t = 0; t < record.threads; ++t, ++next_thread) {
      core.threads[next_thread].state = ThreadState::halted;
      core.threads[next_thread].slot = static_cast<u8>(i);
    }
  }
  for (u16 id = 0; id < max_threads; ++id) {
    core.threads[id].id = id;
    core.threads[id].program = id >= next_thread;
  }
}

Status reset_slot(unsigned number, u64 flags) {
  Slot& slot = core.slots[number];
  SlotMemory& mine = slot_memory[number];
  if (slot.state == SlotState::stopped) {
    slot.state = SlotState::resetting;
    mine.step = 0;
    mine.offset = 0;
  }
  if (slot.state != SlotState::resetting) return Status::busy;
  bool done = true;
  if (mine.step < region_count) {
    const Region& region = mine.regions[mine.step];
    if (region.pristine && mine.offset == 0 && damaged(*region.pristine)) {
      slot.state = SlotState::stopped;
      return Status::invalid;
    }
    done = (mine.step == vault && !(flags & reset_clear_vault)) || restore(region, mine.offset);
  } else if (mine.step == region_count) {
    done = !(flags & reset_release_pins) || memory.dma_index[number] == dma_slots || release_pins(number, mine.offset);
  } else {
    set_entry(number);
    core.start_slot(slot);
    return Status::ok;
  }
  if (done) {
    ++mine.step;
    mine.offset = 0;
  }
  return Status::again;
}

void watch_reincarnation() {
  Slot& slot = core.slots[image->reincarnation_slot];
  if (core.liveness - slot.last_receive > reincarnation_silence_ns) core.stop_slot(slot, cause_hang, 0);
}

void revive_reincarnation() {
  const u8 number = image->reincarnation_slot;
  Slot& slot = core.slots[number];
  if (slot.state == SlotState::running) return;
  // Three failures, each within a second of the one before: what it remembers may be what kills it.
  failures_in_row = core.liveness - last_failure < 1'000'000'000 ? failures_in_row + 1 : 1;
  last_failure = core.liveness;
  const u64 flags = slot.started_before && failures_in_row % 3 == 0 ? reset_clear_vault : 0;
  Status status;
  do status = reset_slot(number, flags);
  while (status == Status::again);
  if (status != Status::ok) panic("the reincarnation server's image is damaged, status", static_cast<u64>(status));
}

void fill_status(unsigned number, SlotStatus& status) {
  const Slot& slot = core.slots[number];
  status = slot;
  status.frames = memory.used[number];
  for (u16 id = slot.delivered.head; id != no_thread; id = core.threads[id].next) {
    status.waiting_programs += core.threads[id].state == ThreadState::calling;
  }
  status.registers = core.threads[slot.first_thread + slot.faulting_thread].frame;
}

PhysicalAddress dma_region(unsigned slot) { return slot_memory[slot].regions[dma].at; }

}  // namespace kernel
