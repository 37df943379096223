// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

namespace {

constexpr i64 second = 1'000'000'000;
/// Splits nanoseconds since 1970, before which times are negative.
linux_abi::TimeSpec split(i64 time) {
  i64 seconds = time / second, rest = time % second;
  if (rest < 0) {
    rest += second;
    --seconds;
  }
  return {seconds, rest};
}
linux_abi::StatxTime split_wide(i64 time) {
  const linux_abi::TimeSpec at = split(time);
  return {at.seconds, static_cast<u32>(at.nanoseconds), 0};
}

}  // namespace

Result<Spot> Calls::find(const Caller& caller, const Credentials& credentials, i32 directory, u64 path, bool follow,
                         bool empty_allowed, DescriptionId* described) {
  Walk walk(core_, caller.process(), credentials);
  if (const Result<> read = walk.path.read(caller, path); !read) return fail(read.error());
  if (walk.path.empty() && empty_allowed) {
    if (directory == flags::at_working_directory)
      return Spot(core_.mounts, core_.directories[caller.process().directories].working);
    const Result<Opened> file = any_opened(caller, directory);
    if (!file) return fail(file.error());
    // A pipe or a terminal has no place among the files: those calls that can do something with it look themselves.
    if ((*file)->position.node == NodeId::none) return fail(Error::invalid);
    return Spot(core_.mounts, (*file)->position);
  }
  if (const Result<> begun = walk.begin(directory); !begun) return fail(begun.error());
  Result<Spot> file = walk.to_file(follow);
  if (file || file.error() != Error::described) return file;
  if (described == nullptr) return fail(Error::access);
  *described = described_by(core_, walk.described());
  return fail(Error::described);
}

linux_abi::Stat Calls::status_of(const Position& position) const {
  const Node& node = core_.tree.nodes[position.node];
  const linux_abi::TimeSpec access = split(node.access_time), modify = split(node.modify_time),
                            change = split(node.change_time);
  linux_abi::Stat result{};
  result.device = linux_abi::make_device(0, static_cast<u32>(node.system));
  result.inode = node.number;
  result.links = node.links;
  result.mode = node.mode;
  result.user = node.user;
  result.group = node.group;
  result.special_device = node.device;
  result.size = static_cast<i64>(node.size);
  result.block_size = abi::page_size;
  result.blocks = static_cast<i64>(node.blocks);
  result.access_seconds = access.seconds, result.access_nanoseconds = access.nanoseconds;
  result.modify_seconds = modify.seconds, result.modify_nanoseconds = modify.nanoseconds;
  result.change_seconds = change.seconds, result.change_nanoseconds = change.nanoseconds;
  return result;
}

Calls::Value Calls::put_status(const Caller& caller, const Position& position, u64 result) {
  if (const Result<> now = core_.tree.system_of(position.node).refresh(position.node); !now) return fail(now.error());
  if (const Result<> put = caller.put(result, status_of(position)); !put) return fail(put.error());
  return 0;
}

Calls::Value Calls::pipe_status(const Caller& caller, const Description& description, u64 result) {
  linux_abi::Stat status{};
  status.device = linux_abi::make_device(0, max_systems);
  status.links = 1;
  status.block_size = abi::page_size;
  if (description.kind == Kind::pipe) {
    const Pipe& pipe = core_.pipes[static_cast<PipeId>(description.handle)];
    const linux_abi::TimeSpec time = split(static_cast<i64>(pipe.time));
    status.inode = pipe.number;
    status.mode = mode::fifo | 0600;
    status.user = pipe.user;
    status.group = pipe.group;
    status.access_seconds = status.modify_seconds = status.change_seconds = time.seconds;
    status.access_nanoseconds = status.modify_nanoseconds = status.change_nanoseconds = time.nanoseconds;
  } else {
    status.mode = mode::character_device | 0600;
    status.special_device = linux_abi::make_device(5, 1);
  }
  if (const Result<> put = caller.put(result, status); !put) return fail(put.error());
  return 0;
}

[[gnu::hot]] Calls::Value Calls::status(Caller& caller, i32 directory, u64 path, u64 result, u32 flags) {
  if ((flags & ~(flags::at_no_follow | flags::at_no_automount | flags::at_empty_path)) != 0)
    return fail(Error::invalid);
  DescriptionId described = DescriptionId::none;
  const Result<Spot> file = find(caller, caller.credentials(), directory, path, (flags & flags::at_no_follow) == 0,
                                 (flags & flags::at_empty_path) != 0, &described);
  if (!file && file.error() == Error::invalid && (flags & flags::at_empty_path) != 0)
    return status_descriptor(caller, directory, result);
  if (!file && file.error() == Error::described) return pipe_status(caller, core_.descriptions[described], result);
  if (!file) return fail(file.error());
  return put_status(caller, **file, result);
}

Calls::Value Calls::status_descriptor(Caller& caller, i32 descriptor, u64 result) {
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->position.node == NodeId::none) return pipe_status(caller, **file, result);
  return put_status(caller, (*file)->position, result);
}

