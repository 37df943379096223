// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/tree/tree.hpp"

namespace file {

Result<SystemId> Tree::add_system(FileSystem& system) {
  for (u32 i = 1; i < max_systems; ++i)
    if (systems_[i] == nullptr) {
      systems_[i] = &system;
      return static_cast<SystemId>(i);
    }
  return fail(Error::table_full);
}

void Tree::hold(NodeId id) {
  Node& node = nodes[id];
  if (node.references++ == 0 && node.idle) nodes.busy(id);
}

[[gnu::hot]] void Tree::drop(NodeId id) {
  Node& node = nodes[id];
  if (--node.references != 0) return;
  if (node.links == 0 || node.keeping == Keeping::passing) return forget_node(id);
  if (node.keeping == Keeping::cached) nodes.idle(id);
}

void Tree::forget_node(NodeId id) {
  // The names go first: each is a use of its directory, which may thereby end.
  while (nodes[id].names != EntryId::none) remove_entry(nodes[id].names);
  if (nodes[id].detached) drop(nodes[id].parent);
  names.remove_absent(id);
  const bool gone = system_of(id).forget(id);
  cache.drop_from(id, 0);
  if (gone) return nodes.remove(id);
  nodes.retire(id);
  nodes[id].changed = false;  // nobody is to be told of it any more
  nodes[id].doomed_next = doomed_;
  doomed_ = id;
}

void Tree::remove_entry(EntryId id) {
  const Entry& entry = names[id];
  const NodeId parent = entry.parent;
  const bool counted = entry.child != NodeId::none;
  names.remove(id);
  if (counted) drop(parent);
}

Result<> Tree::learn(NodeId directory, std::string_view name, NodeId child) {
  const Result<EntryId> entry = names.add(directory, name, child);
  if (!entry) return fail(entry.error());
  if (child != NodeId::none) hold(directory);
  return {};
}

void Tree::detach(NodeId id, NodeId parent) {
  Node& node = nodes[id];
  if (!node.is_directory() || node.links != 0) return;
  node.parent = parent;
  node.detached = true;
  hold(parent);
}

void Tree::unlearn(NodeId directory, std::string_view name) {
  if (const EntryId known = names.find(directory, name); known != EntryId::none) remove_entry(known);
}

[[gnu::hot]] Result<NodeId> Tree::lookup(NodeId directory, std::string_view name) {
  if (name.size() > max_name) return fail(Error::name_too_long);
  const EntryId known = names.find(directory, name);
  if (known != EntryId::none) {
    const NodeId child = names[known].child;
    if (child == NodeId::none) return fail(Error::no_entry);
    return child;
  }
  const Keeping keeping = nodes[directory].keeping;
  if (keeping == Keeping::resident) return fail(Error::no_entry);
  // While the file system looks, others may change the directory: what it says is then asked for again.
  const Use pin(*this, directory);
  for (;;) {
    const u32 version = nodes[directory].version;
    const Result<NodeId> found = system_of(directory).lookup(directory, name);
    if (!found && found.error() != Error::no_entry) return found;
    if (nodes[directory].version != version) continue;
    if (names.find(directory, name) != EntryId::none) return found;
    // A file's name is asked for again where there is no room for it; a directory must know where it is.
    const bool directory_found = found && nodes[*found].is_directory();
    if (keeping == Keeping::cached || directory_found) {
      const Result<> known_now = learn(directory, name, found ? *found : NodeId::none);
      if (!known_now && directory_found) return fail(known_now.error());
    }
    return found;
  }
}

Result<NodeId> Tree::create(NodeId directory, std::string_view name, const Creation& creation) {
  if (name.size() > max_name) return fail(Error::name_too_long);
  if (const Result<> room = names.reserve(name); !room) return fail(room.error());
  const Use pin(*this, directory);
  ++nodes[directory].version;
  const Result<NodeId> made = system_of(directory).create(directory, name, creation);
  ++nodes[directory].version;
  if (!made) return made;
  unlearn(directory, name);
  const Use file(*this, *made);
  if (const Result<> known = learn(directory, name, *made); !known && nodes[*made].keeping == Keeping::resident) {
    static_cast<void>(system_of(directory).remove(directory, name, *made, creation.now));
    return fail(known.error());
  }
  return made;
}

Result<> Tree::link(NodeId directory, std::string_view name, NodeId node, i64 now) {
  if (name.size() > max_name) return fail(Error::name_too_long);
  if (const Result<> room = names.reserve(name); !room) return room;
  const Use pin(*this, directory), file(*this, node);
  ++nodes[directory].version;
  const Result<> made = system_of(directory).link(directory, name, node, now);
  ++nodes[directory].version;
  if (!made) return made;
  unlearn(directory, name);
  static_cast<void>(learn(directory, name, node));
  return made;
}

Result<> Tree::remove(NodeId directory, std::string_view name, NodeId node, i64 now) {
  const Use pin(*this, directory), file(*this, node);
  ++nodes[directory].version;
  const Result<> removed = system_of(directory).remove(directory, name, node, now);
  ++nodes[directory].version;
  if (!removed) return removed;
  unlearn(directory, name);
  detach(node, directory);
  if (nodes[directory].keeping == Keeping::cached) static_cast<void>(learn(directory, name, NodeId::none));
  return removed;
}

Result<> Tree::rename(const Renaming& renaming) {
  if (const Result<> room = names.reserve(renaming.to_name); !room) return room;
  const Use from(*this, renaming.from), to(*this, renaming.to), node(*this, renaming.node);
  const Use replaced = renaming.replaced == NodeId::none ? Use() : Use(*this, renaming.replaced);
  ++nodes[renaming.from].version;
  ++nodes[renaming.to].version;
  const Result<> done = system_of(renaming.from).rename(renaming);
  ++nodes[renaming.from].version;
  ++nodes[renaming.to].version;
  if (!done) return done;
  unlearn(renaming.to, renaming.to_name);
  unlearn(renaming.from, renaming.from_name);
  static_cast<void>(learn(renaming.to, renaming.to_name, renaming.node));
  if (renaming.exchange) {
    static_cast<void>(learn(renaming.from, renaming.from_name, renaming.replaced));
  } else {
    if (renaming.replaced != NodeId::none) detach(renaming.replaced, renaming.to);
    if (nodes[renaming.from].keeping == Keeping::cached)
      static_cast<void>(learn(renaming.from, renaming.from_name, NodeId::none));
  }
  return done;
}

bool Tree::bury() {
  if (doomed_ == NodeId::none) return false;
  // Each is taken off the list before its file system is asked, which may take a while.
  while (doomed_ != NodeId::none) {
    const NodeId id = doomed_;
    doomed_ = nodes[id].doomed_next;
    system_of(id).bury(id);
    nodes.release(id);
  }
  return true;
}

bool Tree::is_below(NodeId node, NodeId ancestor) const {
  for (; node != NodeId::none; node = nodes[node].parent)
    if (node == ancestor) return true;
  return false;
}

bool Tree::forget_idle(u32 count) {
  bool any = false;
  NodeId id = nodes.longest_idle();
  while (id != NodeId::none && count > 0) {
    const NodeId next = nodes[id].idle_next;
    const Node& node = nodes[id];
    if (node.dirty_pages == 0 && !node.changed && !cache.pinned_from(id, 0)) {
      nodes.busy(id);
      // Its directory may become idle by that, and then stands at the end of the list.
      forget_node(id);
      any = true;
      --count;
    }
    id = next;
  }
  return any;
}

}  // namespace file
