// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/directory_block.hpp"

#include <algorithm>
#include <cstring>

namespace ext4 {
namespace {

constexpr std::uint32_t shortest_entry = entry_length(1);

const layout::DirectoryEntry& raw(ConstBlock block, std::uint32_t offset) {
  return *reinterpret_cast<const layout::DirectoryEntry*>(block.data() + offset);
}
layout::DirectoryEntry& raw(Block block, std::uint32_t offset) {
  return *reinterpret_cast<layout::DirectoryEntry*>(block.data() + offset);
}
void set_length(Block block, std::uint32_t offset, std::uint32_t length) {
  raw(block, offset).record_length = static_cast<std::uint16_t>(length);
}
std::string_view name_at(ConstBlock block, std::uint32_t offset) {
  const auto* characters = reinterpret_cast<const char*>(block.data() + offset + sizeof(layout::DirectoryEntry));
  return {characters, raw(block, offset).name_length};
}

bool entry_well_formed(const Geometry& geometry, ConstBlock block, std::uint32_t offset, std::uint32_t end) {
  if (end - offset < shortest_entry) return false;
  const layout::DirectoryEntry& entry = raw(block, offset);
  const std::uint32_t length = entry.record_length;
  if (length % 4 != 0 || length < shortest_entry || length > end - offset || length < entry_length(entry.name_length))
    return false;
  if (entry.inode == 0) return true;
  const std::string_view name = name_at(block, offset);
  return entry.inode <= geometry.inodes && !name.empty() && name.find('/') == name.npos && name.find('\0') == name.npos;
}

bool tail_well_formed(ConstBlock block) {
  const auto& tail =
      *reinterpret_cast<const layout::DirectoryTail*>(block.data() + block_size - sizeof(layout::DirectoryTail));
  return tail.inode == 0 && tail.record_length == sizeof(tail) && tail.name_length == 0 &&
         tail.file_type == layout::directory_tail_type;
}

/// What an entry occupies of its record.
std::uint32_t used_length(ConstBlock block, std::uint32_t offset) {
  const layout::DirectoryEntry& entry = raw(block, offset);
  return entry.inode == 0 ? 0 : entry_length(entry.name_length);
}

void put(Block block, std::uint32_t offset, std::uint32_t length, std::string_view name, InodeNumber inode,
         FileKind kind) {
  raw(block, offset) = {.inode = inode.value,
                        .record_length = static_cast<std::uint16_t>(length),
                        .name_length = static_cast<std::uint8_t>(name.size()),
                        .file_type = static_cast<std::uint8_t>(kind)};
  std::memcpy(block.data() + offset + sizeof(layout::DirectoryEntry), name.data(), name.size());
}

}  // namespace

bool leaf_well_formed(const Geometry& geometry, ConstBlock block) {
  const std::uint32_t end = leaf_end(geometry);
  if (geometry.checksums && !tail_well_formed(block)) return false;
  for (std::uint32_t offset = 0; offset < end; offset += raw(block, offset).record_length)
    if (!entry_well_formed(geometry, block, offset, end)) return false;
  return true;
}

LeafEntry leaf_entry(ConstBlock block, std::uint32_t offset) {
  const layout::DirectoryEntry& entry = raw(block, offset);
  return {.offset = offset,
          .record_length = entry.record_length,
          .inode = InodeNumber{entry.inode},
          .kind = entry.file_type <= static_cast<std::uint8_t>(FileKind::symbolic_link)
                      ? static_cast<FileKind>(entry.file_type)
                      : FileKind::unknown,
          .name = name_at(block, offset)};
}

std::optional<LeafEntry> find_name(const Geometry& geometry, ConstBlock block, std::string_view name) {
  const std::uint32_t end = leaf_end(geometry);
  for (std::uint32_t offset = 0; offset < end; offset += raw(block, offset).record_length)
    if (raw(block, offset).inode != 0 && name_at(block, offset) == name) return leaf_entry(block, offset);
  return std::nullopt;
}

std::optional<std::uint32_t> find_room(const Geometry& geometry, ConstBlock block, std::size_t name_length) {
  const std::uint32_t needed = entry_length(name_length);
  const std::uint32_t end = leaf_end(geometry);
  for (std::uint32_t offset = 0; offset < end; offset += raw(block, offset).record_length)
    if (raw(block, offset).record_length - used_length(block, offset) >= needed) return offset;
  return std::nullopt;
}

void insert_name(Block block, std::uint32_t room, std::string_view name, InodeNumber inode, FileKind kind) {
  const std::uint32_t used = used_length(block, room);
  const std::uint32_t whole = raw(block, room).record_length;
  if (used != 0) set_length(block, room, used);
  put(block, room + used, whole - used, name, inode, kind);
}

void remove_name(Block block, std::uint32_t offset) {
  const std::uint32_t length = raw(block, offset).record_length;
  std::uint32_t before = 0;
  for (std::uint32_t at = 0; at < offset; at += raw(block, at).record_length) before = at;
  // The room goes to the entry before; the first of a block is only marked.
  std::memset(block.data() + offset, 0, sizeof(layout::DirectoryEntry) + raw(block, offset).name_length);
  if (offset == 0)
    set_length(block, offset, length);
  else
    set_length(block, before, offset + length - before);
}

void mark_unused(Block block, std::uint32_t offset) { raw(block, offset).inode = 0; }

void retarget(Block block, std::uint32_t offset, InodeNumber inode, FileKind kind) {
  raw(block, offset).inode = inode.value;
  raw(block, offset).file_type = static_cast<std::uint8_t>(kind);
}

void compact_leaf(const Geometry& geometry, Block block) {
  const std::uint32_t end = leaf_end(geometry);
  std::uint32_t to = 0;
  std::uint32_t last = 0;
  for (std::uint32_t from = 0, length = 0; from < end; from += length) {
    length = raw(block, from).record_length;
    const std::uint32_t used = used_length(block, from);
    if (used == 0) continue;
    std::memmove(block.data() + to, block.data() + from, used);
    set_length(block, to, used);
    last = to;
    to += used;
  }
  if (to == 0) return make_leaf(geometry, block);
  std::fill(block.begin() + to, block.begin() + end, std::byte{0});
  set_length(block, last, end - last);
}

void make_leaf(const Geometry& geometry, Block block) {
  std::ranges::fill(block, std::byte{0});
  set_length(block, 0, leaf_end(geometry));
  if (!geometry.checksums) return;
  auto& tail = *reinterpret_cast<layout::DirectoryTail*>(block.data() + block_size - sizeof(layout::DirectoryTail));
  tail.record_length = sizeof(tail);
  tail.file_type = layout::directory_tail_type;
}

void make_first_leaf(const Geometry& geometry, Block block, InodeNumber self, InodeNumber parent) {
  make_leaf(geometry, block);
  constexpr std::uint32_t first = entry_length(1);
  put(block, 0, first, ".", self, FileKind::directory);
  put(block, first, leaf_end(geometry) - first, "..", parent, FileKind::directory);
}

}  // namespace ext4
