// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Kernel documentation, filesystems/ext4, "Block Group Descriptors". The second half exists only where the
/// superblock's descriptor_size is 64 (feature 64bit).
struct GroupDescriptor {
  Little32 block_bitmap_low;
  Little32 inode_bitmap_low;
  Little32 inode_table_low;
  Little16 free_blocks_low;
  Little16 free_inodes_low;
  Little16 directories_low;
  Little16 flags;
  Little32 exclude_bitmap_low;
  Little16 block_bitmap_checksum_low;
  Little16 inode_bitmap_checksum_low;
  Little16 unused_inodes_low;
  Little16 checksum;

  Little32 block_bitmap_high;
  Little32 inode_bitmap_high;
  Little32 inode_table_high;
  Little16 free_blocks_high;
  Little16 free_inodes_high;
  Little16 directories_high;
  Little16 unused_inodes_high;
  Little32 exclude_bitmap_high;
  Little16 block_bitmap_checksum_high;
  Little16 inode_bitmap_checksum_high;
  Little32 reserved;
};
inline constexpr std::uint32_t narrow_descriptor_size = 32;
static_assert(sizeof(GroupDescriptor) == 64);
static_assert(offsetof(GroupDescriptor, checksum) == 0x1E);
static_assert(offsetof(GroupDescriptor, block_bitmap_high) == narrow_descriptor_size);

namespace group_flag {
inline constexpr std::uint16_t inode_bitmap_unwritten = 0x1;
inline constexpr std::uint16_t block_bitmap_unwritten = 0x2;
inline constexpr std::uint16_t inode_table_zeroed = 0x4;
}  // namespace group_flag

}  // namespace ext4::layout
