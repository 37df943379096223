// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/cache/block.hpp"
#include "servers/file/names/node_table.hpp"

namespace file {

/// The frames that hold the contents of files. Knows no file system: what is missing is put in by `Transfer`.
class PageCache final : public Reclaimable {
 public:
  PageCache(Frames& frames, NodeTable& nodes) : frames_(frames), nodes_(nodes), pool_(frames) {
    buckets_.fill(BlockId::none);
    frames.reclaim_from(*this);
  }

  Block& operator[](BlockId id) { return pool_[id]; }
  Frames& frames() { return frames_; }

  /// None where no page of the block is there.
  BlockId find(NodeId node, u64 page);
  /// The block of a page, made where it is not there.
  Result<BlockId> obtain(NodeId node, u64 page);
  /// Frames for the pages [slot, slot + count) of a block that have none; frames in a row where they suit. Zeroed.
  Result<> provide(BlockId id, u32 slot, u32 count);
  std::byte* address(const Block& block, u32 slot) const { return frames_.address(block.frames[slot]); }
  static constexpr u16 mask_of(u32 slot, u32 count) { return static_cast<u16>(((1u << count) - 1) << slot); }
  /// How many pages from `slot` on, at most to the block's end, are valid and lie in a row in memory.
  static u32 valid_run(const Block& block, u32 slot, u64 most = block_pages) {
    return row(block, slot, block.valid, most);
  }
  /// The same for the pages of a mask, valid or not.
  static u32 row(const Block& block, u32 slot, u16 mask, u64 most = block_pages);

  void set_valid(BlockId id, u32 slot, u32 count);
  void set_dirty(BlockId id, u32 slot, u32 count);
  void set_clean(BlockId id, u16 mask);
  /// Gives back frames that were provided and hold nothing.
  void discard(BlockId id, u32 slot, u32 count) { free_frames(pool_[id], mask_of(slot, count)); }
  void pin(BlockId id) { ++pool_[id].pins; }
  /// A block that ends up without frames goes.
  void unpin(BlockId id);

  /// Drops all pages of the node from `page` on, dirty ones too. None of them may be pinned.
  void drop_from(NodeId node, u64 page);
  bool pinned_from(NodeId node, u64 page) const;
  /// Gives frames of clean pages that nobody uses back to the kernel, at most about `wanted`; says how many.
  u32 shrink(u32 wanted) override;
  /// Frames of dropped pages that were still mapped by programs go once they no longer are.
  void collect_orphans();

  /// Those that a disk is to be told of.
  u32 dirty_pages() const { return dirty_; }
  u32 pages() const { return pages_; }
  /// Clean pages of files that no program maps: what shrink would find.
  u32 reclaimable() const;
  u32 orphans() const { return orphan_count_; }

 private:
  static constexpr u32 bucket_count = 4096;
  static constexpr u32 max_orphans = 1024;
  static u32 bucket_of(NodeId node, u32 number) {
    return static_cast<u32>(((static_cast<u64>(node) << 32 | number) * 0x9e37'79b9'7f4a'7c15) >> 40) % bucket_count;
  }
  void free_frames(Block& block, u16 mask);
  void free_frame(Frame frame);
  void remove(BlockId id);
  u32 shrink_block(BlockId id);

  Frames& frames_;
  NodeTable& nodes_;
  Pool<Block, BlockId, 32768> pool_;
  BlockId age_first_ = BlockId::none, age_last_ = BlockId::none;
  u32 pages_ = 0, dirty_ = 0, orphan_count_ = 0;
  std::array<BlockId, bucket_count> buckets_;
  std::array<Frame, max_orphans> orphans_;
};

}  // namespace file
