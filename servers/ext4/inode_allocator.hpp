// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/ext4/inode.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

/// Takes a free inode: for a directory in the root in a group with much room, for anything else near
/// `parent`. The inode's place is zeroed.
Result<InodePin> take_inode(Transaction& transaction, InodeNumber parent, FileKind kind);
/// Marks an inode as free; its links and blocks have gone before.
Result<void> give_back_inode(Transaction& transaction, const InodePin& inode);

/// Whether the inode's bit is set.
Result<bool> inode_in_use(Metadata& metadata, InodeNumber number);

}  // namespace ext4
