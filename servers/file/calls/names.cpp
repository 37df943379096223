// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"
#include "servers/file/calls/directory_change.hpp"

namespace file {

namespace {

/// What stands in the way of taking a name out of a directory.
Result<> may_remove(const Core& core, const Caller& caller, Position directory, NodeId node) {
  const Node& parent = core.tree.nodes[directory.node];
  if (!permits(caller.credentials(), parent, may_write | may_execute)) return fail(Error::access);
  if (!sticky_permits(caller.credentials(), parent, core.tree.nodes[node])) return fail(Error::not_permitted);
  return {};
}

}  // namespace

Result<> Calls::writable_mount(const Position& position) const {
  if ((core_.mounts[position.mount].flags & mount_flags::read_only) != 0) return fail(Error::read_only);
  return {};
}

namespace {

/// Goes to the directory in which a new name is to be made, which nobody else changes from then on, and sees that there
/// is none yet. Only a directory may be named with a slash behind.
Result<> to_new_name(DirectoryChange& change, const Caller& caller, Walk& walk, i32 directory, u64 path,
                     bool makes_directory) {
  if (const Result<> read = walk.path.read(caller, path); !read) return read;
  if (const Result<> begun = walk.begin(directory); !begun) return begun;
  if (const Result<> parent = walk.to_parent(); !parent) return parent;
  if (walk.last() != Last::name) return fail(Error::exists);
  if (const Result<> begun = change.begin(caller, walk.parent()->node); !begun) return begun;
  const Result<Spot> there = walk.last_file();
  if (there) return fail(Error::exists);
  if (there.error() != Error::no_entry) return fail(there.error());
  if (walk.trailing_slash() && !makes_directory) return fail(Error::no_entry);
  return {};
}

}  // namespace

Calls::Value Calls::make_directory(Caller& caller, i32 directory, u64 path, u32 mode) {
  Walk walk(core_, caller.process());
  DirectoryChange change(core_);
  if (const Result<> found = to_new_name(change, caller, walk, directory, path, true); !found)
    return fail(found.error());
  const Position parent = *walk.parent();
  const Result<Creation> creation =
      plan_creation(core_, caller, parent, mode::directory | (mode & (0777 | mode::sticky)));
  if (!creation) return fail(creation.error());
  const Result<NodeId> made = core_.tree.create(parent.node, walk.name(), *creation);
  if (!made) return fail(made.error());
  return 0;
}

Calls::Value Calls::make_node(Caller& caller, i32 directory, u64 path, u32 mode, u64 device) {
  if ((mode & mode::type_mask) == 0) mode |= mode::regular;
  Walk walk(core_, caller.process());
  switch (mode & mode::type_mask) {
    case mode::regular:
    case mode::fifo:
    case mode::socket:
      device = 0;
      break;
    case mode::character_device:
    case mode::block_device:
      break;
    case mode::directory:
      return fail(Error::not_permitted);
    default:
      return fail(Error::invalid);
  }
  DirectoryChange change(core_);
  if (const Result<> found = to_new_name(change, caller, walk, directory, path, false); !found)
    return fail(found.error());
  const Position parent = *walk.parent();
  Result<Creation> creation = plan_creation(core_, caller, parent, mode);
  if (!creation) return fail(creation.error());
  const bool special = mode::is(mode, mode::character_device) || mode::is(mode, mode::block_device);
  if (special && caller.credentials().effective_user != root_user) return fail(Error::not_permitted);
  creation->device = device;
  const Result<NodeId> made = core_.tree.create(parent.node, walk.name(), *creation);
  if (!made) return fail(made.error());
  return 0;
}

Calls::Value Calls::make_symbolic_link(Caller& caller, u64 target, i32 directory, u64 path) {
  char text[max_path];
  const Result<u32> length = caller.copy_string(target, text);
  if (!length) return fail(length.error());
  if (*length == 0) return fail(Error::no_entry);
  Walk walk(core_, caller.process());
  DirectoryChange change(core_);
  if (const Result<> found = to_new_name(change, caller, walk, directory, path, false); !found)
    return fail(found.error());
  const Position parent = *walk.parent();
  Result<Creation> creation = plan_creation(core_, caller, parent, mode::link);
  if (!creation) return fail(creation.error());
  creation->mode = mode::link | 0777;
  creation->target = {text, *length};
  const Result<NodeId> made = core_.tree.create(parent.node, walk.name(), *creation);
  if (!made) return fail(made.error());
  return 0;
}

Calls::Value Calls::remove(Caller& caller, i32 directory, u64 path, u32 flags) {
  if ((flags & ~flags::at_remove_directory) != 0) return fail(Error::invalid);
  const bool removes_directory = (flags & flags::at_remove_directory) != 0;
  Walk walk(core_, caller.process());
  if (const Result<> read = walk.path.read(caller, path); !read) return fail(read.error());
  if (const Result<> begun = walk.begin(directory); !begun) return fail(begun.error());
  if (const Result<> parent = walk.to_parent(); !parent) return fail(parent.error());
  switch (walk.last()) {
    case Last::name:
      break;
    case Last::dot:
      return fail(removes_directory ? Error::invalid : Error::is_directory);
    case Last::dot_dot:
      return fail(removes_directory ? Error::not_empty : Error::is_directory);
    default:
      return fail(removes_directory ? Error::busy : Error::is_directory);
  }
  if (const Result<> writable = writable_mount(*walk.parent()); !writable) return fail(writable.error());
  const Position parent = *walk.parent();
  DirectoryChange change(core_);
  if (const Result<> begun = change.begin(caller, parent.node); !begun) return fail(begun.error());
  const Result<NodeId> found = core_.tree.lookup(parent.node, walk.name());
  if (!found) return fail(found.error());
  const Use node(core_.tree, *found);
  if (!removes_directory && walk.trailing_slash())
    return fail(node->is_directory() ? Error::is_directory : Error::not_directory);
  if (const Result<> allowed = may_remove(core_, caller, parent, *found); !allowed) return fail(allowed.error());
  if (node->is_directory() != removes_directory)
    return fail(removes_directory ? Error::not_directory : Error::is_directory);
  if (node->mounts != 0) return fail(Error::busy);
  // Nor does anything get a name in a directory that goes.
  if (removes_directory)
    if (const Result<> begun = change.begin(caller, *found); !begun) return fail(begun.error());
  if (const Result<> removed = core_.tree.remove(parent.node, walk.name(), *found, core_.machine.realtime()); !removed)
    return fail(removed.error());
  return 0;
}

Calls::Value Calls::link(Caller& caller, i32 from_directory, u64 from, i32 to_directory, u64 to, u32 flags) {
  if ((flags & ~(flags::at_follow | flags::at_empty_path)) != 0) return fail(Error::invalid);
  if ((flags & flags::at_empty_path) != 0 && !caller.credentials().is_root()) return fail(Error::no_entry);
  const Result<Spot> file =
      find(caller, from_directory, from, (flags & flags::at_follow) != 0, (flags & flags::at_empty_path) != 0);
  if (!file) return fail(file.error());
  Walk walk(core_, caller.process());
  DirectoryChange change(core_);
  if (const Result<> found = to_new_name(change, caller, walk, to_directory, to, false); !found)
    return fail(found.error());
  const Position parent = *walk.parent();
  if (parent.mount != (*file)->mount) return fail(Error::cross_device);
  // Who may not make a file there may not link one; the mask has no part in it.
  if (const Result<Creation> plan = plan_creation(core_, caller, parent, mode::regular); !plan)
    return fail(plan.error());
  const Node& node = core_.tree[(*file)->node];
  if (node.is_directory()) return fail(Error::not_permitted);
  if (node.links == 0) return fail(Error::no_entry);
  const Result<> linked = core_.tree.link(parent.node, walk.name(), (*file)->node, core_.machine.realtime());
  if (!linked) return fail(linked.error());
  return 0;
}

Calls::Value Calls::rename(Caller& caller, i32 from_directory, u64 from, i32 to_directory, u64 to, u32 flags) {
  constexpr u32 known = flags::rename_no_replace | flags::rename_exchange | flags::rename_whiteout;
  const bool exchange = (flags & flags::rename_exchange) != 0;
  if ((flags & ~known) != 0 || (flags & flags::rename_whiteout) != 0) return fail(Error::invalid);
  if (exchange && (flags & flags::rename_no_replace) != 0) return fail(Error::invalid);

  Walk source(core_, caller.process()), target(core_, caller.process());
  if (const Result<> read = source.path.read(caller, from); !read) return fail(read.error());
  if (const Result<> read = target.path.read(caller, to); !read) return fail(read.error());
  if (const Result<> begun = source.begin(from_directory); !begun) return fail(begun.error());
  if (const Result<> parent = source.to_parent(); !parent) return fail(parent.error());
  if (const Result<> begun = target.begin(to_directory); !begun) return fail(begun.error());
  if (const Result<> parent = target.to_parent(); !parent) return fail(parent.error());
  const Position old_parent = *source.parent(), new_parent = *target.parent();
  if (old_parent.mount != new_parent.mount) return fail(Error::cross_device);
  if (source.last() != Last::name) return fail(Error::busy);
  if (target.last() != Last::name) return fail((flags & flags::rename_no_replace) != 0 ? Error::exists : Error::busy);
  if (const Result<> writable = writable_mount(old_parent); !writable) return fail(writable.error());

  DirectoryChange change(core_);
  for (const NodeId each : {old_parent.node, new_parent.node})
    if (const Result<> begun = change.begin(caller, each); !begun) return fail(begun.error());
  const Result<NodeId> old_node = core_.tree.lookup(old_parent.node, source.name());
  if (!old_node) return fail(old_node.error());
  const Use moved(core_.tree, *old_node);
  const Result<NodeId> new_node = core_.tree.lookup(new_parent.node, target.name());
  if (!new_node && new_node.error() != Error::no_entry) return fail(new_node.error());
  const Use replaced = new_node ? Use(core_.tree, *new_node) : Use();
  if (new_node && (flags & flags::rename_no_replace) != 0) return fail(Error::exists);
  if (!new_node && exchange) return fail(Error::no_entry);
  if (exchange && !replaced->is_directory() && target.trailing_slash()) return fail(Error::not_directory);
  if (!moved->is_directory() && (source.trailing_slash() || (target.trailing_slash() && !exchange)))
    return fail(Error::not_directory);
  // A directory cannot be put below itself, nor be put in the place of one that holds it.
  if (core_.tree.is_below(new_parent.node, *old_node)) return fail(Error::invalid);
  if (new_node && core_.tree.is_below(old_parent.node, *new_node))
    return fail(exchange ? Error::invalid : Error::not_empty);
  if (new_node && *old_node == *new_node) return 0;  // two names of one file: nothing is done (POSIX)

  if (const Result<> allowed = may_remove(core_, caller, old_parent, *old_node); !allowed) return fail(allowed.error());
  if (new_node) {
    if (const Result<> allowed = may_remove(core_, caller, new_parent, *new_node); !allowed)
      return fail(allowed.error());
    if (!exchange && moved->is_directory() && !replaced->is_directory()) return fail(Error::not_directory);
    if (!exchange && !moved->is_directory() && replaced->is_directory()) return fail(Error::is_directory);
    if (replaced->mounts != 0) return fail(Error::busy);
  } else if (const Result<Creation> plan = plan_creation(core_, caller, new_parent, mode::regular); !plan) {
    return fail(plan.error());
  }
  if (moved->mounts != 0) return fail(Error::busy);
  // The `..` of a directory that moves is changed.
  if (old_parent.node != new_parent.node) {
    if (moved->is_directory() && !permits(caller.credentials(), *moved, may_write)) return fail(Error::access);
    if (exchange && replaced->is_directory() && !permits(caller.credentials(), *replaced, may_write))
      return fail(Error::access);
  }
  if (new_node && !exchange && replaced->is_directory())
    if (const Result<> begun = change.begin(caller, *new_node); !begun) return fail(begun.error());
  const Result<> renamed = core_.tree.rename({.from = old_parent.node,
                                              .to = new_parent.node,
                                              .from_name = source.name(),
                                              .to_name = target.name(),
                                              .node = *old_node,
                                              .replaced = new_node ? *new_node : NodeId::none,
                                              .exchange = exchange,
                                              .now = core_.machine.realtime()});
  if (!renamed) return fail(renamed.error());
  return 0;
}

}  // namespace file
