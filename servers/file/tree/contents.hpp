// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/user_buffer.hpp"
#include "servers/file/tree/tree.hpp"

namespace file {

/// Contents of regular files: between programs and the page cache, and between the page cache and file systems. Whoever
/// meets pages that another transfer is using gets `pages_busy`, and waits for `key_of` the page's block.
class Contents {
 public:
  Contents(Tree& tree, Waits& waits) : tree_(tree), waits_(waits) {}

  /// From `offset` on to the file's end or the buffer's. What is not cached is read, with `ahead` pages behind it.
  Result<> read(NodeId id, u64 offset, UserBuffer& buffer, u32 ahead);
  /// All of the buffer; the file grows with what was copied.
  Result<> write(NodeId id, u64 offset, UserBuffer& buffer);
  /// Makes pages present, at most those of one block: says how many from `page` on are there; 0 where the file ends.
  Result<u32> present(NodeId id, u64 page, u32 count);

  /// The same, and programs may write to them at any time from now on: says how many.
  Result<u32> share(NodeId id, u64 page, u32 count);

  Result<> truncate(NodeId id, u64 size);
  /// Writes the dirty pages among [first, first + count) of the file to its file system.
  Result<> write_back(NodeId id, u64 first = 0, u64 count = ~u64{0});
  /// The same of all files; what other transfers are writing is passed by, and so is what fails. Whether anything was
  /// written.
  bool write_all_back();
  /// Another transfer is writing pages back. Then whoever met a shortage that ends by that fails with `pages_busy`, and
  /// is woken as if its own pages had been busy.
  bool wait_for_write_back(NodeId id);
  /// Who dirties more pages than this writes some back first.
  void set_dirty_limit(u32 pages) { dirty_limit_ = pages; }

  /// What a call waits for that met busy pages.
  WaitKey key_of(NodeId id) const { return WaitKey::of(Awaited::pages, static_cast<u32>(id)); }

 private:
  struct Span {
    BlockId block;
    u32 slot, count;
    u16 unread;  // pages whose old contents were not read, because they are written whole
    u16 fresh;   // pages that the file did not have yet
  };
  Result<> load(NodeId id, u64 page, u32 count);
  Result<BlockId> obtain(NodeId id, u64 page);
  Result<> provide(BlockId block, u32 slot, u32 count);
  Result<Span> prepare(NodeId id, u64 offset, u64 length);
  Result<> make_room(NodeId id, const Span& span, u64 first);
  BlockId next_dirty(NodeId id, u64 number);
  Result<> copy_in(NodeId id, const Span& span, u64& offset, UserBuffer& buffer);
  Result<> store_block(NodeId id, BlockId block, u16 mask);
  bool stored(const Node& node, u64 page) const;
  Result<> keep_cleared(NodeId id, u64 boundary);
  void wake_after_store(NodeId id);
  void release(NodeId id, BlockId block);

  Tree& tree_;
  Waits& waits_;
  u32 dirty_limit_ = ~u32{0};
  u32 storing_ = 0;        // blocks being written back
  u64 stored_ = 0;         // blocks written back so far
  bool starving_ = false;  // there are nodes with `starved`
};

}  // namespace file
