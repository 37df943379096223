// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/core.hpp"

namespace file {

Result<> Core::write_node(NodeId id) {
  if (const Result<> written = contents.write_back(id); !written) return written;
  Node& node = tree[id];
  if (!node.changed) return {};
  const Use pin(tree, id);
  node.changed = false;
  const Result<> stored = tree.system_of(id).store_attributes(
      id, static_cast<Attributes>(static_cast<u8>(Attribute::access_time) | static_cast<u8>(Attribute::modify_time)));
  if (!stored) tree.set_changed(id);
  return stored;
}

Result<> Core::write_all() { return write_all(&FileSystem::flush_all); }
Result<> Core::put_all_away() { return write_all(&FileSystem::put_away); }

Result<> Core::write_all(Result<> (FileSystem::*finish)()) {
  Result<> result;
  tree.bury();
  tree.clear_changed();
  for (u32 i = 0; i < tree.nodes.end(); ++i) {
    const NodeId id = static_cast<NodeId>(i);
    const Node& node = tree[id];
    if (node.system == SystemId::none || (node.dirty_pages == 0 && !node.changed)) continue;
    if (const Result<> written = write_node(id); !written && result) result = written;
  }
  for (u32 i = 1; i < max_systems; ++i) {
    FileSystem* system = tree.find_system(static_cast<SystemId>(i));
    if (system == nullptr) continue;
    if (const Result<> flushed = (system->*finish)(); !flushed && result) result = flushed;
  }
  return result;
}

}  // namespace file
