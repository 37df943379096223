// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/names/node_table.hpp"

namespace file {

Result<NodeId> NodeTable::make(SystemId system, Keeping keeping, u64 number) {
  const Result<NodeId> id = pool_.take();
  if (!id) return id;
  Node& node = pool_[*id];
  node.system = system;
  node.keeping = keeping;
  node.number = number;
  node.generation = ++generation_;
  NodeId& bucket = buckets_[bucket_of(system, number)];
  node.hash_next = bucket;
  bucket = *id;
  if (keeping == Keeping::cached) idle(*id);
  return id;
}

NodeId NodeTable::find(SystemId system, u64 number) const {
  NodeId id = buckets_[bucket_of(system, number)];
  while (id != NodeId::none && (pool_[id].number != number || pool_[id].system != system)) id = pool_[id].hash_next;
  return id;
}

void NodeTable::retire(NodeId id) {
  ++retired_;
  Node& node = pool_[id];
  NodeId* link = &buckets_[bucket_of(node.system, node.number)];
  while (*link != id) link = &pool_[*link].hash_next;
  *link = node.hash_next;
}

void NodeTable::release(NodeId id) {
  pool_.give(id);
  pool_[id].system = SystemId::none;
}

NodeId NodeTable::find_object(u64 object) const {
  const u32 index = static_cast<u32>(object);
  if (index >= pool_.end()) return NodeId::none;
  const NodeId id = static_cast<NodeId>(index);
  const Node& node = pool_[id];
  return node.system != SystemId::none && node.generation == object >> 32 ? id : NodeId::none;
}

void NodeTable::idle(NodeId id) {
  Node& node = pool_[id];
  node.idle = true;
  node.idle_previous = idle_last_;
  node.idle_next = NodeId::none;
  (idle_last_ == NodeId::none ? idle_first_ : pool_[idle_last_].idle_next) = id;
  idle_last_ = id;
}

void NodeTable::busy(NodeId id) {
  Node& node = pool_[id];
  node.idle = false;
  (node.idle_previous == NodeId::none ? idle_first_ : pool_[node.idle_previous].idle_next) = node.idle_next;
  (node.idle_next == NodeId::none ? idle_last_ : pool_[node.idle_next].idle_previous) = node.idle_previous;
  node.idle_previous = node.idle_next = NodeId::none;
}

}  // namespace file
