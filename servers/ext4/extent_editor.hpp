// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/ext4/block_allocator.hpp"
#include "servers/ext4/extent_path.hpp"

namespace ext4 {

/// Changes the extent tree of one inode within a transaction. The keys of inner nodes are always those of
/// their first child, and a tree is no deeper than it has to be: e2fsck asks for both.
class ExtentEditor {
 public:
  ExtentEditor(Transaction& transaction, BlockAllocator& allocator, const InodePin& inode, Privilege privilege)
      : transaction_{transaction},
        metadata_{transaction.metadata()},
        allocator_{allocator},
        inode_{inode},
        privilege_{privilege} {}

  /// Adds blocks that the file owns already (see BlockAllocator::take) where it has a hole. The caller counts
  /// them with add_blocks.
  Result<void> insert(Mapping mapping);
  /// Frees all blocks in [from, end). False if the transaction became too large before that was done: commit it
  /// and go on in the next.
  Result<bool> remove(LogicalBlock from, LogicalBlock end);
  /// Says that unwritten blocks have been written; all of [from, from + count) must be in one such extent.
  Result<void> mark_written(LogicalBlock from, std::uint32_t count);

 private:
  Result<ExtentNode> edit(const ExtentStep& step);
  Result<bool> merge(ExtentPath& path, Mapping mapping);
  Result<void> make_room(ExtentPath& path);
  Result<void> split(ExtentPath& path, std::uint32_t level);
  Result<void> grow(ExtentPath& path);
  Result<BlockPin> new_node(const ExtentPath& path);
  /// After the first key of the node at `level` has changed.
  Result<void> correct_keys(ExtentPath& path, std::uint32_t level);
  Result<void> remove_at(ExtentPath& path);
  Result<void> collapse();
  Result<void> free_node(PhysicalBlock block);
  Result<void> replace(ExtentPath& path, Mapping mapping);

  Transaction& transaction_;
  Metadata& metadata_;
  BlockAllocator& allocator_;
  const InodePin& inode_;
  Privilege privilege_;
};

}  // namespace ext4