Calls::Value Calls::extended_status(Caller& caller, i32 directory, u64 path, u32 flags, u32 mask, u64 result) {
  if ((flags & ~(flags::at_no_follow | flags::at_no_automount | flags::at_empty_path | flags::at_sync_mask)) != 0 ||
      (flags & flags::at_sync_mask) == flags::at_sync_mask || (mask & linux_abi::statx_reserved) != 0)
    return fail(Error::invalid);
  DescriptionId described = DescriptionId::none;
  const Result<Spot> file = find(caller, caller.credentials(), directory, path, (flags & flags::at_no_follow) == 0,
                                 (flags & flags::at_empty_path) != 0, &described);
  linux_abi::Statx status{};
  status.mask = linux_abi::statx_basic;
  status.block_size = abi::page_size;
  status.attributes_mask = linux_abi::statx_attribute_mount_root;
  if (!file) {
    // A pipe has few attributes, and no place.
    const bool by_descriptor = file.error() == Error::invalid && (flags & flags::at_empty_path) != 0;
    if (!by_descriptor && file.error() != Error::described) return fail(file.error());
    status.mode = mode::fifo | 0600;
    status.links = 1;
    if (const Result<> put = caller.put(result, status); !put) return fail(put.error());
    return 0;
  }
  const Position position = **file;
  if (const Result<> now = core_.tree.system_of(position.node).refresh(position.node); !now) return fail(now.error());
  const Node& node = core_.tree[position.node];
  status.mask |= linux_abi::statx_mount;
  if (core_.mounts[position.mount].root == position.node) status.attributes |= linux_abi::statx_attribute_mount_root;
  status.links = node.links;
  status.user = node.user;
  status.group = node.group;
  status.mode = node.mode;
  status.inode = node.number;
  status.size = node.size;
  status.blocks = node.blocks;
  status.access = split_wide(node.access_time);
  status.change = split_wide(node.change_time);
  status.modify = split_wide(node.modify_time);
  status.special_major = linux_abi::major_of(node.device);
  status.special_minor = linux_abi::minor_of(node.device);
  status.device_minor = static_cast<u32>(node.system);
  status.mount = static_cast<u64>(position.mount) + 1;
  if (const Result<> put = caller.put(result, status); !put) return fail(put.error());
  return 0;
}

Calls::Value Calls::access(Caller& caller, i32 directory, u64 path, u32 rights, u32 flags) {
  if ((rights & ~7u) != 0) return fail(Error::invalid);
  if ((flags & ~(flags::at_no_follow | flags::at_empty_path | flags::at_effective)) != 0) return fail(Error::invalid);
  const Credentials credentials =
      (flags & flags::at_effective) != 0 ? caller.credentials() : caller.credentials().real();
  DescriptionId described = DescriptionId::none;
  const Result<Spot> file = find(caller, credentials, directory, path, (flags & flags::at_no_follow) == 0,
                                 (flags & flags::at_empty_path) != 0, &described);
  if (!file && file.error() == Error::described && (rights & may_execute) == 0) return 0;  // a pipe: who sees it may
  if (!file) return fail(file.error() == Error::described ? Error::access : file.error());
  const Node& node = core_.tree[(*file)->node];
  const u32 mount = core_.mounts[(*file)->mount].flags;
  if ((rights & may_execute) != 0 && node.is_regular() && (mount & mount_flags::no_execute) != 0)
    return fail(Error::access);
  if (!permits(credentials, node, rights)) return fail(Error::access);
  const bool special = !node.is_regular() && !node.is_directory() && !node.is_link();
  if ((rights & may_write) != 0 && !special && (mount & mount_flags::read_only) != 0) return fail(Error::read_only);
  return 0;
}

Calls::Value Calls::put_file_system(const Caller& caller, const Position& position, u64 result) {
  Result<linux_abi::StatFs> status = core_.tree.system_of(position.node).statistics();
  if (!status) return fail(status.error());
  constexpr i64 valid = 0x20;
  status->flags = valid | (core_.mounts[position.mount].flags & mount_flags::kept);
  if (const Result<> put = caller.put(result, *status); !put) return fail(put.error());
  return 0;
}

Calls::Value Calls::file_system_status(Caller& caller, u64 path, u64 result) {
  const Result<Spot> file = find(caller, flags::at_working_directory, path, true);
  if (!file) return fail(file.error());
  return put_file_system(caller, **file, result);
}

Calls::Value Calls::file_system_status_descriptor(Caller& caller, i32 descriptor, u64 result) {
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->position.node != NodeId::none) return put_file_system(caller, (*file)->position, result);
  linux_abi::StatFs status{};
  status.type = 0x5049'5045;  // PIPEFS_MAGIC
  status.block_size = status.fragment_size = abi::page_size;
  status.name_length = max_name;
  if (const Result<> put = caller.put(result, status); !put) return fail(put.error());
  return 0;
}

}  // namespace file
