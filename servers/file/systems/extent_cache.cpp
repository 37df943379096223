// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/extent_cache.hpp"

namespace file {

Extent ExtentCache::find(NodeId node, u64 block) const {
  for (u32 at = nodes_[node].detail; at != 0xffff'ffff; at = pool_[static_cast<ExtentId>(at)].next) {
    Extent extent = pool_[static_cast<ExtentId>(at)];
    if (block < extent.first || block >= extent.end()) continue;
    const u32 skipped = static_cast<u32>(block - extent.first);
    extent.first += skipped;
    extent.length -= skipped;
    extent.physical += skipped;
    return extent;
  }
  return {};
}

void ExtentCache::learn(NodeId node, const Extent& extent) {
  if (extent.content != Content::written || extent.length == 0) return;
  forget(node, extent.first, extent.length);
  u32 count = 0;
  for (u32 at = nodes_[node].detail; at != 0xffff'ffff; at = pool_[static_cast<ExtentId>(at)].next) {
    // What continues another piece becomes part of it.
    Extent& known = pool_[static_cast<ExtentId>(at)];
    if (known.end() == extent.first && known.physical + known.length == extent.physical &&
        known.length + u64{extent.length} < 0xffff'ffff) {
      known.length += extent.length;
      return;
    }
    ++count;
  }
  if (count >= max_for_one) forget_all(node);
  const Result<ExtentId> id = pool_.take();
  if (!id) return;
  Extent& made = pool_[*id] = extent;
  made.next = nodes_[node].detail;
  nodes_[node].detail = static_cast<u32>(*id);
}

void ExtentCache::forget(NodeId node, u64 block, u64 count) {
  const u64 end = count > ~block ? ~u64{0} : block + count;
  for (u32* link = &nodes_[node].detail; *link != 0xffff'ffff;) {
    const ExtentId id = static_cast<ExtentId>(*link);
    Extent& extent = pool_[id];
    if (extent.end() <= block || end <= extent.first) {
      link = &extent.next;
      continue;
    }
    const bool head = extent.first < block, tail = end < extent.end();
    if (head && tail) {
      // The middle goes; what comes behind it is a piece of its own, or is learnt again.
      const u32 skipped = static_cast<u32>(end - extent.first);
      const Result<ExtentId> rest = pool_.take();
      if (rest) {
        pool_[*rest] = {extent.physical + skipped, static_cast<u32>(end), extent.length - skipped, extent.next,
                        extent.content};
        extent.next = static_cast<u32>(*rest);
      }
      extent.length = static_cast<u32>(block - extent.first);
      return;
    }
    if (head) {
      extent.length = static_cast<u32>(block - extent.first);
      link = &extent.next;
    } else if (tail) {
      const u32 skipped = static_cast<u32>(end - extent.first);
      extent.physical += skipped;
      extent.first += skipped;
      extent.length -= skipped;
      link = &extent.next;
    } else {
      *link = extent.next;
      pool_.give(id);
    }
  }
}

}  // namespace file
