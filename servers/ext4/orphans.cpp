// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/orphans.hpp"

#include <optional>

namespace ext4 {
namespace {

/// More inodes than are ever open at once; a list that is longer runs in a circle.
constexpr std::uint32_t longest_list = 65536;

/// Where in the list an inode stands.
struct Place {
  bool listed = false;
  std::optional<InodePin> before;  ///< nothing: it is the first
};

Result<Place> find_place(Metadata& metadata, InodeNumber number) {
  Place place;
  InodeNumber next = first_orphan(metadata);
  for (std::uint32_t left = longest_list; next != no_inode && left != 0; --left) {
    if (next == number) {
      place.listed = true;
      return place;
    }
    place.before = EXT4_TRY(load_inode(metadata, next, Linked::either));
    next = InodeNumber{place.before->raw().deletion_time};
  }
  if (next != no_inode) return metadata.damaged("list of orphans at inode", next.value);
  return Place{};
}

Result<void> set_first(Transaction& transaction, std::uint32_t inode) {
  auto* superblock = EXT4_TRY(
      transaction.modify_at<layout::Superblock>(transaction.metadata().superblock_block(), layout::superblock_offset));
  superblock->last_orphan = inode;
  return {};
}

}  // namespace

InodeNumber first_orphan(const Metadata& metadata) { return InodeNumber{metadata.superblock().last_orphan}; }

Result<void> add_orphan(Transaction& transaction, const InodePin& inode) {
  EXT4_TRY(modify_inode(transaction, inode))->deletion_time = first_orphan(transaction.metadata()).value;
  return set_first(transaction, inode.number().value);
}

Result<void> remove_orphan(Transaction& transaction, const InodePin& inode) {
  const Place place = EXT4_TRY(find_place(transaction.metadata(), inode.number()));
  if (!place.listed) return {};
  const std::uint32_t next = inode.raw().deletion_time;
  if (place.before)
    EXT4_TRY(modify_inode(transaction, *place.before))->deletion_time = next;
  else
    EXT4_TRY(set_first(transaction, next));
  EXT4_TRY(modify_inode(transaction, inode))->deletion_time = 0;
  return {};
}

Result<bool> is_orphan(Metadata& metadata, const InodePin& inode) {
  return EXT4_TRY(find_place(metadata, inode.number())).listed;
}

}  // namespace ext4
