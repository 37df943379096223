// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/names/node.hpp"
#include "servers/file/storage/pool.hpp"

namespace file {

/// All nodes, found by index or by file system and number.
class NodeTable {
 public:
  explicit NodeTable(Frames& frames) : pool_(frames) { buckets_.fill(NodeId::none); }

  Node& operator[](NodeId id) { return pool_[id]; }
  const Node& operator[](NodeId id) const { return pool_[id]; }

  /// A new node without uses. The caller must not already have one of that number.
  Result<NodeId> make(SystemId system, Keeping keeping, u64 number);
  NodeId find(SystemId system, u64 number) const;
  /// The node's place becomes free; it has no uses, names or pages.
  void remove(NodeId id) {
    retire(id);
    release(id);
  }
  // The same in two steps: nobody finds it any more; its place becomes free.
  void retire(NodeId id);
  void release(NodeId id);

  /// Of the node made last: what is made later has a higher one.
  u32 generation() const { return generation_; }
  /// How many nodes are found no more: where it has not risen, what is not found was not there in between either.
  u32 retired() const { return retired_; }
  /// The name of a node for memory: it is not the name of a later node in the same place.
  u64 object_of(NodeId id) const { return u64{pool_[id].generation} << 32 | static_cast<u32>(id); }
  NodeId find_object(u64 object) const;

  // Cached nodes that nobody uses, the least recently used first.
  void idle(NodeId id);
  void busy(NodeId id);
  NodeId longest_idle() const { return idle_first_; }
  u32 used() const { return pool_.used(); }
  /// For walks over all of them: indices below `end` whose `system` is not none.
  u32 end() const { return pool_.end(); }

 private:
  static constexpr u32 bucket_count = 1024;
  static u32 bucket_of(SystemId system, u64 number) {
    return static_cast<u32>((number * 0x9e37'79b9'7f4a'7c15 >> 40) + static_cast<u32>(system)) % bucket_count;
  }

  Pool<Node, NodeId, max_nodes> pool_;
  NodeId idle_first_ = NodeId::none, idle_last_ = NodeId::none;
  u32 generation_ = 0, retired_ = 0;
  std::array<NodeId, bucket_count> buckets_;
};

}  // namespace file
