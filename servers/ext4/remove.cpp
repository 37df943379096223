// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/ext4/extent_editor.hpp"
#include "servers/ext4/file_system.hpp"
#include "servers/ext4/inode_allocator.hpp"
#include "servers/ext4/layout/attributes.hpp"
#include "servers/ext4/names.hpp"

namespace ext4 {

Result<Removed> FileSystem::unlink(InodeNumber directory, std::string_view name, LastName last, Caller caller) {
  return remove_name(directory, name, false, last, caller);
}

Result<Removed> FileSystem::remove_directory(InodeNumber directory, std::string_view name, LastName last,
                                             Caller caller) {
  return remove_name(directory, name, true, last, caller);
}

Result<Removed> FileSystem::remove_name(InodeNumber directory, std::string_view name, bool want_directory,
                                        LastName last, Caller caller) {
  EXT4_TRY(check_own_name(name));
  Removed removed;
  bool more = false;
  {
    Transaction transaction = EXT4_TRY(begin(caller));
    const InodePin parent = EXT4_TRY(load_directory(directory));
    const FoundName found = EXT4_TRY(find_in_directory(metadata_, parent, name));
    const InodePin inode = EXT4_TRY(load_inode(metadata_, found.inode));
    if (inode.is_directory() != want_directory)
      return std::unexpected(want_directory ? Error::not_a_directory : Error::is_a_directory);
    if (want_directory) {
      if (inode.number() == root_inode) return metadata_.damaged("root named in directory", directory.value);
      if (!EXT4_TRY(is_empty(metadata_, inode, scan_buffer_))) return std::unexpected(Error::directory_not_empty);
      EXT4_TRY(count_subdirectory(transaction, parent, -1));
    }
    EXT4_TRY(edit(transaction, parent, caller.privilege).remove(found));
    EXT4_TRY(touch_directory(transaction, parent, caller));
    more = EXT4_TRY(drop_link(transaction, inode, last, caller));
    removed = {.inode = inode.number(), .links = inode.links()};
    transaction.commit();
  }
  // The name is gone whatever happens now: what cannot be freed is an orphan, for the next mount to free.
  if (more) (void)finish_orphan(removed.inode, caller);
  return removed;
}

Result<bool> FileSystem::drop_link(Transaction& transaction, const InodePin& inode, LastName last, Caller caller) {
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  raw.links = static_cast<std::uint16_t>(inode.is_directory() ? 0 : raw.links - 1);
  set_time(raw, metadata_.geometry(), Time::change, caller.now);
  if (raw.links != 0) return false;
  if (last == LastName::free_now) {
    if (EXT4_TRY(dispose(transaction, inode, caller))) return false;
    EXT4_TRY(add_orphan(transaction, inode));
    return true;
  }
  EXT4_TRY(add_orphan(transaction, inode));
  return false;
}

Result<bool> FileSystem::dispose(Transaction& transaction, const InodePin& inode, Caller caller) {
  if (inode.has_extents()) {
    ExtentEditor extents(transaction, allocator_, inode, Privilege::superuser);
    if (!EXT4_TRY(extents.remove(LogicalBlock{0}, LogicalBlock{maximum_file_blocks}))) return false;
  }
  EXT4_TRY(release_attributes(transaction, inode));
  EXT4_TRY(remove_orphan(transaction, inode));
  EXT4_TRY(give_back_inode(transaction, inode));
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  ext4::set_size(raw, 0);
  // While a removal is under way the same field holds the number of the next orphan. e2fsck goes by the value: one that
  // could be the number of an inode is to it a link of a broken list, so a time that early, of a clock that began at
  // 1970, is told as the first that cannot.
  raw.deletion_time = std::max(static_cast<std::uint32_t>(caller.now.seconds), metadata_.geometry().inodes + 1);
  return true;
}

Result<void> FileSystem::release_attributes(Transaction& transaction, const InodePin& inode) {
  const PhysicalBlock block = inode.attributes_block();
  if (block.value == 0) return {};
  if (!metadata_.may_belong_to_file({block, 1})) return metadata_.damaged("attributes of inode", inode.number().value);
  {
    const BlockPin pin = EXT4_TRY(metadata_.read(block, {.kind = BlockKind::attributes}));
    if (const std::uint32_t references = pin.at<layout::AttributesHeader>(0).references; references > 1) {
      EXT4_TRY(transaction.modify_at<layout::AttributesHeader>(pin, 0))->references = references - 1;
    } else {
      transaction.forget({block, 1});
      EXT4_TRY(allocator_.give_back(transaction, {block, 1}));
    }
  }
  EXT4_TRY(add_blocks(transaction, inode, -1));
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  raw.attributes_block_low = 0;
  raw.attributes_block_high = 0;
  return {};
}

Result<void> FileSystem::release(InodeNumber number, Caller caller) {
  reservations_.remove(number, LogicalBlock{0}, LogicalBlock{maximum_file_blocks});
  if (metadata_.read_only()) return {};
  {
    const auto inode = load_inode(metadata_, number, Linked::either);
    if (!inode && inode.error() == Error::stale) return {};  // released before
    if (!inode) return std::unexpected(inode.error());
    if (inode->links() != 0) return {};
  }
  return finish_orphan(number, caller);
}

Result<void> FileSystem::finish_orphan(InodeNumber number, Caller caller) {
  for (bool finished = false; !finished;) {
    Transaction transaction = EXT4_TRY(begin(caller));
    const InodePin inode = EXT4_TRY(load_inode(metadata_, number, Linked::either));
    if (inode.links() == 0) {
      finished = EXT4_TRY(dispose(transaction, inode, caller));
    } else {
      const LogicalBlock end{static_cast<std::uint32_t>((inode.size() + block_size - 1) / block_size)};
      ExtentEditor extents(transaction, allocator_, inode, Privilege::superuser);
      finished = !inode.has_extents() || EXT4_TRY(extents.remove(end, LogicalBlock{maximum_file_blocks}));
      if (finished) EXT4_TRY(remove_orphan(transaction, inode));
    }
    transaction.commit();
  }
  return {};
}

Result<void> FileSystem::finish_orphans(Caller caller) {
  for (InodeNumber next = first_orphan(metadata_); next != no_inode;) {
    EXT4_TRY(finish_orphan(next, caller));
    const InodeNumber after = first_orphan(metadata_);
    if (after == next) return metadata_.damaged("list of orphans at inode", next.value);
    next = after;
  }
  return {};
}

}  // namespace ext4
