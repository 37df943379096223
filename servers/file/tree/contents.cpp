// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/tree/contents.hpp"

#include <algorithm>
#include <bit>

#include "servers/file/storage/zero_page.hpp"

namespace file {

namespace {

constexpr u64 page_bytes = abi::page_size;
constexpr u64 page_of(u64 offset) { return offset / page_bytes; }
constexpr u64 in_page(u64 offset) { return offset % page_bytes; }
constexpr u64 pages_for(u64 bytes) { return (bytes + page_bytes - 1) / page_bytes; }
constexpr u32 slot_of(u64 page) { return static_cast<u32>(page % block_pages); }

}  // namespace

/// Whether a page that is not cached has contents of its own, and is not just zero.
bool Contents::stored(const Node& node, u64 page) const {
  const bool in_memory = tree_.system(node.system).in_memory();
  return page * page_bytes < (in_memory ? node.source_length : node.size);
}

/// Frames for pages of a pinned block. Where all memory is full of what waits to be written, that is written first.
Result<> Contents::provide(BlockId block, u32 slot, u32 count) {
  Result<> result = tree_.cache.provide(block, slot, count);
  if (!result && tree_.cache.dirty_pages() != 0) {
    static_cast<void>(write_all_back());
    result = tree_.cache.provide(block, slot, count);
  }
  return result;
}

/// The same for the record of a block.
[[gnu::hot]] Result<BlockId> Contents::obtain(NodeId id, u64 page) {
  Result<BlockId> result = tree_.cache.obtain(id, page);
  if (!result && result.error() != Error::file_too_large && tree_.cache.dirty_pages() != 0) {
    static_cast<void>(write_all_back());
    result = tree_.cache.obtain(id, page);
  }
  return result;
}

/// A block was pinned while others went on: who wants to cut its pages away waits for that.
void Contents::release(NodeId id, BlockId block) {
  tree_.cache.unpin(block);
  waits_.wake(key_of(id));
}

Result<> Contents::load(NodeId id, u64 page, u32 count) {
  const Use pin(tree_, id);
  const Result<BlockId> obtained = obtain(id, page);
  if (!obtained) return fail(obtained.error());
  const BlockId block_id = *obtained;
  Block& block = tree_.cache[block_id];
  const u32 slot = slot_of(page);
  if (block.loading >> slot & 1) return fail(Error::pages_busy);

  // While it is read the file may grow, and what was behind its end does not belong to it then either. It cannot be cut
  // here, because the block is pinned.
  const u64 size = tree_[id].size;
  const u64 end = pages_for(size);
  if (page >= end) {  // cut while memory was made
    tree_.cache.pin(block_id);
    tree_.cache.unpin(block_id);
    return {};
  }
  count = static_cast<u32>(std::min({u64{count}, u64{block_pages - slot}, end - page}));
  u32 wanted = 1;
  while (wanted < count && ((block.valid | block.loading) >> (slot + wanted) & 1) == 0) ++wanted;
  const u16 mask = PageCache::mask_of(slot, wanted);

  tree_.cache.pin(block_id);
  block.loading |= mask;  // before anything that takes time
  Result<> result = provide(block_id, slot, wanted);
  for (u32 at = slot; result && at < slot + wanted;) {
    const u32 row = PageCache::row(block, at, mask);
    const std::span pages(tree_.cache.address(block, at), row * page_bytes);
    result = tree_.system_of(id).load(id, page + (at - slot), pages);
    at += row;
  }
  block.loading &= static_cast<u16>(~mask);
  if (result) {
    // Behind the file's end there is nothing but zero, whatever the disk has there.
    if (const u64 rest = in_page(size); rest != 0 && page_of(size) >= page && page_of(size) < page + wanted)
      std::memset(tree_.cache.address(block, slot_of(page_of(size))) + rest, 0, page_bytes - rest);
    tree_.cache.set_valid(block_id, slot, wanted);
  } else {
    tree_.cache.discard(block_id, slot, wanted);
  }
  release(id, block_id);
  return result;
}

[[gnu::hot]] Result<> Contents::read(NodeId id, u64 offset, UserBuffer& buffer, u32 ahead) {
  const Node& node = tree_[id];
  while (buffer.left() != 0 && offset < node.size) {
    const u64 page = page_of(offset);
    const u64 most = std::min(buffer.left(), node.size - offset);
    const u64 before = buffer.done();
    const BlockId found = tree_.cache.find(id, page);
    Block* block = found == BlockId::none ? nullptr : &tree_.cache[found];
    if (block != nullptr && block->has(slot_of(page))) {
      const u64 there =
          PageCache::valid_run(*block, slot_of(page), pages_for(in_page(offset) + most)) * page_bytes - in_page(offset);
      block->used = 1;
      const std::byte* from = tree_.cache.address(*block, slot_of(page)) + in_page(offset);
      if (const Result<> copied = buffer.copy_out({from, std::min(there, most)}); !copied) return copied;
    } else if (stored(node, page)) {
      const u64 needed = pages_for(in_page(offset) + most) + ahead;
      if (const Result<> loaded = load(id, page, static_cast<u32>(std::min<u64>(needed, block_pages))); !loaded)
        return loaded;
    } else if (const Result<> cleared = buffer.clear(std::min(page_bytes - in_page(offset), most)); !cleared) {
      return cleared;
    }
    offset += buffer.done() - before;
  }
  return {};
}

Result<u32> Contents::present(NodeId id, u64 page, u32 count) {
  const Node& node = tree_[id];
  if (page >= pages_for(node.size)) return 0;
  BlockId found = tree_.cache.find(id, page);
  if (found == BlockId::none || !tree_.cache[found].has(slot_of(page))) {
    if (stored(node, page)) {
      if (const Result<> loaded = load(id, page, count); !loaded) return fail(loaded.error());
    } else {
      const Result<BlockId> made = tree_.cache.obtain(id, page);
      if (!made) return fail(made.error());
      if (const Result<> given = tree_.cache.provide(*made, slot_of(page), 1); !given) return fail(given.error());
      tree_.cache.set_valid(*made, slot_of(page), 1);
    }
    found = tree_.cache.find(id, page);
    if (found == BlockId::none || page >= pages_for(node.size)) return 0;  // cut meanwhile
  }
  Block& block = tree_.cache[found];
  block.used = 1;
  const u32 present = static_cast<u32>(std::countr_one(static_cast<u16>(block.valid >> slot_of(page))));
  return static_cast<u32>(std::min({u64{present}, u64{count}, pages_for(node.size) - page}));
}

Result<u32> Contents::share(NodeId id, u64 page, u32 count) {
  if (tree_[id].cutting) return fail(Error::pages_busy);
  const Result<u32> there = present(id, page, count);
  if (!there || *there == 0) return there;
  const BlockId block = tree_.cache.find(id, page);
  tree_.cache.pin(block);
  const Result<> room = tree_.system_of(id).reserve(id, page, *there);
  release(id, block);
  if (!room) return fail(room.error());
  tree_.cache.set_dirty(block, slot_of(page), *there);
  tree_.cache[block].shared |= PageCache::mask_of(slot_of(page), *there);
  return there;
}

[[gnu::hot]] Result<Contents::Span> Contents::prepare(NodeId id, u64 offset, u64 length) {
  if (tree_[id].cutting) return fail(Error::pages_busy);
  const Result<BlockId> obtained = obtain(id, page_of(offset));
  if (!obtained) return fail(obtained.error() == Error::no_memory ? Error::no_space : obtained.error());
  Block& block = tree_.cache[*obtained];
  const Node& node = tree_[id];
  const u32 slot = slot_of(page_of(offset));
  const u64 most = u64{block_pages - slot} * page_bytes - in_page(offset);
  length = std::min(length, most);
  Span span{*obtained, slot, static_cast<u32>(pages_for(in_page(offset) + length)), 0, 0};

  // Contents that stay in part are read first: that may take a while, and everything is looked at anew then.
  for (u32 i = 0; i < span.count; ++i) {
    const u64 page = page_of(offset) + i;
    if (block.has(slot + i)) continue;
    if (block.loading >> (slot + i) & 1) return fail(Error::pages_busy);
    if (!stored(node, page)) continue;
    const u64 begin = page * page_bytes, end = std::min(begin + page_bytes, node.size);
    if (offset <= begin && offset + length >= end) {
      span.unread |= PageCache::mask_of(slot + i, 1);
      continue;
    }
    if (i != 0) {
      span.count = i;  // first what lies before it
      break;
    }
    if (const Result<> loaded = load(id, page, 1); !loaded) return fail(loaded.error());
    return prepare(id, offset, length);
  }

  tree_.cache.pin(span.block);
  const Result<> room = make_room(id, span, page_of(offset));
  bool taken = false;
  for (u32 i = slot; room && i < slot + span.count; ++i) taken = taken || block.frames[i] == Frame::none;
  release(id, span.block);  // with its last frame the block goes
  if (!room) {
    if (room.error() != Error::no_space || span.count == 1) return fail(room.error());
    return prepare(id, offset, page_bytes - in_page(offset));  // as much as there is room for
  }
  // A reader or writer has begun, failed, and taken a frame along.
  if (taken) return prepare(id, offset, length);
  for (u32 i = slot; i < slot + span.count; ++i) {
    const u16 bit = PageCache::mask_of(i, 1);
    // A reader has begun meanwhile: what it loads would come over what is written.
    if ((block.loading & bit) != 0) return fail(Error::pages_busy);
    if (block.has(i)) {
      span.unread &= static_cast<u16>(~bit);
      tree_.cache.set_dirty(span.block, i, 1);
    } else if ((span.unread & bit) == 0) {
      span.fresh |= bit;
    }
  }
  return span;
}

/// Frames, and room in the file system, for all pages of the span, whose block is pinned.
Result<> Contents::make_room(NodeId id, const Span& span, u64 first) {
  Result<> result = provide(span.block, span.slot, span.count);
  if (!result) result = fail(Error::no_space);
  if (result) result = tree_.system_of(id).reserve(id, first, span.count);
  // Another writer that is asking for room as well sees that its frames are gone.
  if (const Block& block = tree_.cache[span.block]; !result)
    for (u32 i = span.slot; i < span.slot + span.count; ++i)
      if (((block.valid | block.loading) >> i & 1) == 0) tree_.cache.discard(span.block, i, 1);
  return result;
}

[[gnu::hot]] Result<> Contents::copy_in(NodeId id, const Span& span, u64& offset, UserBuffer& buffer) {
  Block& block = tree_.cache[span.block];
  const u16 mask = PageCache::mask_of(span.slot, span.count);
  const u64 end = (page_of(offset) + span.count) * page_bytes;
  tree_.cache.pin(span.block);
  Result<> result;
  while (result && offset < end && buffer.left() != 0) {
    const u32 slot = slot_of(page_of(offset));
    const u64 row = PageCache::row(block, slot, mask) * page_bytes - in_page(offset);
    const u64 before = buffer.done();
    result = buffer.copy_in({tree_.cache.address(block, slot) + in_page(offset), std::min(row, buffer.left())});
    offset += buffer.done() - before;
    Node& node = tree_[id];
    if (buffer.done() != before) node.size = std::max(node.size, offset);
  }
  u16 unused = 0;
  // Pages whose old contents are gone count only when they were written whole, new ones when anything was.
  for (u32 i = span.slot; i < span.slot + span.count; ++i) {
    if (((span.unread | span.fresh) >> i & 1) == 0) continue;
    const u64 begin = (u64{block.number} * block_pages + i) * page_bytes;
    const bool fresh = (span.fresh >> i & 1) != 0;
    if (fresh ? offset > begin : offset >= std::min(begin + page_bytes, tree_[id].size)) {
      tree_.cache.set_valid(span.block, i, 1);
      tree_.cache.set_dirty(span.block, i, 1);
    } else {
      // What was copied of it is copied again, when the call is.
      if (offset > begin) {
        buffer.take_back(offset - begin);
        offset = begin;
      }
      tree_.cache.discard(span.block, i, 1);
      unused |= PageCache::mask_of(i, 1);
    }
  }
  // Only now, because others go on with the block meanwhile.
  for (u32 i = 0; i < block_pages; ++i)
    if ((unused >> i & 1) != 0) tree_.system_of(id).unreserve(id, u64{block.number} * block_pages + i, 1);
  release(id, span.block);
  return result;
}

bool Contents::write_all_back() {
  const u64 before = stored_;
  for (u32 i = 0; i < tree_.nodes.end(); ++i) {
    const NodeId id = static_cast<NodeId>(i);
    const Node& node = tree_[id];
    if (node.system != SystemId::none && node.keeping == Keeping::cached && node.dirty_pages != 0)
      static_cast<void>(write_back(id));
  }
  return stored_ != before;
}

bool Contents::wait_for_write_back(NodeId id) {
  if (storing_ == 0) return false;
  starving_ = tree_[id].starved = true;
  return true;
}

/// A block has been written back, or could not be: who waits for the file's pages or for any write-back goes on.
void Contents::wake_after_store(NodeId id) {
  waits_.wake(key_of(id));
  if (!starving_) return;
  starving_ = false;
  for (u32 i = 0; i < tree_.nodes.end(); ++i) {
    Node& node = tree_[static_cast<NodeId>(i)];
    if (node.system == SystemId::none || !node.starved) continue;
    node.starved = false;
    waits_.wake(key_of(static_cast<NodeId>(i)));
  }
}

[[gnu::hot]] Result<> Contents::write(NodeId id, u64 offset, UserBuffer& buffer) {
  while (buffer.left() != 0) {
    if (tree_.cache.dirty_pages() > dirty_limit_) {
      if (const Result<> written = write_back(id); !written && written.error() != Error::pages_busy) return written;
      // Many small files wait, not this one.
      if (tree_.cache.dirty_pages() > dirty_limit_) static_cast<void>(write_all_back());
    }
    const Result<Span> span = prepare(id, offset, buffer.left());
    if (!span) return fail(span.error());
    if (const Result<> copied = copy_in(id, *span, offset, buffer); !copied) return copied;
  }
  return {};
}

/// Sees to it that the disk is told of the page of `boundary`, whose end is about to be cleared. What is zero already,
/// as in a hole, needs no telling, and so no room on a full disk.
Result<> Contents::keep_cleared(NodeId id, u64 boundary) {
  const u64 page = page_of(boundary);
  const BlockId block = tree_.cache.find(id, page);
  const std::span end(tree_.cache.address(tree_.cache[block], slot_of(page)) + in_page(boundary),
                      page_bytes - in_page(boundary));
  if (std::ranges::all_of(end, [](std::byte each) { return each == std::byte{}; })) return {};
  tree_.cache.pin(block);
  const Result<> room = tree_.system_of(id).reserve(id, page, 1);
  release(id, block);
  if (!room) return room;
  tree_.cache.set_dirty(block, slot_of(page), 1);
  return {};
}

Result<> Contents::truncate(NodeId id, u64 size) {
  Node& node = tree_[id];
  const u64 old = node.size;
  const u64 boundary = std::min(old, size);
  const u64 rest = in_page(boundary);
  if (node.cutting || (size < old && tree_.cache.pinned_from(id, page_of(size)))) return fail(Error::pages_busy);
  // Nothing old may come to light behind the end when the file grows again.
  if (rest != 0 && stored(node, page_of(boundary))) {
    const BlockId known = tree_.cache.find(id, page_of(boundary));
    if (known == BlockId::none || !tree_.cache[known].has(slot_of(page_of(boundary)))) {
      if (const Result<> loaded = load(id, page_of(boundary), 1); !loaded) return loaded;
      // Others may have cut it shorter meanwhile.
      if (tree_[id].size != old) return truncate(id, size);
      if (size < old && tree_.cache.pinned_from(id, page_of(size))) return fail(Error::pages_busy);
    }
    if (const Result<> kept = keep_cleared(id, boundary); !kept) return kept;
    // Others went on meanwhile.
    if (node.size != old) return truncate(id, size);
    if (node.cutting || (size < old && tree_.cache.pinned_from(id, page_of(size)))) return fail(Error::pages_busy);
  }
  FileSystem& system = tree_.system_of(id);
  Result<> result;
  if (system.in_memory()) result = system.truncate(id, size);
  if (!result) return result;
  node.size = size;
  if (size < old) tree_.cache.drop_from(id, pages_for(size));
  if (rest != 0) {
    const BlockId last = tree_.cache.find(id, page_of(boundary));
    if (last != BlockId::none && tree_.cache[last].has(slot_of(page_of(boundary))))
      std::memset(tree_.cache.address(tree_.cache[last], slot_of(page_of(boundary))) + rest, 0, page_bytes - rest);
  }
  if (!system.in_memory()) {
    // Nobody writes what is just being cut away.
    const Use pin(tree_, id);
    node.cutting = true;
    result = system.truncate(id, size);
    node.cutting = false;
    waits_.wake(key_of(id));
  }
  if (size < old && node.mapped) {
    node.cut_page = node.cut == Cut::untold ? std::min(node.cut_page, pages_for(size)) : pages_for(size);
    node.cut = Cut::untold;
  }
  return result;
}

Result<> Contents::store_block(NodeId id, BlockId block_id, u16 mask) {
  Block& block = tree_.cache[block_id];
  FileSystem& system = tree_.system_of(id);
  tree_.cache.pin(block_id);
  block.writing |= mask;
  ++storing_;
  // Clean before it is written, so that what is changed meanwhile is dirty again.
  tree_.cache.set_clean(block_id, mask);
  Result<> result;
  for (u32 at = 0; result && at < block_pages;) {
    if ((mask >> at & 1) == 0) {
      ++at;
      continue;
    }
    const u32 row = PageCache::row(block, at, mask);
    result = system.store(id, u64{block.number} * block_pages + at, {tree_.cache.address(block, at), row * page_bytes});
    at += row;
  }
  block.writing &= static_cast<u16>(~mask);
  --storing_;
  if (result) ++stored_;
  for (u32 i = 0; i < block_pages; ++i) {
    if ((mask >> i & 1) == 0) continue;
    // A page that programs may write at any time stays dirty until they have it no more.
    const bool still_shared = (block.shared >> i & 1) != 0 && tree_.cache.frames().map_count(block.frames[i]) > 1;
    if (!still_shared) block.shared &= static_cast<u16>(~(1u << i));
    if (still_shared || !result) tree_.cache.set_dirty(block_id, i, 1);
  }
  tree_.cache.unpin(block_id);
  wake_after_store(id);
  return result;
}

/// The first block with dirty pages from `number` on; none: no such block. Blocks come and go while one is written, so
/// each is looked for anew.
BlockId Contents::next_dirty(NodeId id, u64 number) {
  const Node& node = tree_[id];
  if (node.dirty_pages == 0) return BlockId::none;
  const u64 last = page_of(node.size) / block_pages;
  BlockId best = BlockId::none;
  if (last - std::min(number, last) <= u64{node.cached_pages} + block_pages) {
    for (; number <= last; ++number) {
      const BlockId at = tree_.cache.find(id, number * block_pages);
      if (at != BlockId::none && tree_.cache[at].dirty != 0) return at;
    }
    return best;
  }
  for (BlockId at = node.blocks_head; at != BlockId::none; at = tree_.cache[at].node_next) {
    const Block& block = tree_.cache[at];
    if (block.number >= number && block.dirty != 0 &&
        (best == BlockId::none || block.number < tree_.cache[best].number))
      best = at;
  }
  return best;
}

Result<> Contents::write_back(NodeId id, u64 first, u64 count) {
  if (tree_.system_of(id).in_memory()) return {};
  if (tree_[id].cutting) return fail(Error::pages_busy);
  const Use pin(tree_, id);
  const u64 end = count > ~first ? ~u64{0} : first + count;
  for (u64 number = first / block_pages;;) {
    const BlockId next = next_dirty(id, number);
    if (next == BlockId::none) break;
    const Block& block = tree_.cache[next];
    const u64 begin = u64{block.number} * block_pages;
    if (begin >= end) break;
    number = u64{block.number} + 1;
    u16 mask = block.dirty;
    for (u32 i = 0; i < block_pages; ++i)
      if (begin + i < first || begin + i >= end) mask &= static_cast<u16>(~(1u << i));
    if (mask == 0) continue;
    if ((mask & block.writing) != 0) return fail(Error::pages_busy);
    if (const Result<> stored = store_block(id, next, mask); !stored) return stored;
  }
  return {};
}

}  // namespace file
