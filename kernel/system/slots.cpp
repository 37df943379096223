// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

#include <cstring>
#include <utility>

#include "lib/base/hash128.hpp"

namespace kernel {

namespace {

constexpr u64 step_bytes = max_contents, step_frames = 4096;
constexpr u64 reincarnation_silence_ns = 3'000'000'000;

PhysicalAddress places[4];  // where each kind of region lies
unsigned failures_in_row;
u64 last_failure;

// How far a reset has come.
struct Progress {
  unsigned step;
  u64 offset;
};
Progress resets[max_slots];

PhysicalAddress place_of(const Region& region) {
  return {places[static_cast<unsigned>(region.kind)].value + region.offset};
}

void map_region(u8 slot, const Region& region) {
  for (u64 i = 0; i < region.pieces; ++i) {
    const PhysicalAddress piece{place_of(region).value + i * region.size};
    const u64 address = region.address + i * layout::stack_stride;
    if (map_fixed(slot, address, piece, region.size, entry_rights(region.rights)) != Status::ok) {
      panic("no memory for the page tables of slot", slot);
    }
  }
}

const std::byte* contents(const Region& region) { return reinterpret_cast<const std::byte*>(image) + region.contents; }

bool damaged(const Region& region) {
  return region.contents_size &&
         base::hash128({contents(region), region.contents_size}) != base::Hash128{region.hash[0], region.hash[1]};
}

// One step of a reset: true when the region is done.
bool restore(const Region& region, u64& offset) {
  const u64 size = region.size * region.pieces;
  const u64 part = std::min(step_bytes, size - offset);
  const u64 copied = offset ? 0 : region.contents_size;
  char* to = direct<char>(place_of(region)) + offset;
  if (copied) std::memcpy(to, contents(region), copied);
  std::memset(to + copied, 0, part - copied);
  offset += part;
  return offset == size;
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

void build_slots(PhysicalAddress image_address, PhysicalAddress info_page, PhysicalAddress slots_memory) {
  u16 next_thread = 0;
  for (const auto& [kind, place] : {std::pair{RegionKind::image, image_address},
                                    {RegionKind::information, info_page},
                                    {RegionKind::memory, slots_memory},
                                    {RegionKind::vault, slots_memory}}) {
    places[static_cast<unsigned>(kind)] = place;
  }
  for (unsigned i = 0; i < image->slot_count; ++i) {
    const SlotRecord& record = slot_records[i];
    memory.slot_roots[i] = memory.make_root(static_cast<u8>(i));
    for (const Region& region : record.regions) map_region(static_cast<u8>(i), region);
    Slot& slot = core.slots[i];
    slot.state = SlotState::stopped;
    slot.first_thread = next_thread;
    slot.threads = record.threads;
    slot.rank = record.rank;
    slot.budget_percent = record.budget_percent;
    for (unsigned t = 0; t < record.threads; ++t, ++next_thread) {
      Thread& thread = core.threads[next_thread];
      thread.state = ThreadState::halted;
      thread.slot = static_cast<u8>(i);
      thread.root = memory.slot_roots[i].address().value;
      // The short path looks at nothing else.
      thread.call_slots = record.kernel_calls >> static_cast<u64>(Call::call) & 1 ? record.call_slots : 0;
    }
  }
  for (u16 id = 0; id < max_threads; ++id) {
    core.threads[id].id = id;
    core.threads[id].program = id >= next_thread;
  }
}

Status reset_slot(unsigned number, u64 flags) {
  Slot& slot = core.slots[number];
  Progress& mine = resets[number];
  if (slot.state == SlotState::stopped) {
    slot.state = SlotState::resetting;
    mine = {};
  }
  if (slot.state != SlotState::resetting) return Status::busy;
  bool done = true;
  if (mine.step < max_regions) {
    const Region& region = slot_records[number].regions[mine.step];
    if (mine.offset == 0 && damaged(region)) {
      slot.state = SlotState::stopped;
      return Status::invalid;
    }
    const bool fill =
        region.kind == RegionKind::memory || (region.kind == RegionKind::vault && flags & reset_clear_vault);
    done = !fill || restore(region, mine.offset);
  } else if (mine.step == max_regions) {
    const unsigned dma = slot_records[number].dma_index;
    const bool pins = dma < dma_slots && flags & reset_release_pins;
    done = !pins || memory.frames.release_pins(dma, mine.offset, step_frames);
  } else {
    set_entry(number);
    core.start_slot(slot);
    return Status::ok;
  }
  if (done) mine = {mine.step + 1, 0};
  return Status::again;
}

void watch_reincarnation() {
  Slot& slot = core.slots[image->reincarnation_slot];
  if (core.liveness - slot.last_receive > reincarnation_silence_ns) core.stop_slot(slot, cause_hang, 0);
}

[[gnu::hot]] void revive_reincarnation() {
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
  status.registers = core.threads[slot.first_thread + slot.faulting_thread].frame;
}

}  // namespace kernel
