// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/inode.hpp"

#include "servers/ext4/extent_node.hpp"
#include "servers/ext4/group.hpp"
#include "servers/ext4/inode_allocator.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {
namespace {

constexpr std::uint32_t sectors_per_block = block_size / 512;

Result<InodePin> place_of(Metadata& metadata, InodeNumber number) {
  const Geometry& geometry = metadata.geometry();
  const Group group = EXT4_TRY(read_group(metadata, geometry.group_of(number)));
  const std::uint32_t index = geometry.index_in_group(number);
  const std::uint32_t block = index / geometry.inodes_per_block;
  const std::uint32_t item = index % geometry.inodes_per_block;
  const BlockRole role{.kind = BlockKind::inodes, .owner = number.value - item};
  BlockPin pin = EXT4_TRY(metadata.read_unchecked(group->inode_table() + block, role));
  return InodePin(std::move(pin), number, item, geometry);
}

bool extra_size_is_sound(const Geometry& geometry, const layout::Inode& inode) {
  if (geometry.inode_size == layout::small_inode_size) return true;
  return inode.extra_size % 4 == 0 && inode.extra_size <= geometry.inode_size - layout::small_inode_size;
}

/// What map() and the directories rely on.
Result<void> check_map(Metadata& metadata, const InodePin& inode) {
  constexpr std::uint32_t strange = layout::inode_flag::inline_data | layout::inode_flag::encrypted |
                                    layout::inode_flag::verity | layout::inode_flag::attribute_value;
  if (inode.has(strange)) return std::unexpected(Error::unsupported_inode);
  const FileKind kind = inode.kind();
  const bool owns_blocks = kind == FileKind::regular || kind == FileKind::directory ||
                           (kind == FileKind::symbolic_link && inode.has_extents());
  if (!owns_blocks) return {};
  if (!inode.has_extents()) return std::unexpected(Error::unsupported_inode);
  if (!extent_root_well_formed(inode.raw().map)) return metadata.damaged("extents of inode", inode.number().value);
  if (inode.size() > maximum_file_size) return metadata.damaged("size of inode", inode.number().value);
  return {};
}

Result<InodePin> load_any(Metadata& metadata, InodeNumber number) {
  InodePin inode = EXT4_TRY(place_of(metadata, number));
  // One that was never used has no checksum either.
  if (inode.raw().mode == 0 && inode.raw().links == 0) return std::unexpected(Error::stale);
  EXT4_TRY(metadata.check(inode.block(), inode.item_number()));
  if (!extra_size_is_sound(metadata.geometry(), inode.raw()))
    return metadata.damaged("extra size of inode", number.value);
  if (inode.kind() == FileKind::unknown) return std::unexpected(Error::stale);
  return inode;
}

bool reaches(const layout::Inode& inode, const Geometry& geometry, std::size_t end) {
  return geometry.inode_size > layout::small_inode_size && layout::small_inode_size + inode.extra_size >= end;
}

struct TimeFields {
  layout::Little32 layout::Inode::* base;
  layout::Little32 layout::Inode::* extra;
  std::size_t base_end;
  std::size_t extra_end;
};
constexpr TimeFields fields_of(Time which) {
  using layout::Inode;
  switch (which) {
    case Time::access:
      return {&Inode::access_time, &Inode::access_time_extra, 0, offsetof(Inode, access_time_extra) + 4};
    case Time::change:
      return {&Inode::change_time, &Inode::change_time_extra, 0, offsetof(Inode, change_time_extra) + 4};
    case Time::modification:
      return {&Inode::modification_time, &Inode::modification_time_extra, 0,
              offsetof(Inode, modification_time_extra) + 4};
    case Time::creation:
      break;
  }
  return {&Inode::creation_time, &Inode::creation_time_extra, offsetof(Inode, creation_time) + 4,
          offsetof(Inode, creation_time_extra) + 4};
}

}  // namespace

FileKind kind_of_mode(std::uint16_t mode) {
  switch (mode & layout::mode::type_mask) {
    case layout::mode::fifo:
      return FileKind::fifo;
    case layout::mode::character_device:
      return FileKind::character_device;
    case layout::mode::directory:
      return FileKind::directory;
    case layout::mode::block_device:
      return FileKind::block_device;
    case layout::mode::regular:
      return FileKind::regular;
    case layout::mode::symbolic_link:
      return FileKind::symbolic_link;
    case layout::mode::socket:
      return FileKind::socket;
    default:
      return FileKind::unknown;
  }
}

