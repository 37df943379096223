// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>

#include "servers/ext4/extent_node.hpp"
#include "servers/ext4/inode.hpp"
#include "servers/ext4/metadata.hpp"

namespace ext4 {

/// One node on the way from an inode's root to the leaf that covers a block.
struct ExtentStep {
  BlockPin block;  ///< the inode's own, for the root
  std::size_t offset = 0;
  ItemMask items = 1;
  std::int32_t position = -1;  ///< the entry taken; -1 in a leaf whose extents all lie behind

  ConstExtentNode node() const { return ConstExtentNode(block.data() + offset); }
};

/// The way from root (level 0) to leaf. Every node was checked when it was stepped on.
class ExtentPath {
 public:
  static Result<ExtentPath> find(Metadata& metadata, const InodePin& inode, LogicalBlock block);

  std::uint32_t leaf_level() const { return leaf_level_; }
  ExtentStep& step(std::uint32_t level) { return steps_[level]; }
  const ExtentStep& step(std::uint32_t level) const { return steps_[level]; }
  ExtentStep& leaf() { return steps_[leaf_level_]; }
  const ExtentStep& leaf() const { return steps_[leaf_level_]; }

  /// Whether there is an extent at or before the block.
  bool has_extent() const { return leaf().position >= 0; }
  /// The last extent that begins at or before the block.
  Mapping extent() const { return decode_extent(leaf().node().extent(static_cast<std::uint32_t>(leaf().position))); }
  /// Where the next extent begins, at the earliest.
  LogicalBlock next_start() const;
  /// The first block that the leaf can cover.
  LogicalBlock leaf_start() const;

 private:
  std::array<ExtentStep, layout::maximum_extent_depth + 1> steps_;
  std::uint32_t leaf_level_ = 0;
};

/// What is at `block`, for at most `limit` blocks. The blocks of an extent may belong to a file.
Result<Mapping> map_block(Metadata& metadata, const InodePin& inode, LogicalBlock block, std::uint32_t limit);

}  // namespace ext4
