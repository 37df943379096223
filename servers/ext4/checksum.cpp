// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/checksum.hpp"

#include "lib/base/crc32c.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/layout/attributes.hpp"
#include "servers/ext4/layout/directory.hpp"
#include "servers/ext4/layout/extent.hpp"
#include "servers/ext4/layout/group.hpp"
#include "servers/ext4/layout/inode.hpp"

namespace ext4 {
namespace {

template <typename T>
std::uint32_t add(std::uint32_t crc, const T& value) {
  return base::crc32c_continue(crc, std::as_bytes(std::span(&value, 1)));
}
std::uint32_t add(std::uint32_t crc, const std::byte* from, std::size_t bytes) {
  return base::crc32c_continue(crc, {from, bytes});
}
std::uint32_t add_zeroes(std::uint32_t crc, std::size_t bytes) {
  constexpr std::array<std::byte, 4> zeroes{};
  return add(crc, zeroes.data(), bytes);
}
/// Everything from `from` to `to` but a hole of `hole_bytes` at `hole`, taken as zero.
std::uint32_t add_around(std::uint32_t crc, const std::byte* base, std::size_t end, std::size_t hole,
                         std::size_t hole_bytes) {
  crc = add_zeroes(add(crc, base, hole), hole_bytes);
  return add(crc, base + hole + hole_bytes, end - hole - hole_bytes);
}

template <typename T>
const T& at(ConstBlock block, std::size_t offset) {
  return *reinterpret_cast<const T*>(block.data() + offset);
}
template <typename T>
T& at(Block block, std::size_t offset) {
  return *reinterpret_cast<T*>(block.data() + offset);
}

std::uint16_t descriptor_checksum(const Geometry& geometry, ConstBlock block, std::uint32_t index, GroupNumber group) {
  const std::byte* descriptor = block.data() + std::size_t{index} * geometry.descriptor_size;
  const std::uint32_t crc = add(geometry.checksum_seed, layout::Little32{group.value});
  constexpr std::size_t hole = offsetof(layout::GroupDescriptor, checksum);
  return static_cast<std::uint16_t>(add_around(crc, descriptor, geometry.descriptor_size, hole, 2));
}

std::uint32_t descriptors_in(const Geometry& geometry, std::uint32_t first_group) {
  const std::uint32_t left = geometry.groups - first_group;
  return left < geometry.descriptors_per_block ? left : geometry.descriptors_per_block;
}

bool has_checksum_high(const Geometry& geometry, const layout::Inode& inode) {
  constexpr std::size_t end = offsetof(layout::Inode, checksum_high) + 2 - layout::small_inode_size;
  return geometry.inode_size > layout::small_inode_size && inode.extra_size >= end;
}

std::uint32_t inode_checksum(const Geometry& geometry, ConstBlock block, InodeNumber number, std::size_t offset) {
  const std::byte* raw = block.data() + offset;
  const auto& inode = at<layout::Inode>(block, offset);
  const std::uint32_t seed = inode_seed(geometry, number, inode.generation);
  constexpr std::size_t low = offsetof(layout::Inode, checksum_low);
  constexpr std::size_t high = offsetof(layout::Inode, checksum_high);
  const std::uint32_t crc = add_around(seed, raw, layout::small_inode_size, low, 2);
  const std::size_t rest = geometry.inode_size - layout::small_inode_size;
  if (!has_checksum_high(geometry, inode)) return add(crc, raw + layout::small_inode_size, rest);
  return add_around(crc, raw + layout::small_inode_size, rest, high - layout::small_inode_size, 2);
}

/// Of an index block whose entries begin at `entries`; its limit and count have been checked.
std::uint32_t index_checksum(std::uint32_t seed, ConstBlock block, std::size_t entries) {
  const auto& limit = at<layout::IndexLimit>(block, entries);
  const std::size_t tail = entries + std::size_t{limit.limit} * sizeof(layout::IndexEntry);
  const std::uint32_t crc = add(seed, block.data(), entries + limit.count * sizeof(layout::IndexEntry));
  return add_zeroes(add(crc, block.data() + tail, offsetof(layout::IndexTail, checksum)), 4);
}
std::size_t index_checksum_offset(ConstBlock block, std::size_t entries) {
  const auto& limit = at<layout::IndexLimit>(block, entries);
  return entries + std::size_t{limit.limit} * sizeof(layout::IndexEntry) + offsetof(layout::IndexTail, checksum);
}
bool index_limit_is_sound(ConstBlock block, std::size_t entries) {
  const auto& limit = at<layout::IndexLimit>(block, entries);
  return limit.count <= limit.limit &&
         entries + std::size_t{limit.limit} * sizeof(layout::IndexEntry) + sizeof(layout::IndexTail) <= block_size;
}

std::uint32_t attributes_checksum(const Geometry& geometry, PhysicalBlock number, ConstBlock block) {
  const std::uint32_t crc = add(geometry.checksum_seed, layout::Little64{number.value});
  return add_around(crc, block.data(), block_size, offsetof(layout::AttributesHeader, checksum), 4);
}

constexpr std::size_t leaf_tail = block_size - sizeof(layout::DirectoryTail);
constexpr std::size_t root_entries = sizeof(layout::IndexRoot);
constexpr std::size_t node_entries = sizeof(layout::IndexNode);

/// Where the tail of a block of extents lies, 0 if its header is beyond belief.
std::size_t extent_tail(ConstBlock block) {
  const auto& header = at<layout::ExtentHeader>(block, 0);
  const std::size_t tail = sizeof(header) + std::size_t{header.capacity} * sizeof(layout::Extent);
  return tail + sizeof(layout::ExtentTail) <= block_size ? tail : 0;
}

/// Offset of the 32-bit checksum of a block that has one, 0 if the block is not well formed.
std::size_t checksum_offset(BlockKind kind, ConstBlock block) {
  switch (kind) {
    case BlockKind::directory_leaf:
      return leaf_tail + offsetof(layout::DirectoryTail, checksum);
    case BlockKind::directory_root:
      return index_limit_is_sound(block, root_entries) ? index_checksum_offset(block, root_entries) : 0;
    case BlockKind::directory_node:
      return index_limit_is_sound(block, node_entries) ? index_checksum_offset(block, node_entries) : 0;
    case BlockKind::extents:
      return extent_tail(block);
    case BlockKind::attributes:
      return offsetof(layout::AttributesHeader, checksum);
    case BlockKind::superblock:
      return layout::superblock_offset + offsetof(layout::Superblock, checksum);
    default:
      return 0;
  }
}

std::uint32_t block_checksum(const Geometry& geometry, PhysicalBlock number, BlockRole role, ConstBlock block) {
  switch (role.kind) {
    case BlockKind::directory_leaf:
      return add(role.owner, block.data(), leaf_tail);
    case BlockKind::directory_root:
      return index_checksum(role.owner, block, root_entries);
    case BlockKind::directory_node:
      return index_checksum(role.owner, block, node_entries);
    case BlockKind::extents:
      return add(role.owner, block.data(), extent_tail(block));
    case BlockKind::attributes:
      return attributes_checksum(geometry, number, block);
    case BlockKind::superblock:
      return superblock_checksum(at<layout::Superblock>(block, layout::superblock_offset));
    default:
      return 0;
  }
}

bool descriptors_match(const Geometry& geometry, std::uint32_t first_group, ConstBlock block) {
  for (std::uint32_t i = 0; i < descriptors_in(geometry, first_group); ++i) {
    const auto& raw = at<layout::GroupDescriptor>(block, std::size_t{i} * geometry.descriptor_size);
    if (raw.checksum != descriptor_checksum(geometry, block, i, GroupNumber{first_group + i})) return false;
  }
  return true;
}

}  // namespace

std::uint32_t superblock_checksum(const layout::Superblock& superblock) {
  return add(0xFFFFFFFF, reinterpret_cast<const std::byte*>(&superblock), offsetof(layout::Superblock, checksum));
}

std::uint32_t uuid_seed(const std::array<std::byte, 16>& uuid) { return add(0xFFFFFFFF, uuid); }

std::uint32_t inode_seed(const Geometry& geometry, InodeNumber inode, std::uint32_t generation) {
  return add(add(geometry.checksum_seed, layout::Little32{inode.value}), layout::Little32{generation});
}

std::uint32_t bitmap_checksum(const Geometry& geometry, ConstBlock bitmap, std::uint32_t bits) {
  return add(geometry.checksum_seed, bitmap.data(), bits / 8);
}

bool checksum_matches(const Geometry& geometry, PhysicalBlock number, BlockRole role, ConstBlock block,
                      std::uint32_t item) {
  if (!geometry.checksums || role.kind == BlockKind::link_target) return true;
  if (role.kind == BlockKind::descriptors) return descriptors_match(geometry, role.owner, block);
  if (role.kind == BlockKind::inodes) {
    const std::size_t offset = std::size_t{item} * geometry.inode_size;
    const std::uint32_t crc = inode_checksum(geometry, block, InodeNumber{role.owner + item}, offset);
    const auto& inode = at<layout::Inode>(block, offset);
    const bool high_matches = !has_checksum_high(geometry, inode) || inode.checksum_high == crc >> 16;
    return inode.checksum_low == (crc & 0xFFFF) && high_matches;
  }
  const std::size_t offset = checksum_offset(role.kind, block);
  return offset != 0 && at<layout::Little32>(block, offset) == block_checksum(geometry, number, role, block);
}

void refresh_checksum(const Geometry& geometry, PhysicalBlock number, BlockRole role, Block block, std::uint32_t item) {
  if (!geometry.checksums || role.kind == BlockKind::link_target) return;
  if (role.kind == BlockKind::descriptors) {
    for (std::uint32_t i = 0; i < descriptors_in(geometry, role.owner); ++i)
      at<layout::GroupDescriptor>(block, std::size_t{i} * geometry.descriptor_size).checksum =
          descriptor_checksum(geometry, block, i, GroupNumber{role.owner + i});
    return;
  }
  if (role.kind == BlockKind::inodes) {
    const std::size_t offset = std::size_t{item} * geometry.inode_size;
    const std::uint32_t crc = inode_checksum(geometry, block, InodeNumber{role.owner + item}, offset);
    auto& inode = at<layout::Inode>(block, offset);
    inode.checksum_low = static_cast<std::uint16_t>(crc);
    if (has_checksum_high(geometry, inode)) inode.checksum_high = static_cast<std::uint16_t>(crc >> 16);
    return;
  }
  const std::size_t offset = checksum_offset(role.kind, block);
  if (offset != 0) at<layout::Little32>(block, offset) = block_checksum(geometry, number, role, block);
}

}  // namespace ext4
