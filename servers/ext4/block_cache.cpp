// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/block_cache.hpp"

namespace ext4 {

void BlockCache::clear() {
  for (CacheEntry& entry : entries_) entry = CacheEntry{};
  for (BufferIndex& bucket : buckets_) bucket = no_buffer;
  hand_ = 0;
}

std::size_t BlockCache::bucket_of(PhysicalBlock block) const {
  constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;  // Knuth's multiplicative hashing
  return (block.value * golden_ratio >> 32) & (buckets_.size() - 1);
}

BufferIndex BlockCache::find(PhysicalBlock block) const {
  for (BufferIndex at = buckets_[bucket_of(block)]; at != no_buffer; at = entries_[at].next_in_bucket)
    if (entries_[at].block == block) return at;
  return no_buffer;
}

BufferIndex BlockCache::claim() {
  // Twice around: the first time only takes away the second chances.
  for (std::size_t steps = 0; steps < 2 * entries_.size(); ++steps) {
    const auto index = static_cast<BufferIndex>(hand_);
    hand_ = hand_ + 1 == entries_.size() ? 0 : hand_ + 1;
    CacheEntry& entry = entries_[index];
    if (entry.pins != 0 || entry.touched) continue;
    if (entry.state == CacheEntry::State::empty) return index;
    if (entry.state != CacheEntry::State::clean) continue;
    if (entry.referenced) {
      entry.referenced = false;
      continue;
    }
    drop(index);
    return index;
  }
  return no_buffer;
}

void BlockCache::insert(BufferIndex index, PhysicalBlock block, BlockRole role, CacheEntry::State state) {
  BufferIndex& bucket = buckets_[bucket_of(block)];
  entries_[index] =
      CacheEntry{.block = block, .role = role, .state = state, .referenced = true, .next_in_bucket = bucket};
  bucket = index;
}

void BlockCache::drop(BufferIndex index) {
  CacheEntry& entry = entries_[index];
  if (entry.state == CacheEntry::State::clean || entry.state == CacheEntry::State::dirty) unlink(index);
  entry = CacheEntry{.pins = entry.pins};
}

void BlockCache::unlink(BufferIndex index) {
  BufferIndex* link = &buckets_[bucket_of(entries_[index].block)];
  while (*link != index) link = &entries_[*link].next_in_bucket;
  *link = entries_[index].next_in_bucket;
}

BlockPin& BlockPin::operator=(BlockPin&& other) noexcept {
  if (this != &other) {
    release();
    cache_ = other.cache_;
    index_ = other.index_;
    other.cache_ = nullptr;
  }
  return *this;
}

}  // namespace ext4
