// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/ext4/inode.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

// Kernel documentation, filesystems/ext4, "Index Nodes": inodes whose last name is gone while they are open, and
// files that are being cut, form a list from the superblock through their deletion times. After a crash the next
// mount finishes the work.

InodeNumber first_orphan(const Metadata& metadata);
Result<void> add_orphan(Transaction& transaction, const InodePin& inode);
/// Does nothing if the inode is not in the list.
Result<void> remove_orphan(Transaction& transaction, const InodePin& inode);
Result<bool> is_orphan(Metadata& metadata, const InodePin& inode);

}  // namespace ext4
