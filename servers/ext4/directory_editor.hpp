// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/ext4/block_allocator.hpp"
#include "servers/ext4/directory.hpp"
#include "servers/ext4/index_path.hpp"

namespace ext4 {

/// A name of a leaf that is about to be divided.
struct SplitSlot {
  std::uint32_t hash;
  std::uint16_t offset;
  std::uint16_t length;
};
using SplitBuffer = std::array<SplitSlot, block_size / entry_length(1) + 1>;

/// Changes one directory within a transaction.
class DirectoryEditor {
 public:
  DirectoryEditor(Transaction& transaction, BlockAllocator& allocator, const InodePin& directory, Privilege privilege,
                  SplitBuffer& buffer)
      : transaction_{transaction},
        metadata_{transaction.metadata()},
        allocator_{allocator},
        directory_{directory},
        privilege_{privilege},
        buffer_{buffer} {}

  /// Gives a directory without blocks its first one.
  Result<void> make(InodeNumber parent);
  /// Adds a name, which the directory must not have.
  Result<void> add(std::string_view name, InodeNumber inode, FileKind kind);
  Result<void> remove(const FoundName& found);
  /// Lets an existing name (also "..") stand for another inode.
  Result<void> retarget(const FoundName& found, InodeNumber inode, FileKind kind);

 private:
  Result<void> add_linear(std::string_view name, InodeNumber inode, FileKind kind);
  Result<void> add_indexed(std::string_view name, InodeNumber inode, FileKind kind);
  Result<bool> add_to_leaf(const BlockPin& leaf, std::string_view name, InodeNumber inode, FileKind kind);
  /// Turns a directory of one full leaf into an indexed one.
  Result<void> make_indexed();
  Result<void> split_leaf(const IndexPath& path, const BlockPin& leaf);
  std::size_t sort_leaf(const IndexPath& path, const BlockPin& leaf);
  Result<void> split_index(const IndexPath& path);
  Result<Index> edit_index(const IndexPath::Step& step);

  struct NewBlock {
    BlockPin block;
    LogicalBlock logical;
  };
  Result<NewBlock> append_block(BlockKind kind);

  Transaction& transaction_;
  Metadata& metadata_;
  BlockAllocator& allocator_;
  const InodePin& directory_;
  Privilege privilege_;
  SplitBuffer& buffer_;
};

}  // namespace ext4
