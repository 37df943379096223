// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/systems.hpp"

namespace file {

Result<Mountable::Root> MemoryMounts::open(Core& core, std::string_view, u32&) {
  for (u32 i = 0; i < max_systems_in_memory; ++i) {
    if (systems_[i]) continue;
    RamFs& made = systems_[i].emplace(core.tree, pages_);
    const Result<SystemId> id = core.tree.add_system(made);
    Result<NodeId> root = fail(Error::no_memory);
    if (id) root = made.start(*id, 01777, core.machine.realtime());
    if (!root) {
      if (id) core.tree.remove_system(*id);
      systems_[i].reset();
      return fail(Error::no_memory);
    }
    ids_[i] = *id;
    return Root{*id, *root};
  }
  return fail(Error::table_full);
}

void MemoryMounts::close(Core& core, SystemId system) {
  for (u32 i = 0; i < max_systems_in_memory; ++i) {
    if (!systems_[i] || ids_[i] != system) continue;
    systems_[i]->remove_all();
    core.tree.remove_system(system);
    systems_[i].reset();
  }
}

Mountable* Systems::find(std::string_view type) const {
  if (type == "ramfs") type = "tmpfs";
  for (u32 i = 0; i < count_; ++i)
    if (kinds_[i]->type() == type) return kinds_[i];
  return nullptr;
}

Result<> Systems::mount(std::string_view type, std::string_view source, Position point, u32 flags) {
  Mountable* kind = find(type);
  if (kind == nullptr) return fail(Error::no_device);
  const Result<Mountable::Root> root = kind->open(core_, source, flags);
  if (!root) return fail(root.error());
  // The same over itself is nothing new.
  const bool same = point.node == root->node && core_.mounts[point.mount].system == root->system;
  if (same) return fail(Error::busy);
  const Result<MountId> made =
      core_.mounts.add(root->system, root->node, point, flags & mount_flags::kept, source, type);
  if (made) return {};
  if (!core_.mounts.system_mounted(root->system)) kind->close(core_, root->system);
  return fail(made.error());
}

Result<> Systems::unmount(MountId id) {
  char type[sizeof core_.mounts[id].type];
  std::memcpy(type, core_.mounts[id].type, sizeof type);
  const Result<SystemId> system = core_.mounts.remove(id);
  if (!system) return fail(system.error());
  if (!core_.mounts.system_mounted(*system))
    if (Mountable* kind = find(type)) kind->close(core_, *system);
  return {};
}

Result<> Systems::mount_at(std::string_view name, std::string_view type) {
  const Position root = core_.mounts.enter({core_.mounts[MountId{0}].root, MountId{0}});
  Result<NodeId> node = core_.tree.lookup(root.node, name);
  if (!node && node.error() == Error::no_entry)
    node = core_.tree.create(root.node, name,
                             {.mode = mode::directory | 0755, .user = 0, .group = 0, .now = core_.machine.realtime()});
  if (!node) return fail(node.error());
  if (!core_.tree[*node].is_directory()) return fail(Error::not_directory);
  return mount(type, type, {*node, root.mount}, 0);
}

}  // namespace file
