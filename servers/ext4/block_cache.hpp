// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "servers/ext4/block_role.hpp"
#include "servers/ext4/checksum.hpp"
#include "servers/ext4/number.hpp"

namespace ext4 {

using BufferIndex = std::uint16_t;
inline constexpr BufferIndex no_buffer = 0xFFFF;

/// A bit for each thing in a block that has a checksum of its own: the inodes of a block of inodes; for every
/// other kind there is only the first bit.
using ItemMask = std::uint64_t;

/// What is known of the content of one buffer.
struct CacheEntry {
  enum class State : std::uint8_t {
    empty,
    clean,  ///< as on the device
    dirty,  ///< changed by finished transactions, to be written
    undo,   ///< what another buffer held before the running transaction changed it
  };

  PhysicalBlock block{};
  BlockRole role{};
  State state = State::empty;
  State state_before = State::empty;  ///< when the running transaction touched it; empty: it made the block
  bool touched = false;               ///< in the running transaction's list
  bool doomed = false;                ///< the running transaction frees the block
  bool referenced = false;            ///< used since the clock's hand came by
  std::uint16_t pins = 0;
  BufferIndex next_in_bucket = no_buffer;
  BufferIndex next_touched = no_buffer;
  BufferIndex undo = no_buffer;
  ItemMask verified = 0;  ///< items whose checksum was right, or that were made here
  ItemMask stale = 0;     ///< items whose checksum is to be refreshed before the block is written
};

struct alignas(block_size) Buffer {
  std::array<std::byte, block_size> bytes;
};

/// The memory of a cache, provided by whoever owns the file system.
template <std::size_t buffer_count>
struct CacheStorage {
  static_assert(buffer_count < no_buffer);
  std::array<Buffer, buffer_count> buffers;
  std::array<CacheEntry, buffer_count> entries;
  std::array<BufferIndex, std::bit_ceil(buffer_count)> buckets;
  std::array<BufferIndex, buffer_count> order;
};

/// A fixed number of metadata blocks. Knows which buffer holds which block and picks what to evict (clock, a
/// second chance for what was used); it neither reads nor writes the device.
class BlockCache {
 public:
  template <std::size_t buffer_count>
  explicit BlockCache(CacheStorage<buffer_count>& storage)
      : buffers_{storage.buffers}, entries_{storage.entries}, buckets_{storage.buckets}, order_{storage.order} {
    clear();
  }
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  /// Forgets everything, dirty or not. Nothing may be pinned.
  void clear();

  std::size_t size() const { return entries_.size(); }
  CacheEntry& entry(BufferIndex index) { return entries_[index]; }
  const CacheEntry& entry(BufferIndex index) const { return entries_[index]; }
  Block bytes(BufferIndex index) { return buffers_[index].bytes; }

  /// The buffer that holds `block`, or no_buffer.
  BufferIndex find(PhysicalBlock block) const;
  /// An empty buffer, if need be by evicting a clean one; no_buffer if all are dirty, pinned or kept for undo.
  BufferIndex claim();
  /// Makes a claimed buffer findable. Its block must not be in the cache.
  void insert(BufferIndex index, PhysicalBlock block, BlockRole role, CacheEntry::State state);
  /// Makes a buffer empty. It may still be pinned; it is claimed again only when it no longer is.
  void drop(BufferIndex index);

  /// Room for the indices of all buffers, for whoever puts them in order.
  std::span<BufferIndex> order() { return order_; }

 private:
  std::size_t bucket_of(PhysicalBlock block) const;
  void unlink(BufferIndex index);

  std::span<Buffer> buffers_;
  std::span<CacheEntry> entries_;
  std::span<BufferIndex> buckets_;
  std::span<BufferIndex> order_;
  std::size_t hand_ = 0;
};

/// Keeps a block in its buffer, and gives read access to it. What it shows includes the changes that the
/// running transaction makes: the address of a block does not change while it is pinned.
class BlockPin {
 public:
  BlockPin() = default;
  BlockPin(BlockCache& cache, BufferIndex index) : cache_{&cache}, index_{index} { ++cache.entry(index).pins; }
  BlockPin(BlockPin&& other) noexcept : cache_{other.cache_}, index_{other.index_} { other.cache_ = nullptr; }
  BlockPin& operator=(BlockPin&& other) noexcept;
  ~BlockPin() { release(); }

  /// Another pin of the same block.
  BlockPin again() const { return cache_ == nullptr ? BlockPin() : BlockPin(*cache_, index_); }
  bool holds_block() const { return cache_ != nullptr; }
  BufferIndex index() const { return index_; }
  PhysicalBlock number() const { return cache_->entry(index_).block; }
  ConstBlock bytes() const { return cache_->bytes(index_); }
  const std::byte* data() const { return cache_->bytes(index_).data(); }
  /// What lies at `offset`, which the caller has checked.
  template <typename T>
  const T& at(std::size_t offset) const {
    return *reinterpret_cast<const T*>(data() + offset);
  }

 private:
  void release() {
    if (cache_ != nullptr) --cache_->entry(index_).pins;
    cache_ = nullptr;
  }

  BlockCache* cache_ = nullptr;
  BufferIndex index_ = no_buffer;
};

}  // namespace ext4
