// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/metadata.hpp"

#include "servers/ext4/group.hpp"
#include "servers/ext4/transaction.hpp"
#include "servers/ext4/well_formed.hpp"

namespace ext4 {

std::unexpected<Error> Metadata::damaged(const char* what, std::uint64_t where, Error error) {
  if (damage_.what == nullptr) damage_ = {.error = error, .what = what, .where = where};
  return std::unexpected(error);
}

Result<void> Metadata::open() {
  close();
  const BufferIndex index = cache_.claim();
  if (index == no_buffer) return std::unexpected(Error::cache_exhausted);
  constexpr PhysicalBlock first{0};
  if (device_.block_count() == 0) return std::unexpected(Error::not_ext4);
  if (!device_.read(first, 1, cache_.bytes(index))) return std::unexpected(Error::device_failed);
  const auto* superblock =
      reinterpret_cast<const layout::Superblock*>(cache_.bytes(index).data() + layout::superblock_offset);
  geometry_ = EXT4_TRY(read_geometry(*superblock, device_.block_count()));
  cache_.insert(index, first, {.kind = BlockKind::superblock}, CacheEntry::State::clean);
  cache_.entry(index).verified = 1;
  superblock_ = BlockPin(cache_, index);
  read_only_ = geometry_.needs_recovery || geometry_.unknown_written_features;
  return read_groups();
}

void Metadata::close() {
  superblock_ = BlockPin();
  cache_.clear();
  freed_.shrink(0);
  zones_.clear();
  totals_ = {};
  damage_ = {};
  dirty_ = 0;
  read_only_ = clean_ = mount_recorded_ = in_transaction_ = false;
}

Result<void> Metadata::read_groups() {
  for (GroupNumber number{0}; number.value < geometry_.groups; ++number) {
    const Group group = EXT4_TRY(read_group(*this, number));
    totals_.free_blocks += group->free_blocks();
    totals_.free_inodes += group->free_inodes();
    const std::uint32_t copies = 1 + geometry_.descriptor_blocks + geometry_.reserved_descriptor_blocks;
    bool fits = true;
    if (geometry_.has_superblock(number)) fits = zones_.add({geometry_.first_block(number), copies});
    fits = zones_.add({group->block_bitmap(), 1}) && fits;
    fits = zones_.add({group->inode_bitmap(), 1}) && fits;
    fits = zones_.add({group->inode_table(), geometry_.inode_table_blocks}) && fits;
    if (!fits) return std::unexpected(Error::table_full);
  }
  zones_.finish();
  return {};
}

Result<BlockPin> Metadata::fetch(PhysicalBlock block, BlockRole role) {
  if (!geometry_.contains(block, 1)) return damaged("pointer beyond the device, at block", block.value);
  BufferIndex index = cache_.find(block);
  if (index == no_buffer) {
    index = cache_.claim();
    if (index == no_buffer) return std::unexpected(Error::cache_exhausted);
    if (!device_.read(block, 1, cache_.bytes(index))) return std::unexpected(Error::device_failed);
    cache_.insert(index, block, role, CacheEntry::State::clean);
    return BlockPin(cache_, index);
  }
  CacheEntry& entry = cache_.entry(index);
  entry.referenced = true;
  if (entry.role != role) {
    // A block that had another use before it was freed may lie about here; one in use has one role only.
    if (entry.state != CacheEntry::State::clean || entry.touched || entry.pins != 0)
      return damaged("two uses of block", block.value);
    entry.role = role;
    entry.verified = 0;
  }
  return BlockPin(cache_, index);
}

Result<BlockPin> Metadata::read_unchecked(PhysicalBlock block, BlockRole role) { return fetch(block, role); }

Result<BlockPin> Metadata::read(PhysicalBlock block, BlockRole role, std::uint32_t item) {
  BlockPin pin = EXT4_TRY(fetch(block, role));
  EXT4_TRY(check(pin, item));
  return pin;
}

Result<void> Metadata::check(const BlockPin& pin, std::uint32_t item) {
  const bool known = (cache_.entry(pin.index()).verified >> item & 1) != 0;
  return known ? Result<void>{} : verify(pin.index(), item);
}

Result<void> Metadata::verify(BufferIndex index, std::uint32_t item) {
  CacheEntry& entry = cache_.entry(index);
  const bool is_bitmap = entry.role.kind == BlockKind::block_bitmap || entry.role.kind == BlockKind::inode_bitmap;
  const bool matches = is_bitmap ? EXT4_TRY(bitmap_matches(index))
                                 : checksum_matches(geometry_, entry.block, entry.role, cache_.bytes(index), item);
  if (!matches) return damaged("wrong checksum in block", entry.block.value, Error::bad_checksum);
  if (!well_formed(geometry_, entry.role, cache_.bytes(index)))
    return damaged("malformed content of block", entry.block.value);
  entry.verified |= ItemMask{1} << item;
  return {};
}

Result<bool> Metadata::bitmap_matches(BufferIndex index) {
  const CacheEntry& entry = cache_.entry(index);
  if (!geometry_.checksums) return true;
  const Group group = EXT4_TRY(read_group(*this, GroupNumber{entry.role.owner}));
  const bool of_blocks = entry.role.kind == BlockKind::block_bitmap;
  const std::uint32_t bits = of_blocks ? geometry_.blocks_per_group : geometry_.inodes_per_group;
  const std::uint32_t stored = of_blocks ? group->block_bitmap_checksum() : group->inode_bitmap_checksum();
  const std::uint32_t mask = geometry_.wide_descriptors ? 0xFFFFFFFF : 0xFFFF;
  return (bitmap_checksum(geometry_, cache_.bytes(index), bits) & mask) == stored;
}

}  // namespace ext4
