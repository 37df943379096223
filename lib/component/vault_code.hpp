// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/component/vault.hpp"

// What BasicVault and BasicTransaction do. Included by vault.hpp.
namespace component {

// ---- opening ----

template <class Memory>
void BasicVault<Memory>::open() {
  if (bytes_ < vault::least_bytes || bytes_ % 64 != 0 || bytes_ >> 32 != 0)
    Memory::defect("a vault of impossible size");
  const vault::Header& found = header();
  next_ = vault::records_offset(bytes_);
  if (found.magic == 0) return format();
  const auto count = static_cast<abi::u32>(found.records);
  const bool sound = found.magic == vault::magic && found.bytes == bytes_ && found.check == check_of(found) &&
                     found.records >> 32 == (~count & 0xffff'ffff) && count <= vault::max_records;
  const bool undo = sound && static_cast<abi::u32>(found.state) != 0;
  if (!sound || (undo && !roll_back())) {
    format();
    recovery_ = Recovery::lost;
  } else {
    recovery_ = undo ? Recovery::rolled_back : Recovery::clean;
  }
}

// The magic is written last and taken away first: a vault half formatted is one that never was.
template <class Memory>
void BasicVault<Memory>::format() {
  const abi::u64 transactions = header().magic == vault::magic ? header().state >> 32 : 0;
  vault::Header fresh{.magic = vault::magic, .bytes = bytes_, .records = abi::u64{0xffff'ffff} << 32};
  fresh.check = check_of(fresh);
  write(&header().magic, 0);
  Memory::barrier();
  write(&header().bytes, fresh.bytes);
  write(&header().check, fresh.check);
  write(&header().records, fresh.records);
  write(&header().state, (transactions + 1) << 32);
  Memory::barrier();
  write(&header().magic, fresh.magic);
  Memory::barrier();
  recovery_ = Recovery::formatted;
}

// ---- the log: entries [old words ..., check, where], walked from the last to the first ----

template <class Memory>
bool BasicVault<Memory>::roll_back() {
  const abi::u64 state = header().state;
  const abi::u64 end = static_cast<abi::u32>(state) / sizeof(abi::u64);
  const auto walk = [&](auto&& entry) {
    for (abi::u64 at = end; at != 0;) {
      if (at < 3) return false;
      const abi::u64 where = log()[at - 1];
      const abi::u64 count = where >> 32, offset = static_cast<abi::u32>(where);
      if (count == 0 || count > at - 2 || offset % sizeof(abi::u64) != 0) return false;
      if (offset < vault::checksums_offset || offset + count * sizeof(abi::u64) > vault::names_offset(bytes_))
        return false;
      if (!entry(at - 2 - count, count, offset, log()[at - 2])) return false;
      at -= count + 2;
    }
    return true;
  };
  if (static_cast<abi::u32>(state) % sizeof(abi::u64) != 0 || end * sizeof(abi::u64) > vault::log_bytes(bytes_))
    return false;
  if (!walk([&](abi::u64 first, abi::u64 count, abi::u64 offset, abi::u64 check) {
        abi::u64 total = vault::spread(first, count << 32 | offset) + 1;
        for (abi::u64 i = 0; i < count; ++i) total += vault::spread(first + 1 + i, log()[first + i]);
        return total == check;
      }))
    return false;
  if constexpr (Memory::rolls_back)
    walk([&](abi::u64 first, abi::u64 count, abi::u64 offset, abi::u64) {
      for (abi::u64 i = 0; i < count; ++i) write(words(offset) + i, log()[first + i]);
      return true;
    });
  Memory::barrier();
  write(&header().state, ((state >> 32) + 1) << 32);
  Memory::barrier();
  return true;
}

template <class Memory>
void BasicTransaction<Memory>::remember(abi::u32 offset, abi::u32 count) {
  const abi::u64 first = static_cast<abi::u32>(state_) / sizeof(abi::u64);
  if ((first + count + 2) * sizeof(abi::u64) > vault::log_bytes(vault_.bytes_))
    Memory::defect("a vault transaction larger than its log");
  const abi::u64 where = abi::u64{count} << 32 | offset;
  abi::u64 check = vault::spread(first, where) + 1;
  vault::Word* const log = vault_.log() + first;
  const vault::Word* const old = vault_.words(offset);
  for (abi::u32 i = 0; i < count; ++i) {
    const abi::u64 word = old[i];
    check += vault::spread(first + 1 + i, word);
    Memory::write(log + i, word);
  }
  Memory::write(log + count, check);
  Memory::write(log + count + 1, where);
  Memory::barrier();
  // From here on the entry counts; only now may what it remembers be changed.
  state_ += (abi::u64{count} + 2) * sizeof(abi::u64);
  Memory::write(reinterpret_cast<vault::Word*>(&vault_.header().state), state_);
  Memory::barrier();
}

// ---- changing ----

template <class Memory>
void BasicTransaction<Memory>::find(std::size_t offset, std::size_t end) {
  if (offset >= extent_.offset && end <= extent_.offset + extent_.bytes) return;
  settle();
  for (unsigned index = 0; index < vault_.declared_; ++index) {
    const vault::Extent extent = vault_.extent(index);
    if (offset < extent.offset || end > extent.offset + extent.bytes) continue;
    extent_ = extent;
    record_ = index;
    return;
  }
  Memory::defect("a vault transaction on what is no record");
}

template <class Memory>
void BasicTransaction<Memory>::write(const std::byte* field, const void* from, std::size_t bytes) {
  if (bytes == 0) return;
  const auto offset = static_cast<std::size_t>(field - vault_.base_);
  find(offset, offset + bytes);
  const std::size_t begin = offset & ~(sizeof(abi::u64) - 1);
  const std::size_t end = (offset + bytes + sizeof(abi::u64) - 1) & ~(sizeof(abi::u64) - 1);
  remember(static_cast<abi::u32>(begin), static_cast<abi::u32>((end - begin) / sizeof(abi::u64)));
  const auto* source = static_cast<const std::byte*>(from);
  for (std::size_t at = begin; at < end; at += sizeof(abi::u64)) {
    vault::Word* const place = vault_.words(at);
    const abi::u64 old = *place;
    abi::u64 word = old;
    const std::size_t skip = at < offset ? offset - at : 0;
    const std::size_t space = sizeof word - skip;
    const std::size_t part = bytes < space ? bytes : space;
    __builtin_memcpy(reinterpret_cast<std::byte*>(&word) + skip, source, part);
    source += part;
    bytes -= part;
    change_ += vault::spread(at, word) - vault::spread(at, old);
    Memory::write(place, word);
  }
}

/// Brings the checksum of the record changed last up to date.
template <class Memory>
void BasicTransaction<Memory>::settle() {
  if (change_ == 0) return;
  abi::u64& checksum = vault_.checksum(record_);
  const auto offset = static_cast<abi::u32>(reinterpret_cast<std::byte*>(&checksum) - vault_.base_);
  remember(offset, 1);
  Memory::write(reinterpret_cast<vault::Word*>(&checksum), checksum + change_);
  change_ = 0;
}

template <class Memory>
void BasicTransaction<Memory>::commit() {
  settle();
  Memory::barrier();
  // The commit: this one word says that the log is empty, and so that all changes stand.
  if (static_cast<abi::u32>(state_) != 0)
    Memory::write(reinterpret_cast<vault::Word*>(&vault_.header().state), ((state_ >> 32) + 1) << 32);
  Memory::barrier();
  vault_.open_ = false;
}

// ---- records ----

template <class Memory>
void BasicVault<Memory>::clear(unsigned index, void (*construct)(std::byte*)) {
  const vault::Extent where = extent(index);
  for (abi::u32 at = 0; at < where.bytes; at += sizeof(abi::u64)) write(base_ + where.offset + at, 0);
  construct(base_ + where.offset);
  Memory::barrier();
  write(&checksum(index), sum(where));
  Memory::barrier();
}

template <class Memory>
auto BasicVault<Memory>::declare(std::string_view text, abi::u32 version, std::size_t bytes, std::size_t alignment,
                                 void (*construct)(std::byte*)) -> Place {
  const unsigned index = declared_;
  const std::size_t line = alignment < sizeof(abi::u64) ? sizeof(abi::u64) : alignment;
  const std::size_t offset = (next_ + line - 1) & ~(line - 1);
  const std::size_t padded = (bytes + sizeof(abi::u64) - 1) & ~(sizeof(abi::u64) - 1);
  vault::Name wanted{.bytes = static_cast<abi::u32>(bytes), .version = version};
  if (index == vault::max_records || text.size() > sizeof wanted.text || padded > vault::names_offset(bytes_) ||
      offset > vault::names_offset(bytes_) - padded)
    Memory::defect("a vault has no room for a record");
  const vault::Extent where{static_cast<abi::u32>(offset), static_cast<abi::u32>(padded)};
  for (std::size_t i = 0; i < text.size(); ++i) wanted.text[i] = text[i];
  wanted.check = check_of(wanted, where);
  declared_ = index + 1;
  next_ = offset + padded;

  const auto known = static_cast<abi::u32>(header().records);
  if (index < known && name(index).check == wanted.check && extent(index).offset == where.offset &&
      extent(index).bytes == where.bytes) {
    if (intact(index)) return {index, Found::kept};
    clear(index, construct);
    return {index, Found::cleared};
  }
  // Another one, or none. The check of its name goes first and comes last: a record half made is one that never was.
  write(&name(index).check, 0);
  Memory::barrier();
  write_all(&extent(index), &where, sizeof where);
  write_all(&name(index), &wanted, offsetof(vault::Name, check));
  clear(index, construct);
  write(&name(index).check, wanted.check);
  Memory::barrier();
  if (index < known) return {index, Found::cleared};
  write(&header().records, abi::u64{~(index + 1) & 0xffff'ffff} << 32 | (index + 1));
  Memory::barrier();
  return {index, Found::fresh};
}

}  // namespace component
