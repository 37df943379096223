// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <type_traits>

#include "servers/ext4/block_cache.hpp"
#include "servers/ext4/error.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/layout/group.hpp"

namespace ext4 {

class Metadata;
class Transaction;

/// The fields of a group descriptor, whose halves lie apart and of which the upper ones may not exist.
template <typename Raw>
class DescriptorView {
 public:
  DescriptorView(Raw& raw, bool wide) : raw_{raw}, wide_{wide} {}

  PhysicalBlock block_bitmap() const { return block(raw_.block_bitmap_low, &Raw::block_bitmap_high); }
  PhysicalBlock inode_bitmap() const { return block(raw_.inode_bitmap_low, &Raw::inode_bitmap_high); }
  PhysicalBlock inode_table() const { return block(raw_.inode_table_low, &Raw::inode_table_high); }
  std::uint32_t free_blocks() const { return join(raw_.free_blocks_low, &Raw::free_blocks_high); }
  std::uint32_t free_inodes() const { return join(raw_.free_inodes_low, &Raw::free_inodes_high); }
  std::uint32_t directories() const { return join(raw_.directories_low, &Raw::directories_high); }
  /// Inodes at the end of the table that have never been used.
  std::uint32_t unused_inodes() const { return join(raw_.unused_inodes_low, &Raw::unused_inodes_high); }
  std::uint32_t block_bitmap_checksum() const {
    return join(raw_.block_bitmap_checksum_low, &Raw::block_bitmap_checksum_high);
  }
  std::uint32_t inode_bitmap_checksum() const {
    return join(raw_.inode_bitmap_checksum_low, &Raw::inode_bitmap_checksum_high);
  }
  bool has(std::uint16_t flag) const { return (raw_.flags & flag) != 0; }

  void set_free_blocks(std::uint32_t value) { split(value, raw_.free_blocks_low, &Raw::free_blocks_high); }
  void set_free_inodes(std::uint32_t value) { split(value, raw_.free_inodes_low, &Raw::free_inodes_high); }
  void set_directories(std::uint32_t value) { split(value, raw_.directories_low, &Raw::directories_high); }
  void set_unused_inodes(std::uint32_t value) { split(value, raw_.unused_inodes_low, &Raw::unused_inodes_high); }
  void set_block_bitmap_checksum(std::uint32_t value) {
    split(value, raw_.block_bitmap_checksum_low, &Raw::block_bitmap_checksum_high);
  }
  void set_inode_bitmap_checksum(std::uint32_t value) {
    split(value, raw_.inode_bitmap_checksum_low, &Raw::inode_bitmap_checksum_high);
  }
  void clear(std::uint16_t flag) { raw_.flags = static_cast<std::uint16_t>(raw_.flags & ~flag); }

 private:
  using Half = layout::Little16 std::remove_const_t<Raw>::*;
  using Word = layout::Little32 std::remove_const_t<Raw>::*;

  PhysicalBlock block(std::uint32_t low, Word high) const {
    return PhysicalBlock{layout::join(wide_ ? std::uint32_t{raw_.*high} : 0, low)};
  }
  std::uint32_t join(std::uint16_t low, Half high) const { return (wide_ ? std::uint32_t{raw_.*high} << 16 : 0) | low; }
  void split(std::uint32_t value, layout::Little16& low, Half high) {
    low = static_cast<std::uint16_t>(value);
    if (wide_) raw_.*high = static_cast<std::uint16_t>(value >> 16);
  }

  Raw& raw_;
  bool wide_;
};

using ConstDescriptor = DescriptorView<const layout::GroupDescriptor>;
using Descriptor = DescriptorView<layout::GroupDescriptor>;

/// A group's descriptor, pinned.
class Group {
 public:
  Group(BlockPin pin, GroupNumber number, std::size_t offset, bool wide)
      : pin_{std::move(pin)}, number_{number}, offset_{offset}, wide_{wide} {}

  GroupNumber number() const { return number_; }
  ConstDescriptor operator*() const { return {pin_.at<layout::GroupDescriptor>(offset_), wide_}; }
  const BlockPin& block() const { return pin_; }
  std::size_t offset() const { return offset_; }

  struct Arrow {
    ConstDescriptor descriptor;
    const ConstDescriptor* operator->() const { return &descriptor; }
  };
  Arrow operator->() const { return {**this}; }

 private:
  BlockPin pin_;
  GroupNumber number_;
  std::size_t offset_;
  bool wide_;
};

Result<Group> read_group(Metadata& metadata, GroupNumber number);
Result<Descriptor> modify_group(Transaction& transaction, const Group& group);

/// Whether every descriptor of a block points inside the device and counts no more than there is.
bool descriptors_well_formed(const Geometry& geometry, std::uint32_t first_group, ConstBlock block);

}  // namespace ext4
