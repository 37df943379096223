// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/names/node_table.hpp"

namespace file {

/// What lies at blocks of a file on a disk.
enum class Content : u8 {
  hole,       // nothing: zero
  written,    // the file's contents
  unwritten,  // blocks that are the file's, and yet read as zero
  reserved,   // blocks kept for the file, not its own before they are linked
};

/// `length` blocks of a file from block `first` on, at `physical` of the disk unless they are a hole.
struct Extent {
  u64 physical = 0;
  u32 first = 0;
  u32 length = 0;
  u32 next = 0xffff'ffff;  // of the same file, in no order
  Content content = Content::hole;

  u64 end() const { return u64{first} + length; }
};
static_assert(sizeof(Extent) == 24);

/// What was learnt of where files lie. Only `written` is kept: the rest changes with each write.
class ExtentCache {
 public:
  ExtentCache(Frames& frames, NodeTable& nodes) : nodes_(nodes), pool_(frames) {}

  /// The part of what is known from `block` on; length 0: nothing.
  Extent find(NodeId node, u64 block) const;
  void learn(NodeId node, const Extent& extent);
  /// Blocks from `block` on, `count` of them, are no longer what they were.
  void forget(NodeId node, u64 block, u64 count);
  void forget_all(NodeId node) { forget(node, 0, ~u64{0}); }

 private:
  enum class ExtentId : u32 { none = 0xffff'ffff };
  static constexpr u32 max_for_one = 64;  // files in more pieces learn them anew

  NodeTable& nodes_;
  Pool<Extent, ExtentId, 16384> pool_;
};

}  // namespace file
