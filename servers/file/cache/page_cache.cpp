// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/cache/page_cache.hpp"

#include <algorithm>
#include <bit>

namespace file {

[[gnu::hot]] BlockId PageCache::find(NodeId node_id, u64 page) {
  Node& node = nodes_[node_id];
  const u32 number = static_cast<u32>(page / block_pages);
  if (node.recent_block != BlockId::none && pool_[node.recent_block].number == number) return node.recent_block;
  BlockId id = buckets_[bucket_of(node_id, number)];
  while (id != BlockId::none && (pool_[id].number != number || pool_[id].node != node_id)) id = pool_[id].hash_next;
  if (id != BlockId::none) node.recent_block = id;
  return id;
}

Result<BlockId> PageCache::obtain(NodeId node_id, u64 page) {
  if (page / block_pages > 0xffff'ffff) return fail(Error::file_too_large);
  if (const BlockId known = find(node_id, page); known != BlockId::none) return known;
  Result<BlockId> id = pool_.take();
  if (!id && shrink(block_pages) != 0) id = pool_.take();  // the table is full
  if (!id) return id;
  Block& block = pool_[*id];
  block.node = node_id;
  block.number = static_cast<u32>(page / block_pages);
  BlockId& bucket = buckets_[bucket_of(node_id, block.number)];
  block.hash_next = bucket;
  bucket = *id;

  Node& node = nodes_[node_id];
  block.node_next = node.blocks_head;
  if (node.blocks_head != BlockId::none) pool_[node.blocks_head].node_previous = *id;
  node.blocks_head = node.recent_block = *id;

  block.age_previous = age_last_;
  (age_last_ == BlockId::none ? age_first_ : pool_[age_last_].age_next) = *id;
  age_last_ = *id;
  return id;
}

Result<> PageCache::provide(BlockId id, u32 slot, u32 count) {
  Block& block = pool_[id];
  ++block.pins;  // what is taken away to make room must not be this block
  Result<> result;
  const bool empty = std::ranges::all_of(block.frames, [](Frame frame) { return frame == Frame::none; });
  if (empty && (block.number != 0 || count >= block_pages / 2)) {
    if (const Result<Frame> run = frames_.take_run()) {
      for (u32 i = 0; i < block_pages; ++i) block.frames[i] = *run + i;
      pages_ += block_pages;
      nodes_[block.node].cached_pages += block_pages;
    }
  }
  for (u32 i = slot; i < slot + count && result; ++i) {
    if (block.frames[i] != Frame::none) continue;
    Result<Frame> frame = frames_.take();
    if (!frame && shrink(4 * block_pages) != 0) frame = frames_.take();
    if (!frame) {
      result = fail(Error::no_memory);
      break;
    }
    block.frames[i] = *frame;
    ++pages_;
    ++nodes_[block.node].cached_pages;
  }
  --block.pins;
  return result;
}

[[gnu::hot]] u32 PageCache::row(const Block& block, u32 slot, u16 mask, u64 most) {
  const u32 limit = static_cast<u32>(std::min<u64>(slot + most, block_pages));
  u32 end = slot;
  while (end < limit && (mask >> end & 1) != 0 && block.frames[end] == block.frames[slot] + (end - slot)) ++end;
  return end - slot;
}

void PageCache::set_valid(BlockId id, u32 slot, u32 count) { pool_[id].valid |= mask_of(slot, count); }

void PageCache::set_dirty(BlockId id, u32 slot, u32 count) {
  Block& block = pool_[id];
  const u32 added = static_cast<u32>(std::popcount(static_cast<u16>(mask_of(slot, count) & ~block.dirty)));
  block.dirty |= mask_of(slot, count);
  Node& node = nodes_[block.node];
  node.dirty_pages += added;
  if (node.keeping != Keeping::resident) dirty_ += added;
}

void PageCache::set_clean(BlockId id, u16 mask) {
  Block& block = pool_[id];
  const u32 removed = static_cast<u32>(std::popcount(static_cast<u16>(block.dirty & mask)));
  block.dirty &= static_cast<u16>(~mask);
  Node& node = nodes_[block.node];
  node.dirty_pages -= removed;
  if (node.keeping != Keeping::resident) dirty_ -= removed;
}

void PageCache::unpin(BlockId id) {
  Block& block = pool_[id];
  if (--block.pins != 0) return;
  if (std::ranges::all_of(block.frames, [](Frame frame) { return frame == Frame::none; })) remove(id);
}

void PageCache::free_frame(Frame frame) {
  if (frames_.give_back(frame, 1)) return;
  // A full table leaves the frame to nobody until the server's next reset finds it; programs still have it mapped.
  if (orphan_count_ < max_orphans) orphans_[orphan_count_++] = frame;
}

void PageCache::collect_orphans() {
  for (u32 i = 0; i < orphan_count_;) {
    if (frames_.give_back(orphans_[i], 1))
      orphans_[i] = orphans_[--orphan_count_];
    else
      ++i;
  }
}

void PageCache::free_frames(Block& block, u16 mask) {
  for (u32 i = 0; i < block_pages; ++i) {
    if ((mask >> i & 1) == 0 || block.frames[i] == Frame::none) continue;
    free_frame(block.frames[i]);
    block.frames[i] = Frame::none;
    --pages_;
    --nodes_[block.node].cached_pages;
  }
  block.valid &= static_cast<u16>(~mask);
  block.shared &= static_cast<u16>(~mask);
}

void PageCache::remove(BlockId id) {
  Block& block = pool_[id];
  Node& node = nodes_[block.node];
  BlockId* link = &buckets_[bucket_of(block.node, block.number)];
  while (*link != id) link = &pool_[*link].hash_next;
  *link = block.hash_next;

  if (node.recent_block == id) node.recent_block = BlockId::none;
  (block.node_previous == BlockId::none ? node.blocks_head : pool_[block.node_previous].node_next) = block.node_next;
  if (block.node_next != BlockId::none) pool_[block.node_next].node_previous = block.node_previous;
  (block.age_previous == BlockId::none ? age_first_ : pool_[block.age_previous].age_next) = block.age_next;
  (block.age_next == BlockId::none ? age_last_ : pool_[block.age_next].age_previous) = block.age_previous;
  pool_.give(id);
}

bool PageCache::pinned_from(NodeId node, u64 page) const {
  for (BlockId id = nodes_[node].blocks_head; id != BlockId::none; id = pool_[id].node_next)
    if (pool_[id].pins != 0 && u64{pool_[id].number} * block_pages + block_pages > page) return true;
  return false;
}

void PageCache::drop_from(NodeId node, u64 page) {
  for (BlockId id = nodes_[node].blocks_head; id != BlockId::none;) {
    Block& block = pool_[id];
    const BlockId next = block.node_next;
    const u64 first = u64{block.number} * block_pages;
    if (first + block_pages > page) {
      const u32 keep = page > first ? static_cast<u32>(page - first) : 0;
      const u16 mask = mask_of(keep, block_pages - keep);
      set_clean(id, mask);
      free_frames(block, mask);
      if (keep == 0) remove(id);
    }
    id = next;
  }
}

u32 PageCache::shrink_block(BlockId id) {
  Block& block = pool_[id];
  if (block.pins != 0) return 0;
  u16 mask = 0;
  const bool mapped = nodes_[block.node].mapped;
  for (u32 i = 0; i < block_pages; ++i)
    if (block.frames[i] != Frame::none && (block.dirty >> i & 1) == 0 &&
        !(mapped && frames_.map_count(block.frames[i]) > 1))
      mask |= static_cast<u16>(1u << i);
  if (mask == 0) return 0;
  free_frames(block, mask);
  if (std::ranges::all_of(block.frames, [](Frame frame) { return frame == Frame::none; })) remove(id);
  return static_cast<u32>(std::popcount(mask));
}

u32 PageCache::reclaimable() const {
  u32 count = 0;
  for (BlockId id = age_first_; id != BlockId::none; id = pool_[id].age_next) {
    const Block& block = pool_[id];
    if (block.pins != 0 || nodes_[block.node].mapped) continue;
    for (u32 i = 0; i < block_pages; ++i) count += block.frames[i] != Frame::none && (block.dirty >> i & 1) == 0;
  }
  return count;
}

u32 PageCache::shrink(u32 wanted) {
  // The clock: twice round at most, so that what was used since the last pass goes on the second.
  u32 done = 0;
  u32 steps = 2 * pool_.used();
  for (BlockId id = age_first_; done < wanted && steps-- > 0 && id != BlockId::none;) {
    Block& block = pool_[id];
    BlockId next = block.age_next;
    if (block.used != 0) {
      block.used = 0;
    } else {
      done += shrink_block(id);
    }
    id = next == BlockId::none ? age_first_ : next;
  }
  return done;
}

}  // namespace file
