// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "kernel/memory/memory.hpp"

namespace kernel {

namespace {

constexpr u64 own_window(FrameNumber frame) { return layout::frame_base + frame.address().value; }

bool sound(u64 address, u64 count) {
  return address % page_size == 0 && address >= abi::page_size && address < abi::layout::user_end &&
         count <= (layout::user_end - address) / abi::page_size;
}

bool sound_rights(u64 rights) {
  return rights <= 7 && (rights & (right_write | abi::right_execute)) != (abi::right_write | abi::right_execute);
}

Space* space_of(u64 index) {
  return index < max_spaces && memory.spaces[index].root != no_frame ? &memory.spaces[index] : nullptr;
}

Space* owned_space(u8 slot, u64 index) {
  Space* space = live_space(index);
  return space && space->owner == slot ? space : nullptr;
}

// The record of a data frame of the slot's own, if that is what the number names.
Status own_frame(u8 slot, u64 number, FrameRecord*& record) {
  if (!memory.frames.exists(number)) return Status::invalid;
  record = &memory.frames[{static_cast<u32>(number)}];
  return record->type == FrameType::data && record->owner == slot ? Status::ok : Status::refused;
}

// Visits the mapped pages of a range in order, 64 at most; the visitor says ok to go on. `count` is how far it came.
template <typename Visitor>
Done walk(const PageTable& table, u64 address, u64 count, Visitor visit) {
  const u64 begin = address, end = address + count * page_size;
  Status status = Status::ok;
  for (unsigned i = 0; i < max_pages; ++i) {
    address = table.next_mapped(address, end);
    Entry* entry = address < end ? table.find(address) : nullptr;
    if (!entry || !*entry) break;
    status = visit(address, *entry);
    if (status != Status::ok) break;
    address += page_size;
  }
  address = std::min(address, end);
  if (status == Status::ok && address < end) status = Status::again;
  return {status, (address - begin) / page_size};
}

Done clear_pages(PageTable table, u64 address, u64 count) {
  return walk(table, address, count, [&](u64 at, Entry&) {
    table.clear(at);
    return Status::ok;
  });
}

}  // namespace

Space* live_space(u64 index) {
  Space* space = space_of(index);
  return space && !space->destroyed_to ? space : nullptr;
}

Done take_frames(u8 slot, u64 count, unsigned order, u32* numbers) {
  const unsigned run = order == 4 ? run_frames : 1;
  PageTable own(memory.slot_roots[slot]);
  u64 done = 0;
  for (; done < std::min<u64>(count, max_pages / run); ++done) {
    const FrameNumber first = memory.take_for(slot, FrameType::data, run);
    if (first == no_frame) break;
    numbers[done] = first.value;
    for (unsigned i = 0; i < run; ++i) {
      const FrameNumber frame{first.value + i};
      const Entry entry = frame.address().value | entry_rights(right_read | abi::right_write);
      if (own.set(own_window(frame), entry, slot) != Status::ok) {  // no quota left for a table: the run goes back
        for (unsigned j = i; j < run; ++j) memory.give_back({first.value + j});
        return_frames(slot, first.value, i);
        return {done ? Status::ok : Status::no_memory, done};
      }
      std::memset(direct<void>(frame.address()), 0, page_size);
      memory.frames[frame].maps = 1;
    }
  }
  return {done || !count ? Status::ok : Status::no_memory, done};
}

Done return_frames(u8 slot, u64 first, u64 count) {
  PageTable own(memory.slot_roots[slot]);
  u64 done = 0;
  Status status = Status::ok;
  for (; done < std::min<u64>(count, max_pages); ++done) {
    FrameRecord* record;
    status = own_frame(slot, first + done, record);
    if (status == Status::ok && (record->maps != 1 || record->pins)) status = Status::busy;
    if (status != Status::ok) break;
    const FrameNumber frame{static_cast<u32>(first + done)};
    own.clear(own_window(frame));
    memory.give_back(frame);
  }
  if (done) shoot_down(own.root());
  return {status, done};
}

Done create_space(u8 slot, u64 index) {
  if (index >= max_spaces) return {Status::invalid};
  Space& space = memory.spaces[index];
  if (space.root != no_frame) return {Status::exists};
  const FrameNumber root = memory.make_root(slot);
  if (root == no_frame) return {Status::no_memory};
  space = {.root = root, .owner = slot};
  return {Status::ok};
}

Done destroy_space(u8 slot, u64 index) {
  Space* space = space_of(index);
  if (!space || space->owner != slot) return {Status::none};
  if (space->threads) return {Status::busy};
  const u64 at = space->destroyed_to;
  if (!at) shoot_down(space->root);
  const Done done = clear_pages(PageTable(space->root), at, (layout::user_end - at) / page_size);
  space->destroyed_to += done.count * page_size;
  if (done.status != Status::ok) return {Status::again};
  memory.give_back(space->root);
  *space = Space{};
  return {Status::ok};
}

Done map(u8 slot, u64 index, u64 address, u64 first, u64 count, u64 rights) {
  Space* space = live_space(index);
  count = std::min<u64>(count, max_pages);
  if (!space || !sound(address, count) || !sound_rights(rights)) return {Status::invalid, 0};
  PageTable table(space->root);
  for (u64 i = 0; i < count; ++i, address += page_size) {
    FrameRecord* record;
    Status status = own_frame(slot, first + i, record);
    if (status == Status::ok && record->maps == 0xffff) status = Status::busy;
    const Entry entry = (first + i) * page_size | entry_rights(rights);
    if (status == Status::ok) status = table.set(address, entry, space->owner);
    if (status != Status::ok) return {status, i};
    ++record->maps;
  }
  return {Status::ok, count};
}

Status map_fixed(u8 slot, u64 address, PhysicalAddress physical, u64 size, Entry flags) {
  PageTable table(memory.slot_roots[slot]);
  for (u64 offset = 0; offset < size; offset += page_size) {
    const Entry entry = (physical.value + offset) | flags | entry_unowned;
    const Status status = table.set(address + offset, entry, slot);
    if (status == Status::no_memory) return status;
    if (status == Status::exists) *table.find(address + offset) = entry;
  }
  return Status::ok;
}

Done unmap(u8 slot, u64 index, u64 address, u64 count) {
  Space* space = owned_space(slot, index);
  if (!space || !sound(address, count)) return {Status::invalid, 0};
  const Done done = clear_pages(PageTable(space->root), address, count);
  shoot_down(space->root);
  return done;
}

Done protect(u8 slot, u64 index, u64 address, u64 count, u64 rights) {
  Space* space = owned_space(slot, index);
  if (!space || !sound(address, count) || !sound_rights(rights)) return {Status::invalid, 0};
  const Done done = walk(PageTable(space->root), address, count, [&](u64, Entry& entry) {
    constexpr Entry kept = entry_address | entry_accessed | entry_dirty | entry_unowned;
    entry = rights ? (entry & kept) | entry_rights(rights) : entry & ~entry_user;
    return Status::ok;
  });
  shoot_down(space->root);
  return done;
}

Done clone(u8 slot, u64 to, u64 from, u64 address, u64 count) {
  Space* target = owned_space(slot, to);
  Space* source = owned_space(slot, from);
  if (!target || !source || target == source || !sound(address, count)) return {Status::invalid, 0};
  PageTable target_table(target->root);
  bool changed = false;
  const Done done = walk(PageTable(source->root), address, count, [&](u64 at, Entry& entry) {
    FrameRecord& record = memory.frames[frame_of(address_of(entry))];
    if (record.maps == 0xffff) return Status::busy;
    const Status status = target_table.set(at, entry & ~(entry_writable | entry_accessed | entry_dirty), slot);
    if (status != Status::ok) return status;
    ++record.maps;
    changed = changed || entry & entry_writable;
    entry &= ~entry_writable;
    return Status::ok;
  });
  if (changed) shoot_down(source->root);
  return done;
}

Done query(u8 slot, u64 index, u64 address, u64* entries, u64 count) {
  Space* space = owned_space(slot, index);
  if (!space || !sound(address, count)) return {Status::invalid, 0};
  const PageTable table(space->root);
  if (!count) return {Status::ok, table.next_mapped(address, layout::user_end)};
  constexpr Entry told = entry_address | entry_present | entry_writable | entry_accessed | entry_dirty;
  for (u64 i = 0; i < count; ++i, address += page_size) {
    const Entry* found = table.find(address);
    entries[i] = found ? *found & told : 0;
  }
  return {Status::ok, count};
}

}  // namespace kernel
