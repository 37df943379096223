// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/file_behaviour.hpp"

namespace file {

namespace {
constexpr u32 most_ahead = block_pages;
constexpr u32 bytes_readable = 0x541b;  // FIONREAD
}  // namespace

[[gnu::hot]] Result<> FileBehaviour::read(Description& description, UserBuffer& buffer, u64 offset) {
  // A reader that goes on where it stopped is given more and more in advance.
  if (offset == description.next_read)
    description.window = std::min(most_ahead, description.window * 2 + 1);
  else
    description.window = 0;
  const u64 before = buffer.done();
  const Result<> result = core_.contents.read(description.position.node, offset, buffer, description.window);
  description.next_read = offset + (buffer.done() - before);

  Node& node = core_.tree[description.position.node];
  // relatime: only the first reading after a change is worth telling.
  if (node.access_time <= std::max(node.modify_time, node.change_time) &&
      (description.flags & flags::no_access_time) == 0 &&
      (core_.mounts[description.position.mount].flags & (mount_flags::no_access_time | mount_flags::read_only)) == 0) {
    node.access_time = core_.machine.realtime();
    core_.tree.set_changed(description.position.node);
  }
  return result;
}

[[gnu::hot]] Result<> FileBehaviour::write(Description& description, UserBuffer& buffer, u64 offset) {
  const u64 limit = std::min(buffer.caller().process().size_limit, u64{1} << 43);
  if (offset >= limit) return fail(Error::file_too_large);
  buffer.limit(buffer.done() + (limit - offset));
  const u64 before = buffer.done();
  const Result<> result = core_.contents.write(description.position.node, offset, buffer);
  if (buffer.done() != before) {
    Node& node = core_.tree[description.position.node];
    node.modify_time = node.change_time = core_.machine.realtime();
    core_.tree.set_changed(description.position.node);
    if ((node.mode & (mode::set_user | mode::set_group)) != 0 && !buffer.caller().credentials().is_root()) {
      node.mode &= static_cast<u16>(~mode::set_user);
      if ((node.mode & mode::group_execute) != 0) node.mode &= static_cast<u16>(~mode::set_group);
    }
  }
  return result;
}

Result<i64> FileBehaviour::control(Description& description, const Caller& caller, u32 command, u64 argument) {
  if (command != bytes_readable) return fail(Error::not_terminal);
  const u64 size = core_.tree[description.position.node].size;
  const i32 left =
      size > description.offset ? static_cast<i32>(std::min<u64>(size - description.offset, 0x7fff'ffff)) : 0;
  if (const Result<> put = caller.put(argument, left); !put) return fail(put.error());
  return 0;
}

}  // namespace file
