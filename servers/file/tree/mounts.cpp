// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/tree/mounts.hpp"

namespace file {

namespace {
template <std::size_t size>
void set_text(char (&to)[size], std::string_view text) {
  const std::size_t count = text.copy(to, size - 1);
  to[count] = '\0';
}
}  // namespace

Result<MountId> Mounts::add(SystemId system, NodeId root, Position point, u32 flags, std::string_view source,
                            std::string_view type) {
  for (u32 i = 0; i < max_mounts; ++i) {
    Mount& mount = mounts_[i];
    if (mount.live) continue;
    mount = {.live = true, .system = system, .root = root, .point = point, .flags = flags};
    set_text(mount.source, source);
    set_text(mount.type, type);
    tree_.hold(root);
    if (point.node != NodeId::none) {
      hold(point);
      ++tree_[point.node].mounts;
    }
    return static_cast<MountId>(i);
  }
  return fail(Error::table_full);
}

Result<SystemId> Mounts::remove(MountId id) {
  Mount& mount = at(id);
  if (mount.users != 0 || mount.point.node == NodeId::none) return fail(Error::busy);
  const SystemId system = mount.system;
  --tree_[mount.point.node].mounts;
  drop(mount.point);
  tree_.drop(mount.root);
  mount.live = false;
  return system;
}

bool Mounts::system_mounted(SystemId system) const {
  for (const Mount& mount : mounts_)
    if (mount.live && mount.system == system) return true;
  return false;
}

[[gnu::hot]] Position Mounts::enter(Position position) const {
  while (tree_.nodes[position.node].mounts != 0) {
    u32 i = 0;
    // The last one added over a directory is what is seen; it covers the root of the one before.
    while (i < max_mounts && !(mounts_[i].live && mounts_[i].point == position)) ++i;
    if (i == max_mounts) break;  // covered where another mount shows it
    position = {mounts_[i].root, static_cast<MountId>(i)};
  }
  return position;
}

Position Mounts::above(Position position, Position root) const {
  while (position != root) {
    const Mount& mount = (*this)[position.mount];
    if (position.node != mount.root) return enter({tree_.nodes[position.node].parent, position.mount});
    if (mount.point.node == NodeId::none) break;
    position = mount.point;
  }
  return position;
}

[[gnu::hot]] void Mounts::hold(Position position) {
  tree_.hold(position.node);
  ++at(position.mount).users;
}

[[gnu::hot]] void Mounts::drop(Position position) {
  --at(position.mount).users;
  tree_.drop(position.node);
}

}  // namespace file
