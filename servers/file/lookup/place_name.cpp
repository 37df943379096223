// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/lookup/place_name.hpp"

namespace file {

Result<std::string_view> name_of_place(const Core& core, Position position, Position root, std::span<char> buffer) {
  std::size_t begin = buffer.size();
  const auto prepend = [&](std::string_view text) {
    if (text.size() > begin) return false;
    begin -= text.size();
    text.copy(buffer.data() + begin, text.size());
    return true;
  };
  char name_buffer[max_name];
  while (position != root) {
    const Mount& mount = core.mounts[position.mount];
    if (position.node == mount.root) {
      if (mount.point.node == NodeId::none) {
        if (begin == buffer.size() && !prepend("/")) return fail(Error::out_of_range);
        if (!prepend("(unreachable)")) return fail(Error::out_of_range);
        break;
      }
      position = mount.point;
      continue;
    }
    const EntryId entry = core.tree.nodes[position.node].names;
    if (entry == EntryId::none) return fail(Error::no_entry);
    if (!prepend(core.tree.names.name_of(entry, name_buffer)) || !prepend("/")) return fail(Error::out_of_range);
    position.node = core.tree.names[entry].parent;
  }
  if (begin == buffer.size() && !prepend("/")) return fail(Error::out_of_range);
  return std::string_view(buffer.data() + begin, buffer.size() - begin);
}

}  // namespace file
