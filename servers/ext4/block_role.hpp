// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

namespace ext4 {

/// What a metadata block is, and therefore how it is checked and where its checksum lies.
enum class BlockKind : std::uint8_t {
  none,
  superblock,
  descriptors,
  block_bitmap,
  inode_bitmap,
  inodes,
  directory_leaf,
  directory_root,  ///< first block of an indexed directory
  directory_node,  ///< inner block of an indexed directory
  extents,
  attributes,
  link_target,  ///< of a symbolic link; the only kind without a checksum
};

/// A kind and what its checksum begins with: the inode's seed for directories and extents, the group for
/// bitmaps, the first group of a block of descriptors, the number of the first inode of a block of inodes.
struct BlockRole {
  BlockKind kind = BlockKind::none;
  std::uint32_t owner = 0;
  friend bool operator==(const BlockRole&, const BlockRole&) = default;
};

}  // namespace ext4
