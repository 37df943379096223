// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/page_table.hpp"

#include <algorithm>
#include <cstring>

#include "kernel/memory/memory.hpp"

namespace kernel {

namespace {

constexpr unsigned top_level = 3;
constexpr unsigned index_at(u64 address, unsigned level) { return address >> (12 + 9 * level) & 0x1ff; }
Entry* table_at(FrameNumber frame) { return direct<Entry>(frame.address()); }

}  // namespace

Entry entry_rights(u64 rights) {
  return entry_present | entry_user | (rights & right_write ? entry_writable : 0) |
         (rights & right_execute ? 0 : entry_no_execute);
}

Entry* PageTable::reach(u64 address, unsigned& level) const {
  Entry* entry = &table_at(root_)[index_at(address, top_level)];
  for (level = top_level; level > 0 && *entry & entry_present; --level) {
    entry = &direct<Entry>(address_of(*entry))[index_at(address, level - 1)];
  }
  return entry;
}

[[gnu::hot]] Entry* PageTable::find(u64 address) const {
  unsigned level;
  Entry* entry = reach(address, level);
  return level ? nullptr : entry;
}

Status PageTable::set(u64 address, Entry value, u8 owner) {
  FrameNumber frame = root_;
  for (unsigned level = top_level; level > 0; --level) {
    Entry& entry = table_at(frame)[index_at(address, level)];
    if (!(entry & entry_present)) {
      const FrameNumber below = memory.take_for(owner, FrameType::table);
      if (below == no_frame) return Status::no_memory;
      std::memset(table_at(below), 0, page_size);
      entry = below.address().value | entry_present | entry_writable | entry_user;
      ++memory.frames[frame].maps;
    }
    frame = frame_of(address_of(entry));
  }
  Entry& entry = table_at(frame)[index_at(address, 0)];
  if (entry) return Status::exists;
  entry = value;
  ++memory.frames[frame].maps;
  return Status::ok;
}

void PageTable::clear(u64 address) {
  FrameNumber path[top_level + 1];
  path[top_level] = root_;
  for (unsigned level = top_level; level > 0; --level) {
    path[level - 1] = frame_of(address_of(table_at(path[level])[index_at(address, level)]));
  }
  const Entry entry = table_at(path[0])[index_at(address, 0)];
  if (!(entry & entry_unowned)) --memory.frames[frame_of(address_of(entry))].maps;
  for (unsigned level = 0; level <= top_level; ++level) {
    table_at(path[level])[index_at(address, level)] = 0;
    if (--memory.frames[path[level]].maps || level == top_level) return;
    memory.give_back(path[level]);
  }
}

u64 PageTable::next_mapped(u64 from, u64 end) const {
  for (unsigned looked = 0; from < end && looked < 2048; ++looked) {
    unsigned level;
    if (*reach(from, level) && level == 0) return from;
    const u64 step = u64{1} << (12 + 9 * level);
    from = (from & ~(step - 1)) + step;
  }
  return std::min(from, end);
}

}  // namespace kernel
