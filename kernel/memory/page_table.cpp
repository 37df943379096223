// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/page_table.hpp"

#include <cstring>

#include "kernel/memory/memory.hpp"

namespace kernel {

namespace {

constexpr unsigned top_level = 3;
constexpr unsigned index_at(u64 address, unsigned level) { return address >> (12 + 9 * level) & 0x1ff; }
Entry* table_at(FrameNumber frame) { return direct<Entry>(frame.address()); }

}  // namespace

Entry entry_rights(u64 rights) {
  return entry_present | entry_user | (rights & abi::right_write ? entry_writable : 0) |
         (rights & abi::right_execute ? 0 : entry_no_execute);
}

Entry* PageTable::find(u64 address) const {
  Entry* table = table_at(root_);
  for (unsigned level = top_level; level > 0; --level) {
    const Entry entry = table[index_at(address, level)];
    if (!(entry & entry_present)) return nullptr;
    table = direct<Entry>(address_of(entry));
  }
  return &table[index_at(address, 0)];
}

Entry* PageTable::make(u64 address, u8 owner) {
  FrameNumber frame = root_;
  for (unsigned level = top_level; level > 0; --level) {
    Entry& entry = table_at(frame)[index_at(address, level)];
    if (!(entry & entry_present)) {
      const FrameNumber below = memory.take_for(owner, FrameType::table);
      if (below == no_frame) return nullptr;
      std::memset(table_at(below), 0, abi::page_size);
      entry = below.address().value | entry_present | entry_writable | entry_user;
      ++memory.frames[frame].maps;
    }
    frame = frame_of(address_of(entry));
  }
  return &table_at(frame)[index_at(address, 0)];
}

void PageTable::entry_set(u64 address) { ++memory.frames[frame_of({reinterpret_cast<u64>(find(address)) - direct_base})].maps; }

void PageTable::entry_cleared(u64 address) {
  FrameNumber path[top_level + 1];
  path[top_level] = root_;
  for (unsigned level = top_level; level > 0; --level) {
    path[level - 1] = frame_of(address_of(table_at(path[level])[index_at(address, level)]));
  }
  for (unsigned level = 0; level < top_level; ++level) {
    if (--memory.frames[path[level]].maps) return;
    table_at(path[level + 1])[index_at(address, level + 1)] = 0;
    memory.give_back(path[level]);
  }
  --memory.frames[root_].maps;
}

u64 PageTable::next_mapped(u64 from, u64 end, bool& stopped) const {
  stopped = false;
  unsigned looked = 0;
  while (from < end) {
    const Entry* table = table_at(root_);
    unsigned level = top_level;
    while (level > 0 && table[index_at(from, level)] & entry_present) {
      table = direct<Entry>(address_of(table[index_at(from, level)]));
      --level;
    }
    if (level == 0 && table[index_at(from, 0)]) return from;
    const u64 step = u64{1} << (12 + 9 * level);
    from = (from & ~(step - 1)) + step;
    if (++looked == 2048) {
      stopped = from < end;
      return from;
    }
  }
  return end;
}

}  // namespace kernel
