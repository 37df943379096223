// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>

#include "servers/ext4/error.hpp"
#include "servers/ext4/layout/directory.hpp"
#include "servers/ext4/layout/superblock.hpp"
#include "servers/ext4/number.hpp"

namespace ext4 {

/// What the superblock says that does not change while the file system is mounted, checked once.
struct Geometry {
  std::uint64_t blocks;
  std::uint64_t reserved_blocks;  ///< for the superuser only
  std::uint32_t inodes;
  std::uint32_t groups;
  std::uint32_t blocks_per_group;
  std::uint32_t inodes_per_group;
  std::uint32_t groups_per_flex;

  std::uint32_t descriptor_size;
  std::uint32_t descriptors_per_block;
  std::uint32_t descriptor_blocks;
  std::uint32_t reserved_descriptor_blocks;

  std::uint32_t inode_size;
  std::uint32_t inodes_per_block;
  std::uint32_t inode_table_blocks;
  std::uint32_t first_inode;
  std::uint32_t new_extra_size;

  std::uint32_t checksum_seed;
  std::array<std::uint32_t, 4> hash_seed;
  layout::HashVersion hash_version;
  bool hash_unsigned;

  bool checksums;
  bool wide_descriptors;
  bool sparse_super;
  bool sparse_super_2;
  std::array<std::uint32_t, 2> backup_groups;
  bool directory_index;
  bool directory_links;
  bool huge_files;
  bool large_files;
  bool has_journal;
  InodeNumber journal_inode;

  bool needs_recovery;            ///< the journal has to be replayed before anything is changed
  bool unknown_written_features;  ///< features without which nothing may be changed

  bool contains(PhysicalBlock first, std::uint64_t count) const {
    return count <= blocks && first.value <= blocks - count;
  }
  bool contains(InodeNumber inode) const { return inode.value >= 1 && inode.value <= inodes; }
  /// The root, or an inode that may be named in a directory.
  bool may_be_named(InodeNumber inode) const {
    return inode == root_inode || (inode.value >= first_inode && inode.value <= inodes);
  }

  GroupNumber group_of(PhysicalBlock block) const {
    return GroupNumber{static_cast<std::uint32_t>(block.value / blocks_per_group)};
  }
  PhysicalBlock first_block(GroupNumber group) const {
    return PhysicalBlock{std::uint64_t{group.value} * blocks_per_group};
  }
  std::uint32_t blocks_in(GroupNumber group) const;
  bool has_superblock(GroupNumber group) const;

  GroupNumber group_of(InodeNumber inode) const { return GroupNumber{(inode.value - 1) / inodes_per_group}; }
  std::uint32_t index_in_group(InodeNumber inode) const { return (inode.value - 1) % inodes_per_group; }
  InodeNumber first_inode_of(GroupNumber group) const { return InodeNumber{group.value * inodes_per_group + 1}; }
};

/// Checks every field that anything relies on; `device_blocks` is what the device has.
Result<Geometry> read_geometry(const layout::Superblock& superblock, std::uint64_t device_blocks);

}  // namespace ext4
