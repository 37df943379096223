// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/transaction.hpp"

#include <algorithm>

namespace ext4 {

Transaction::Transaction(Metadata& metadata)
    : metadata_{&metadata}, totals_before_{metadata.totals_}, freed_before_{metadata.freed_.size()} {
  metadata.in_transaction_ = true;
}

Transaction::Transaction(Transaction&& other) noexcept
    : metadata_{other.metadata_},
      totals_before_{other.totals_before_},
      freed_before_{other.freed_before_},
      changes_{other.changes_},
      first_touched_{other.first_touched_} {
  other.metadata_ = nullptr;
}

Transaction::~Transaction() {
  if (metadata_ != nullptr) roll_back();
}

Result<Transaction> Transaction::begin(Metadata& metadata) {
  if (metadata.read_only_) return std::unexpected(Error::read_only);
  if (metadata.in_transaction_) __builtin_trap();  // a programming error: one at a time
  EXT4_TRY(metadata.make_room());
  return Transaction(metadata);
}

void Transaction::touch(BufferIndex index) {
  CacheEntry& entry = metadata_->cache_.entry(index);
  if (entry.touched) return;
  entry.touched = true;
  entry.state_before = entry.state;
  entry.next_touched = first_touched_;
  first_touched_ = index;
}

Result<Block> Transaction::modify(const BlockPin& pin, ItemMask items) {
  BlockCache& cache = metadata_->cache_;
  CacheEntry& entry = cache.entry(pin.index());
  const bool has_undo = entry.touched && (entry.undo != no_buffer || entry.state_before == CacheEntry::State::empty);
  if (!has_undo) {
    const BufferIndex undo = cache.claim();
    if (undo == no_buffer || changes_ == change_limit) return std::unexpected(Error::cache_exhausted);
    cache.entry(undo) = CacheEntry{
        .role = entry.role, .state = CacheEntry::State::undo, .verified = entry.verified, .stale = entry.stale};
    std::ranges::copy(cache.bytes(pin.index()), cache.bytes(undo).begin());
    touch(pin.index());
    entry.undo = undo;
    ++changes_;
  }
  entry.state = CacheEntry::State::dirty;
  entry.verified |= items;
  entry.stale |= items;
  return cache.bytes(pin.index());
}

Result<BlockPin> Transaction::create(PhysicalBlock block, BlockRole role) {
  BlockCache& cache = metadata_->cache_;
  if (const BufferIndex old = cache.find(block); old != no_buffer) {
    // Read in an earlier life of the block. If it is in use now, the bitmap that called it free is wrong.
    const CacheEntry& entry = cache.entry(old);
    if (entry.state != CacheEntry::State::clean || entry.touched || entry.pins != 0)
      return metadata_->damaged("in use, and free in its bitmap: block", block.value);
    cache.drop(old);
  }
  const BufferIndex index = cache.claim();
  if (index == no_buffer || changes_ == change_limit) return std::unexpected(Error::cache_exhausted);
  cache.insert(index, block, role, CacheEntry::State::empty);
  touch(index);
  ++changes_;
  CacheEntry& entry = cache.entry(index);
  entry.state = CacheEntry::State::dirty;
  entry.verified = 1;
  entry.stale = 1;
  std::ranges::fill(cache.bytes(index), std::byte{0});
  return BlockPin(cache, index);
}

void Transaction::forget(Run run) {
  BlockCache& cache = metadata_->cache_;
  const auto doom = [&](BufferIndex index) {
    touch(index);
    cache.entry(index).doomed = true;
  };
  if (run.count <= cache.size()) {
    for (std::uint32_t i = 0; i < run.count; ++i)
      if (const BufferIndex index = cache.find(run.first + i); index != no_buffer) doom(index);
    return;
  }
  for (std::size_t i = 0; i < cache.size(); ++i) {
    const CacheEntry& entry = cache.entry(static_cast<BufferIndex>(i));
    const bool holds_block = entry.state == CacheEntry::State::clean || entry.state == CacheEntry::State::dirty;
    if (holds_block && run.overlaps({entry.block, 1})) doom(static_cast<BufferIndex>(i));
  }
}

Result<void> Transaction::add_freed(Run run) {
  if (!metadata_->freed_.append(run)) return std::unexpected(Error::table_full);
  return {};
}

bool Transaction::nearly_full() const { return changes_ >= step_limit || metadata_->freed_.room() < step_limit; }

void Transaction::commit() {
  BlockCache& cache = metadata_->cache_;
  while (first_touched_ != no_buffer) {
    const BufferIndex index = first_touched_;
    CacheEntry& entry = cache.entry(index);
    first_touched_ = entry.next_touched;
    const bool was_dirty = entry.state_before == CacheEntry::State::dirty;
    const bool is_dirty = entry.state == CacheEntry::State::dirty && !entry.doomed;
    if (was_dirty && !is_dirty) --metadata_->dirty_;
    if (!was_dirty && is_dirty) ++metadata_->dirty_;
    if (entry.undo != no_buffer) cache.drop(entry.undo);
    entry.undo = entry.next_touched = no_buffer;
    entry.touched = false;
    if (entry.doomed) cache.drop(index);
  }
  metadata_->in_transaction_ = false;
  metadata_ = nullptr;
}

void Transaction::roll_back() {
  BlockCache& cache = metadata_->cache_;
  while (first_touched_ != no_buffer) {
    const BufferIndex index = first_touched_;
    CacheEntry& entry = cache.entry(index);
    first_touched_ = entry.next_touched;
    entry.next_touched = no_buffer;
    entry.touched = entry.doomed = false;
    if (entry.state_before == CacheEntry::State::empty) {
      cache.drop(index);
      continue;
    }
    entry.state = entry.state_before;
    if (entry.undo == no_buffer) continue;
    const CacheEntry& undo = cache.entry(entry.undo);
    entry.role = undo.role;
    entry.verified = undo.verified;
    entry.stale = undo.stale;
    std::ranges::copy(cache.bytes(entry.undo), cache.bytes(index).begin());
    cache.drop(entry.undo);
    entry.undo = no_buffer;
  }
  metadata_->totals_ = totals_before_;
  metadata_->freed_.shrink(freed_before_);
  metadata_->in_transaction_ = false;
  metadata_ = nullptr;
}

}  // namespace ext4