std::uint16_t mode_of_kind(FileKind kind) {
  switch (kind) {
    case FileKind::unknown:
      return 0;
    case FileKind::regular:
      return layout::mode::regular;
    case FileKind::directory:
      return layout::mode::directory;
    case FileKind::character_device:
      return layout::mode::character_device;
    case FileKind::block_device:
      return layout::mode::block_device;
    case FileKind::fifo:
      return layout::mode::fifo;
    case FileKind::socket:
      return layout::mode::socket;
    case FileKind::symbolic_link:
      return layout::mode::symbolic_link;
  }
  return 0;
}

std::uint64_t InodePin::size() const {
  // The upper half of a directory's size belongs to a feature (largedir) that is refused at mount.
  return is_directory() ? std::uint64_t{raw().size_low} : layout::join(raw().size_high, raw().size_low);
}

std::uint64_t InodePin::sectors() const {
  if (!geometry_->huge_files) return raw().blocks_low;
  const std::uint64_t count = layout::join(raw().blocks_high, raw().blocks_low);
  return has(layout::inode_flag::huge_file) ? count * sectors_per_block : count;
}

Result<InodePin> load_inode(Metadata& metadata, InodeNumber number, Linked linked) {
  if (!metadata.geometry().may_be_named(number)) return std::unexpected(Error::stale);
  InodePin inode = EXT4_TRY(load_any(metadata, number));
  if (inode.links() == 0) {
    if (linked == Linked::yes || !EXT4_TRY(inode_in_use(metadata, number))) return std::unexpected(Error::stale);
  }
  EXT4_TRY(check_map(metadata, inode));
  return inode;
}

Result<InodePin> load_reserved_inode(Metadata& metadata, InodeNumber number) {
  if (!metadata.geometry().contains(number)) return metadata.damaged("number of a reserved inode", number.value);
  InodePin inode = EXT4_TRY(load_any(metadata, number));
  EXT4_TRY(check_map(metadata, inode));
  return inode;
}

Result<InodePin> load_free_inode(Metadata& metadata, InodeNumber number) { return place_of(metadata, number); }

Result<layout::Inode*> modify_inode(Transaction& transaction, const InodePin& inode) {
  return transaction.modify_at<layout::Inode>(inode.block(), inode.offset(), inode.item());
}

void set_size(layout::Inode& inode, std::uint64_t bytes) {
  inode.size_low = layout::low_half(bytes);
  inode.size_high = layout::high_half(bytes);
}

Result<void> add_blocks(Transaction& transaction, const InodePin& inode, std::int64_t blocks) {
  layout::Inode* raw = EXT4_TRY(modify_inode(transaction, inode));
  const std::uint64_t sectors = inode.sectors();
  const std::int64_t change = blocks * sectors_per_block;
  if (change < 0 && sectors < static_cast<std::uint64_t>(-change))
    return transaction.metadata().damaged("block count of inode", inode.number().value);
  std::uint64_t count = sectors + static_cast<std::uint64_t>(change);
  constexpr std::uint64_t sector_limit = std::uint64_t{1} << 48;
  if (!transaction.metadata().geometry().huge_files && count > 0xFFFFFFFF)
    return std::unexpected(Error::file_too_large);
  std::uint32_t flags = raw->flags & ~layout::inode_flag::huge_file;
  if (transaction.metadata().geometry().huge_files && count >= sector_limit) {
    flags |= layout::inode_flag::huge_file;
    count /= sectors_per_block;
  }
  raw->flags = flags;
  raw->blocks_low = layout::low_half(count);
  raw->blocks_high = static_cast<std::uint16_t>(count >> 32);
  return {};
}

Timestamp time_of(const layout::Inode& inode, const Geometry& geometry, Time which) {
  const TimeFields fields = fields_of(which);
  if (fields.base_end != 0 && !reaches(inode, geometry, fields.base_end)) return {};
  const bool has_extra = reaches(inode, geometry, fields.extra_end);
  return decode_time(inode.*fields.base, has_extra ? std::uint32_t{inode.*fields.extra} : 0);
}

void set_time(layout::Inode& inode, const Geometry& geometry, Time which, Timestamp time) {
  const TimeFields fields = fields_of(which);
  if (fields.base_end != 0 && !reaches(inode, geometry, fields.base_end)) return;
  inode.*fields.base = encode_time_base(time);
  if (reaches(inode, geometry, fields.extra_end)) inode.*fields.extra = encode_time_extra(time);
}

}  // namespace ext4
