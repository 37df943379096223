// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Kernel documentation, filesystems/ext4, "Index Nodes". What lies beyond `extra_size` bytes after the first
/// 128 belongs to extended attributes and must not be read through this type.
struct Inode {
  Little16 mode;
  Little16 uid_low;
  Little32 size_low;
  Little32 access_time;
  Little32 change_time;
  Little32 modification_time;
  Little32 deletion_time;  ///< for an orphan, the next inode of the orphan list
  Little16 gid_low;
  Little16 links;
  Little32 blocks_low;
  Little32 flags;
  Little32 version_low;
  std::array<std::byte, 60> map;  ///< root of the extent tree, short symbolic link, or device number
  Little32 generation;
  Little32 attributes_block_low;
  Little32 size_high;
  Little32 fragment;
  Little16 blocks_high;
  Little16 attributes_block_high;
  Little16 uid_high;
  Little16 gid_high;
  Little16 checksum_low;
  Little16 reserved;

  Little16 extra_size;
  Little16 checksum_high;
  Little32 change_time_extra;
  Little32 modification_time_extra;
  Little32 access_time_extra;
  Little32 creation_time;
  Little32 creation_time_extra;
  Little32 version_high;
  Little32 project;
};
inline constexpr std::uint32_t small_inode_size = 128;
inline constexpr std::uint32_t extra_inode_size = 32;
static_assert(sizeof(Inode) == small_inode_size + extra_inode_size);
static_assert(offsetof(Inode, map) == 0x28);
static_assert(offsetof(Inode, generation) == 0x64);
static_assert(offsetof(Inode, checksum_low) == 0x7C);
static_assert(offsetof(Inode, extra_size) == small_inode_size);
static_assert(offsetof(Inode, checksum_high) == 0x82);

namespace mode {
inline constexpr std::uint16_t type_mask = 0xF000;
inline constexpr std::uint16_t fifo = 0x1000;
inline constexpr std::uint16_t character_device = 0x2000;
inline constexpr std::uint16_t directory = 0x4000;
inline constexpr std::uint16_t block_device = 0x6000;
inline constexpr std::uint16_t regular = 0x8000;
inline constexpr std::uint16_t symbolic_link = 0xA000;
inline constexpr std::uint16_t socket = 0xC000;
inline constexpr std::uint16_t permissions = 0x0FFF;
}  // namespace mode

namespace inode_flag {
inline constexpr std::uint32_t immutable = 0x10;
inline constexpr std::uint32_t append_only = 0x20;
inline constexpr std::uint32_t encrypted = 0x800;
inline constexpr std::uint32_t indexed = 0x1000;
inline constexpr std::uint32_t huge_file = 0x40000;
inline constexpr std::uint32_t extents = 0x80000;
inline constexpr std::uint32_t verity = 0x100000;
inline constexpr std::uint32_t attribute_value = 0x200000;
inline constexpr std::uint32_t inline_data = 0x10000000;
/// What a new inode takes over from its directory: the flags of chattr that are marked as inherited.
inline constexpr std::uint32_t inherited = 0x1 | 0x2 | 0x4 | 0x8 | 0x40 | 0x80 | 0x400 | 0x4000 | 0x8000 | 0x10000;
}  // namespace inode_flag

}  // namespace ext4::layout
