// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/ext4/group.hpp"
#include "servers/ext4/metadata.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

Result<void> Metadata::make_room() {
  constexpr std::size_t freed_needed = 2 * Transaction::step_limit;
  if (cache_.size() < dirty_ + Transaction::buffers_needed || freed_.room() < freed_needed) return persist();
  return {};
}

Result<void> Metadata::persist() {
  if (read_only_) return {};
  const bool unsaid_clean = clean_ && (superblock().state & layout::state::clean) == 0;
  if (dirty_ != 0 || unsaid_clean) {
    update_superblock();
    EXT4_TRY(refresh_checksums(dirty_in_order()));
    const std::span<const BufferIndex> dirty = dirty_in_order();
    // Issue of the journal: descriptor, copies and commit record of `dirty` are written and flushed here,
    // before the first block is written to its place; that may then also happen later.
    for (const BufferIndex index : dirty)
      if (!device_.write(cache_.entry(index).block, 1, cache_.bytes(index)))
        return std::unexpected(Error::device_failed);
  }
  if (!device_.flush()) return std::unexpected(Error::device_failed);
  for (std::size_t i = 0; i < cache_.size(); ++i) {
    CacheEntry& entry = cache_.entry(static_cast<BufferIndex>(i));
    if (entry.state == CacheEntry::State::dirty) entry.state = CacheEntry::State::clean;
  }
  dirty_ = 0;
  freed_.shrink(0);
  return {};
}

std::span<BufferIndex> Metadata::dirty_in_order() {
  std::size_t count = 0;
  for (std::size_t i = 0; i < cache_.size(); ++i)
    if (cache_.entry(static_cast<BufferIndex>(i)).state == CacheEntry::State::dirty)
      cache_.order()[count++] = static_cast<BufferIndex>(i);
  const std::span<BufferIndex> dirty = cache_.order().first(count);
  std::sort(dirty.begin(), dirty.end(),
            [this](BufferIndex a, BufferIndex b) { return cache_.entry(a).block < cache_.entry(b).block; });
  return dirty;
}

void Metadata::update_superblock() {
  CacheEntry& entry = cache_.entry(superblock_.index());
  auto& superblock =
      *reinterpret_cast<layout::Superblock*>(cache_.bytes(superblock_.index()).data() + layout::superblock_offset);
  superblock.free_blocks_low = layout::low_half(totals_.free_blocks);
  if (geometry_.wide_descriptors) superblock.free_blocks_high = layout::high_half(totals_.free_blocks);
  superblock.free_inodes = totals_.free_inodes;
  superblock.write_time = layout::low_half(static_cast<std::uint64_t>(now_.seconds));
  superblock.write_time_high = static_cast<std::uint8_t>(now_.seconds >> 32);
  if (!mount_recorded_) {
    superblock.mount_time = layout::low_half(static_cast<std::uint64_t>(now_.seconds));
    superblock.mount_time_high = static_cast<std::uint8_t>(now_.seconds >> 32);
    superblock.mount_count = static_cast<std::uint16_t>(superblock.mount_count + 1);
    mount_recorded_ = true;
  }
  std::uint16_t state = superblock.state;
  state = clean_ ? state | layout::state::clean : state & ~layout::state::clean;
  if (damage_.what != nullptr) state |= layout::state::errors;
  superblock.state = state;
  if (entry.state != CacheEntry::State::dirty) ++dirty_;
  entry.state = CacheEntry::State::dirty;
  entry.stale = 1;
}

Result<void> Metadata::refresh_checksums(std::span<const BufferIndex> dirty) {
  if (!refreshing_ || !geometry_.checksums) return {};
  // Bitmaps first: their checksums lie in the descriptors, which have checksums of their own.
  for (const BufferIndex index : dirty) {
    const BlockKind kind = cache_.entry(index).role.kind;
    if (kind == BlockKind::block_bitmap || kind == BlockKind::inode_bitmap) EXT4_TRY(refresh_bitmap_checksum(index));
  }
  for (const BufferIndex index : dirty) {
    CacheEntry& entry = cache_.entry(index);
    for (std::uint32_t item = 0; entry.stale >> item != 0; ++item)
      if ((entry.stale >> item & 1) != 0)
        refresh_checksum(geometry_, entry.block, entry.role, cache_.bytes(index), item);
    entry.stale = 0;
  }
  return {};
}

Result<void> Metadata::refresh_bitmap_checksum(BufferIndex index) {
  CacheEntry& entry = cache_.entry(index);
  if (entry.stale == 0) return {};
  const Group group = EXT4_TRY(read_group(*this, GroupNumber{entry.role.owner}));
  CacheEntry& holder = cache_.entry(group.block().index());
  // Whoever changes a bitmap changes the count of free things beside it.
  if (holder.state != CacheEntry::State::dirty) return damaged("bitmap without descriptor", entry.block.value);
  auto* raw = reinterpret_cast<layout::GroupDescriptor*>(cache_.bytes(group.block().index()).data() + group.offset());
  Descriptor descriptor(*raw, geometry_.wide_descriptors);
  if (entry.role.kind == BlockKind::block_bitmap)
    descriptor.set_block_bitmap_checksum(bitmap_checksum(geometry_, cache_.bytes(index), geometry_.blocks_per_group));
  else
    descriptor.set_inode_bitmap_checksum(bitmap_checksum(geometry_, cache_.bytes(index), geometry_.inodes_per_group));
  holder.stale |= 1;
  entry.stale = 0;
  return {};
}

}  // namespace ext4
