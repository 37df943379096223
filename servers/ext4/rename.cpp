// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/file_system.hpp"
#include "servers/ext4/names.hpp"

namespace ext4 {
namespace {

/// More levels than a path of any length has; a chain of parents that is longer runs in a circle.
constexpr std::uint32_t deepest_directory = 65536;

}  // namespace

Result<Removed> FileSystem::rename(InodeNumber from, std::string_view old_name, InodeNumber to,
                                   std::string_view new_name, Replace replace, LastName last, Caller caller) {
  EXT4_TRY(check_own_name(old_name));
  EXT4_TRY(check_own_name(new_name));
  return with_space([&] { return rename_once(from, old_name, to, new_name, replace, last, caller); });
}

Result<void> FileSystem::check_not_below(InodeNumber moved, InodeNumber number) {
  for (std::uint32_t left = deepest_directory; left != 0; --left) {
    if (number == moved) return std::unexpected(Error::bad_argument);
    if (number == root_inode) return {};
    const InodePin directory = EXT4_TRY(load_directory(number));
    number = EXT4_TRY(find_in_directory(metadata_, directory, "..")).inode;
  }
  return metadata_.damaged("chain of parents at directory", number.value);
}

Result<void> FileSystem::move_parent(Transaction& transaction, const InodePin& moved, const InodePin& from,
                                     const InodePin& to, Caller caller) {
  const FoundName parent = EXT4_TRY(find_in_directory(metadata_, moved, ".."));
  EXT4_TRY(edit(transaction, moved, caller.privilege).retarget(parent, to.number(), FileKind::directory));
  EXT4_TRY(count_subdirectory(transaction, to, 1));
  return count_subdirectory(transaction, from, -1);
}

Result<Removed> FileSystem::rename_once(InodeNumber from, std::string_view old_name, InodeNumber to,
                                        std::string_view new_name, Replace replace, LastName last, Caller caller) {
  Removed removed;
  bool more = false;
  {
    Transaction transaction = EXT4_TRY(begin(caller));
    const InodePin source = EXT4_TRY(load_directory(from));
    const InodePin destination = EXT4_TRY(load_directory(to));
    const InodePin moved =
        EXT4_TRY(load_inode(metadata_, EXT4_TRY(find_in_directory(metadata_, source, old_name)).inode));
    const bool new_parent = moved.is_directory() && from != to;

    std::optional<InodePin> victim;
    const auto target = find_in_directory(metadata_, destination, new_name);
    if (target) {
      if (replace == Replace::forbidden) return std::unexpected(Error::already_exists);
      if (target->inode == moved.number()) return removed;  // two names of one file: nothing is to be done
      victim = EXT4_TRY(load_inode(metadata_, target->inode));
      if (moved.is_directory() && !victim->is_directory()) return std::unexpected(Error::not_a_directory);
      if (!moved.is_directory() && victim->is_directory()) return std::unexpected(Error::is_a_directory);
      if (victim->is_directory() && !EXT4_TRY(is_empty(metadata_, *victim, scan_buffer_)))
        return std::unexpected(Error::directory_not_empty);
    } else if (target.error() != Error::not_found) {
      return std::unexpected(target.error());
    }
    if (new_parent) EXT4_TRY(check_not_below(moved.number(), to));

    DirectoryEditor into = edit(transaction, destination, caller.privilege);
    if (target)
      EXT4_TRY(into.retarget(*target, moved.number(), moved.kind()));
    else
      EXT4_TRY(into.add(new_name, moved.number(), moved.kind()));
    // Looked for again: adding a name may have divided the leaf that the old one was found in.
    const FoundName old = EXT4_TRY(find_in_directory(metadata_, source, old_name));
    EXT4_TRY(edit(transaction, source, caller.privilege).remove(old));

    if (victim && victim->is_directory()) EXT4_TRY(count_subdirectory(transaction, destination, -1));
    if (new_parent) EXT4_TRY(move_parent(transaction, moved, source, destination, caller));
    EXT4_TRY(touch_directory(transaction, source, caller));
    EXT4_TRY(touch_directory(transaction, destination, caller));
    set_time(*EXT4_TRY(modify_inode(transaction, moved)), metadata_.geometry(), Time::change, caller.now);
    if (victim) {
      more = EXT4_TRY(drop_link(transaction, *victim, last, caller));
      removed = {.inode = victim->number(), .links = victim->links()};
    }
    transaction.commit();
  }
  if (more) (void)finish_orphan(removed.inode, caller);
  return removed;
}

Result<void> FileSystem::exchange(InodeNumber first, std::string_view first_name, InodeNumber second,
                                  std::string_view second_name, Caller caller) {
  EXT4_TRY(check_own_name(first_name));
  EXT4_TRY(check_own_name(second_name));
  Transaction transaction = EXT4_TRY(begin(caller));
  const InodePin one = EXT4_TRY(load_directory(first));
  const InodePin other = EXT4_TRY(load_directory(second));
  const FoundName found = EXT4_TRY(find_in_directory(metadata_, one, first_name));
  const FoundName found_other = EXT4_TRY(find_in_directory(metadata_, other, second_name));
  const InodePin inode = EXT4_TRY(load_inode(metadata_, found.inode));
  const InodePin inode_other = EXT4_TRY(load_inode(metadata_, found_other.inode));
  if (inode.number() == inode_other.number()) return {};
  if (inode.is_directory()) EXT4_TRY(check_not_below(inode.number(), second));
  if (inode_other.is_directory()) EXT4_TRY(check_not_below(inode_other.number(), first));

  EXT4_TRY(edit(transaction, one, caller.privilege).retarget(found, inode_other.number(), inode_other.kind()));
  EXT4_TRY(edit(transaction, other, caller.privilege).retarget(found_other, inode.number(), inode.kind()));
  if (first != second) {
    if (inode.is_directory()) EXT4_TRY(move_parent(transaction, inode, one, other, caller));
    if (inode_other.is_directory()) EXT4_TRY(move_parent(transaction, inode_other, other, one, caller));
  }
  EXT4_TRY(touch_directory(transaction, one, caller));
  EXT4_TRY(touch_directory(transaction, other, caller));
  set_time(*EXT4_TRY(modify_inode(transaction, inode)), metadata_.geometry(), Time::change, caller.now);
  set_time(*EXT4_TRY(modify_inode(transaction, inode_other)), metadata_.geometry(), Time::change, caller.now);
  transaction.commit();
  return {};
}

}  // namespace ext4
