// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Kernel documentation, filesystems/ext4, "Directory Entries", ext4_dir_entry_2; the name follows.
struct DirectoryEntry {
  Little32 inode;  ///< 0: unused
  Little16 record_length;
  std::uint8_t name_length;
  std::uint8_t file_type;
};
static_assert(sizeof(DirectoryEntry) == 8);

/// Poses as an unused entry at the end of each leaf block (feature metadata_csum).
struct DirectoryTail {
  Little32 inode;
  Little16 record_length;
  std::uint8_t name_length;
  std::uint8_t file_type;
  Little32 checksum;
};
static_assert(sizeof(DirectoryTail) == 12);
inline constexpr std::uint8_t directory_tail_type = 0xDE;

/// "Hash Tree Directories", dx_entry. The first entry of a block has an IndexLimit in place of its hash,
/// which is that of the parent's entry.
struct IndexEntry {
  Little32 hash;
  Little32 block;
};
static_assert(sizeof(IndexEntry) == 8);

struct IndexLimit {
  Little16 limit;
  Little16 count;
};
static_assert(sizeof(IndexLimit) == 4);

/// dx_root: the first block of an indexed directory, up to its entries.
struct IndexRoot {
  DirectoryEntry self;
  std::array<char, 4> self_name;
  DirectoryEntry parent;
  std::array<char, 4> parent_name;
  Little32 reserved;
  std::uint8_t hash_version;
  std::uint8_t info_length;
  std::uint8_t indirect_levels;
  std::uint8_t flags;
};
static_assert(sizeof(IndexRoot) == 0x20);
inline constexpr std::uint8_t index_info_length = 8;

/// dx_node: an inner block of the tree, up to its entries.
struct IndexNode {
  DirectoryEntry hiding;  ///< an unused entry as long as the block
};
static_assert(sizeof(IndexNode) == 8);

/// dx_tail, behind the last possible entry.
struct IndexTail {
  Little32 reserved;
  Little32 checksum;
};
static_assert(sizeof(IndexTail) == 8);

/// Hash versions as an IndexRoot has them; the superblock's flags say whether bytes are signed.
enum class HashVersion : std::uint8_t { legacy = 0, half_md4 = 1, tea = 2 };

}  // namespace ext4::layout
