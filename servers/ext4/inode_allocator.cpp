// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/inode_allocator.hpp"

#include <algorithm>
#include <cstring>

#include "servers/ext4/bitmap.hpp"
#include "servers/ext4/group.hpp"

namespace ext4 {
namespace {

BlockRole role_of(GroupNumber group) { return {.kind = BlockKind::inode_bitmap, .owner = group.value}; }

/// Orlov's idea in short: the trees below the root do not belong together, so each begins where there is room.
Result<GroupNumber> roomiest_group(Metadata& metadata) {
  GroupNumber best{0};
  std::uint64_t best_room = 0;
  for (GroupNumber number{0}; number.value < metadata.geometry().groups; ++number) {
    const Group group = EXT4_TRY(read_group(metadata, number));
    if (group->free_inodes() == 0 || group->free_blocks() == 0) continue;
    const std::uint64_t room = std::uint64_t{group->free_inodes()} * group->free_blocks() / (group->directories() + 1);
    if (room > best_room) best = number, best_room = room;
  }
  return best;
}

Result<GroupNumber> choose_group(Metadata& metadata, InodeNumber parent, FileKind kind) {
  const Geometry& geometry = metadata.geometry();
  GroupNumber first = geometry.group_of(parent);
  if (kind == FileKind::directory && parent == root_inode) first = EXT4_TRY(roomiest_group(metadata));
  for (std::uint32_t i = 0; i < geometry.groups; ++i) {
    const auto number = GroupNumber{static_cast<std::uint32_t>((std::uint64_t{first.value} + i) % geometry.groups)};
    const Group group = EXT4_TRY(read_group(metadata, number));
    if (group->free_inodes() != 0) return number;
  }
  return std::unexpected(Error::no_inodes);
}

Result<BlockPin> bitmap_for_change(Transaction& transaction, const Group& group) {
  Metadata& metadata = transaction.metadata();
  const BlockRole role = role_of(group.number());
  if (!group->has(layout::group_flag::inode_bitmap_unwritten)) {
    const PhysicalBlock where = group->inode_bitmap();
    return EXT4_TRY(metadata.read(where, role));
  }
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.clear(layout::group_flag::inode_bitmap_unwritten);
  BlockPin bitmap = EXT4_TRY(transaction.create(group->inode_bitmap(), role));
  const std::uint32_t inodes = metadata.geometry().inodes_per_group;
  set_bits(EXT4_TRY(transaction.modify(bitmap)), inodes, bits_per_block - inodes);
  return bitmap;
}

/// The place of an inode, zeroed. A block of the table that was never used is not read: it may hold anything.
Result<InodePin> clear_place(Transaction& transaction, const Group& group, InodeNumber number, bool block_unused) {
  Metadata& metadata = transaction.metadata();
  const Geometry& geometry = metadata.geometry();
  if (block_unused) {
    const PhysicalBlock where = group->inode_table() + geometry.index_in_group(number) / geometry.inodes_per_block;
    EXT4_TRY(transaction.create(where, {.kind = BlockKind::inodes, .owner = number.value}));
  }
  InodePin inode = EXT4_TRY(load_free_inode(metadata, number));
  layout::Inode* raw = EXT4_TRY(modify_inode(transaction, inode));
  std::memset(static_cast<void*>(raw), 0, geometry.inode_size);
  return inode;
}

}  // namespace

Result<InodePin> take_inode(Transaction& transaction, InodeNumber parent, FileKind kind) {
  Metadata& metadata = transaction.metadata();
  const Geometry& geometry = metadata.geometry();
  if (metadata.totals().free_inodes == 0) return std::unexpected(Error::no_inodes);
  const Group group = EXT4_TRY(read_group(metadata, EXT4_TRY(choose_group(metadata, parent, kind))));
  const BlockPin bitmap = EXT4_TRY(bitmap_for_change(transaction, group));
  // The lowest free one, so that the table is used from its start and its unused end stays whole.
  const std::uint32_t index = next_clear(bitmap.bytes(), 0, geometry.inodes_per_group);
  const InodeNumber number = geometry.first_inode_of(group.number()) + index;
  if (index == geometry.inodes_per_group || !geometry.may_be_named(number))
    return metadata.damaged("inode bitmap of group", group.number().value);
  set_bits(EXT4_TRY(transaction.modify(bitmap)), index, 1);

  const std::uint32_t used = geometry.inodes_per_group - group->unused_inodes();
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.set_free_inodes(descriptor.free_inodes() - 1);
  if (kind == FileKind::directory) descriptor.set_directories(descriptor.directories() + 1);
  if (index >= used) descriptor.set_unused_inodes(geometry.inodes_per_group - index - 1);
  --transaction.totals().free_inodes;
  const bool block_unused = index >= used && index % geometry.inodes_per_block == 0;
  return clear_place(transaction, group, number, block_unused);
}

Result<void> give_back_inode(Transaction& transaction, const InodePin& inode) {
  Metadata& metadata = transaction.metadata();
  const Geometry& geometry = metadata.geometry();
  const Group group = EXT4_TRY(read_group(metadata, geometry.group_of(inode.number())));
  const BlockPin bitmap = EXT4_TRY(bitmap_for_change(transaction, group));
  const std::uint32_t index = geometry.index_in_group(inode.number());
  if (!is_set(bitmap.bytes(), index)) return metadata.damaged("freed twice: inode", inode.number().value);
  if (group->free_inodes() >= geometry.inodes_per_group || (inode.is_directory() && group->directories() == 0))
    return metadata.damaged("inode counts of group", group.number().value);
  clear_bits(EXT4_TRY(transaction.modify(bitmap)), index, 1);
  Descriptor descriptor = EXT4_TRY(modify_group(transaction, group));
  descriptor.set_free_inodes(descriptor.free_inodes() + 1);
  if (inode.is_directory()) descriptor.set_directories(descriptor.directories() - 1);
  ++transaction.totals().free_inodes;
  return {};
}

Result<bool> inode_in_use(Metadata& metadata, InodeNumber number) {
  const Geometry& geometry = metadata.geometry();
  const Group group = EXT4_TRY(read_group(metadata, geometry.group_of(number)));
  if (group->has(layout::group_flag::inode_bitmap_unwritten)) return false;
  const BlockPin bitmap = EXT4_TRY(metadata.read(group->inode_bitmap(), role_of(group.number())));
  return is_set(bitmap.bytes(), geometry.index_in_group(number));
}

}  // namespace ext4
