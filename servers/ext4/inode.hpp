// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "servers/ext4/block_cache.hpp"
#include "servers/ext4/error.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/layout/inode.hpp"
#include "servers/ext4/timestamp.hpp"

namespace ext4 {

class Metadata;
class Transaction;

/// The numbers are those of directory entries.
enum class FileKind : std::uint8_t {
  unknown = 0,
  regular = 1,
  directory = 2,
  character_device = 3,
  block_device = 4,
  fifo = 5,
  socket = 6,
  symbolic_link = 7,
};

FileKind kind_of_mode(std::uint16_t mode);
/// The type bits of a mode; 0 for unknown.
std::uint16_t mode_of_kind(FileKind kind);

/// An inode in its block, pinned.
class InodePin {
 public:
  InodePin(BlockPin pin, InodeNumber number, std::uint32_t item, const Geometry& geometry)
      : pin_{std::move(pin)}, number_{number}, item_{item}, geometry_{&geometry} {}

  InodeNumber number() const { return number_; }
  const layout::Inode& raw() const { return pin_.at<layout::Inode>(offset()); }
  const BlockPin& block() const { return pin_; }
  ItemMask item() const { return ItemMask{1} << item_; }
  std::uint32_t item_number() const { return item_; }
  std::size_t offset() const { return std::size_t{item_} * geometry_->inode_size; }

  FileKind kind() const { return kind_of_mode(raw().mode); }
  bool is_directory() const { return kind() == FileKind::directory; }
  bool has(std::uint32_t flag) const { return (raw().flags & flag) != 0; }
  bool has_extents() const { return has(layout::inode_flag::extents); }
  /// A symbolic link whose target lies in the inode.
  bool is_short_link() const { return kind() == FileKind::symbolic_link && !has_extents(); }
  std::uint64_t size() const;
  std::uint32_t links() const { return raw().links; }
  PhysicalBlock attributes_block() const {
    return PhysicalBlock{layout::join(raw().attributes_block_high, raw().attributes_block_low)};
  }
  /// In units of 512 bytes.
  std::uint64_t sectors() const;
  /// What the checksums of its extents and directory blocks begin with.
  std::uint32_t checksum_seed() const { return inode_seed(*geometry_, number_, raw().generation); }

 private:
  BlockPin pin_;
  InodeNumber number_;
  std::uint32_t item_;
  const Geometry* geometry_;
};

/// Which inodes a caller expects.
enum class Linked : std::uint8_t {
  yes,     ///< one that a directory names; others are stale
  either,  ///< also one that waits for its last handle to go
};

/// An inode in use, checked. Only the root and unreserved numbers are given to anyone outside.
Result<InodePin> load_inode(Metadata& metadata, InodeNumber number, Linked linked = Linked::yes);
/// The place of an inode, whatever is there now; for one that is about to be made.
Result<InodePin> load_free_inode(Metadata& metadata, InodeNumber number);
/// An inode that the file system keeps for itself (the journal's).
Result<InodePin> load_reserved_inode(Metadata& metadata, InodeNumber number);

/// Write access. What is reached through the pointer changes under `inode` as well.
Result<layout::Inode*> modify_inode(Transaction& transaction, const InodePin& inode);

void set_size(layout::Inode& inode, std::uint64_t bytes);
/// Adds file system blocks to (or takes them from) what the inode says it occupies.
Result<void> add_blocks(Transaction& transaction, const InodePin& inode, std::int64_t blocks);

enum class Time : std::uint8_t { access, change, modification, creation };
Timestamp time_of(const layout::Inode& inode, const Geometry& geometry, Time which);
void set_time(layout::Inode& inode, const Geometry& geometry, Time which, Timestamp time);

}  // namespace ext4
