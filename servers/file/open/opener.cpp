// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/opener.hpp"

#include "servers/file/calls/directory_change.hpp"
#include "servers/file/open/cut.hpp"
#include "servers/file/open/devices.hpp"

namespace file {

namespace {
constexpr u32 status_flags = ~(flags::create | flags::exclusive | flags::no_control | flags::truncate);

u32 rights_of(u32 flags) {
  switch (flags & flags::access_mode) {
    case flags::read_only:
      return may_read | ((flags & flags::truncate) != 0 ? may_write : 0);
    case flags::write_only:
      return may_write;
    default:
      return may_read | may_write;
  }
}
}  // namespace

Result<Creation> plan_creation(const Core& core, const Caller& caller, Position directory, u32 mode) {
  const Node& parent = core.tree.nodes[directory.node];
  const Credentials& who = caller.credentials();
  if (!permits(who, parent, may_write | may_execute)) return fail(Error::access);
  if ((core.mounts[directory.mount].flags & mount_flags::read_only) != 0) return fail(Error::read_only);
  if (parent.links == 0) return fail(Error::no_entry);
  mode &= ~core.directories[caller.process().directories].mask | mode::type_mask | mode::set_user | mode::set_group |
          mode::sticky;
  Creation creation{.mode = mode, .user = who.file_user, .group = who.file_group, .now = core.machine.realtime()};
  if ((parent.mode & mode::set_group) != 0) {
    creation.group = parent.group;
    if (mode::is(mode, mode::directory)) creation.mode |= mode::set_group;
  }
  return creation;
}

Result<Opener::Found> Opener::find_or_create(const Caller& caller, Walk& walk, u32 flags, u32 mode) {
  for (;;) {
    if (const Result<> parent = walk.to_parent(); !parent) return fail(parent.error());
    Result<Spot> file = walk.last_file();
    if (walk.trailing_slash()) return fail(Error::is_directory);
    if (walk.last() != Last::name) {
      // A link of /proc has led to the file itself.
      if (file && !core_.tree[(*file)->node].is_directory()) return Found{std::move(*file), false};
      return fail(Error::is_directory);
    }
    if (!file && file.error() == Error::no_entry) {
      const Position parent = *walk.parent();
      const Result<Creation> creation = plan_creation(core_, caller, parent, mode::regular | mode);
      if (!creation) return fail(creation.error());
      DirectoryChange change(core_);
      if (const Result<> begun = change.begin(caller, parent.node); !begun) return fail(begun.error());
      const Result<NodeId> made = core_.tree.create(parent.node, walk.name(), *creation);
      if (made) return Found{Spot(core_.mounts, {*made, parent.mount}), true};
      if (made.error() != Error::exists) return fail(made.error());
      file = walk.last_file();  // another call made it meanwhile
    }
    if (!file) return fail(file.error());
    if ((flags & flags::exclusive) != 0) return fail(Error::exists);
    if (!core_.tree[(*file)->node].is_link()) return Found{std::move(*file), false};
    if ((flags & flags::no_follow) != 0) return fail(Error::loop);
    if (const Result<> followed = walk.follow_last(*file); !followed) return fail(followed.error());
  }
}

[[gnu::hot]] Result<> Opener::check(const Caller& caller, const Position& position, u32 flags) const {
  const Node& node = core_.tree[position.node];
  const bool writes = (flags & flags::access_mode) != flags::read_only || (flags & flags::truncate) != 0;
  if (node.is_link()) return fail(Error::loop);
  if (node.is_directory() && writes) return fail(Error::is_directory);
  if ((flags & flags::directory) != 0 && !node.is_directory()) return fail(Error::not_directory);
  const u32 mount = core_.mounts[position.mount].flags;
  const bool device = mode::is(node.mode, mode::character_device) || mode::is(node.mode, mode::block_device);
  if (device && (mount & mount_flags::no_device) != 0) return fail(Error::access);
  if (!permits(caller.credentials(), node, rights_of(flags))) return fail(Error::access);
  if (writes && node.is_regular()) {
    if ((mount & mount_flags::read_only) != 0) return fail(Error::read_only);
    if (node.images != 0) return fail(Error::text_busy);
  }
  if ((flags & flags::no_access_time) != 0 && !caller.credentials().owns(node)) return fail(Error::not_permitted);
  return {};
}

[[gnu::hot]] Result<DescriptionId> Opener::open(const Caller& caller, Walk& walk, u32 flags, u32 mode) {
  if ((flags & flags::create) == 0 || (flags & flags::path) != 0) {
    const bool follow = (flags & flags::no_follow) == 0;
    Result<Spot> file = walk.to_file(follow);
    if (!file && file.error() == Error::described) return open_described(walk.described(), flags);
    if (!file) return fail(file.error());
    return open_found(caller, std::move(*file), flags, false);
  }
  Result<Found> found = find_or_create(caller, walk, flags, mode & mode::permissions);
  if (!found && found.error() == Error::described) return open_described(walk.described(), flags);
  if (!found) return fail(found.error());
  return open_found(caller, std::move(found->file), flags, found->created);
}

[[gnu::hot]] Result<DescriptionId> Opener::open_found(const Caller& caller, Spot file, u32 flags, bool checked) {
  const NodeId id = file->node;
  if ((flags & flags::path) != 0) {
    if ((flags & flags::directory) != 0 && !core_.tree[id].is_directory()) return fail(Error::not_directory);
    return core_.descriptions.make(Kind::path, flags & (flags::path | flags::directory | flags::no_follow),
                                   std::move(file));
  }
  if (!checked) {
    if (const Result<> allowed = check(caller, *file, flags); !allowed) return fail(allowed.error());
    if ((flags & flags::truncate) != 0 && core_.tree[id].is_regular() && core_.tree[id].size != 0) {
      const Result<> cut = core_.contents.truncate(id, 0);
      if (!cut && cut.error() == Error::pages_busy) return fail(caller.wait_steadfast(core_.contents.key_of(id)));
      if (!cut) return fail(cut.error());
      Node& node = core_.tree[id];
      node.modify_time = node.change_time = core_.machine.realtime();
      core_.tree.set_changed(id);
    }
    if ((flags & flags::truncate) != 0 && core_.tree[id].is_regular())
      if (const Result<> taken = await_cut(core_, caller, id); !taken) return fail(taken.error());
  }
  const u32 kept = (flags & flags::known & status_flags) | flags::large_file;
  const Node& node = core_.tree[id];
  switch (node.mode & mode::type_mask) {
    case mode::regular:
      return core_.descriptions.make(core_.tree.system_of(id).synthetic() ? Kind::synthetic : Kind::file, kept,
                                     std::move(file));
    case mode::directory:
      return core_.descriptions.make(Kind::directory, kept, std::move(file));
    case mode::fifo:
      return open_fifo(std::move(file), kept);
    case mode::character_device: {
      char buffer[16];
      std::string_view terminal;
      const Kind kind = device_kind(node.device, buffer, terminal);
      if (kind == Kind::nothing) return fail(Error::no_such_device);
      if (kind == Kind::terminal)
        return open_terminal(caller, terminal, kept | (flags & flags::no_control), std::move(file));
      return core_.descriptions.make(kind, kept, std::move(file));
    }
    default:
      return fail(Error::no_such_device);
  }
}

Result<DescriptionId> Opener::open_terminal(const Caller& caller, std::string_view name, u32 flags, Spot file) {
  const bool no_control = (flags & flags::no_control) != 0;
  flags &= ~flags::no_control;
  if (core_.terminals == nullptr)
    return name == "console" ? core_.descriptions.make(Kind::log_device, flags, std::move(file))
                             : fail(Error::no_such_device);
  // The description comes first: its number names the request for a new pair, which may be asked more than once.
  const Result<DescriptionId> id = core_.descriptions.make(Kind::terminal, flags, std::move(file));
  if (!id) return id;
  core_.descriptions[*id].handle = max_terminals;  // none yet
  const Result<u32> terminal = core_.terminals->open(caller, name, no_control, static_cast<u32>(*id));
  if (!terminal) {
    core_.descriptions.drop(*id);
    return fail(terminal.error());
  }
  core_.descriptions[*id].handle = *terminal;
  terminals_.opened(*terminal, caller.credentials().file_user);
  return id;
}

/// A pipe that a process has open, opened once more by way of /proc.
Result<DescriptionId> Opener::open_described(const LinkTarget& target, u32 flags) {
  const DescriptionId known = described_by(core_, target);
  if (known == DescriptionId::none || core_.descriptions[known].kind != Kind::pipe) return fail(Error::no_such_device);
  if ((flags & flags::directory) != 0) return fail(Error::not_directory);
  const u32 handle = core_.descriptions[known].handle;
  const Result<DescriptionId> id = core_.descriptions.make(Kind::pipe, flags & flags::known & status_flags);
  if (!id) return id;
  Description& description = core_.descriptions[*id];
  description.handle = handle;
  core_.pipes.open(static_cast<PipeId>(handle), description.readable(), description.writable());
  return id;
}

Result<DescriptionId> Opener::open_fifo(Spot file, u32 flags) {
  Node& node = core_.tree[file->node];
  const bool reads = (flags & flags::access_mode) != flags::write_only;
  const bool writes = (flags & flags::access_mode) != flags::read_only;
  if (node.pipe == PipeId::none) {
    if (writes && !reads && (flags & flags::non_block) != 0) return fail(Error::no_such_device);
    const Result<PipeId> made = core_.pipes.make(file->node);
    if (!made) return fail(made.error());
    node.pipe = *made;
  }
  const PipeId pipe = node.pipe;
  if (writes && !reads && (flags & flags::non_block) != 0 && core_.pipes[pipe].readers == 0)
    return fail(Error::no_such_device);
  const Result<DescriptionId> id = core_.descriptions.make(Kind::pipe, flags, std::move(file));
  if (!id) return id;
  core_.descriptions[*id].handle = static_cast<u32>(pipe);
  core_.pipes.open(pipe, reads, writes);
  return id;
}

}  // namespace file
