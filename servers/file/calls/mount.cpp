// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

namespace {

constexpr u32 move_mount = 8192, propagation = 0xe'0000;  // MS_MOVE; MS_SHARED and its like

/// A short text of the caller; a null address is an empty one.
template <std::size_t size>
Result<std::string_view> text_at(const Caller& caller, u64 address, char (&buffer)[size]) {
  if (address == 0) return std::string_view{};
  const Result<u32> length = caller.copy_string(address, buffer);
  if (!length) return fail(length.error() == Error::name_too_long ? Error::invalid : length.error());
  return std::string_view(buffer, *length);
}

}  // namespace

Calls::Value Calls::mount(Caller& caller, u64 source, u64 target, u64 type, u64 flags, u64) {
  if (caller.credentials().effective_user != root_user) return fail(Error::not_permitted);
  const u32 wanted = static_cast<u32>(flags);
  char type_buffer[64], source_buffer[256];
  const Result<std::string_view> type_name = text_at(caller, type, type_buffer);
  if (!type_name) return fail(type_name.error());
  const Result<std::string_view> source_name = text_at(caller, source, source_buffer);
  if (!source_name) return fail(source_name.error());
  const Result<Spot> point = find(caller, flags::at_working_directory, target, true);
  if (!point) return fail(point.error());
  const Position position = **point;

  if ((wanted & mount_flags::remount) != 0) {
    if (core_.mounts[position.mount].root != position.node) return fail(Error::invalid);
    core_.mounts.change_flags(position.mount, wanted & mount_flags::kept);
    return 0;
  }
  if ((wanted & move_mount) != 0) return fail(Error::invalid);
  if ((wanted & propagation) != 0) return 0;  // there is one name space of mounts
  if ((wanted & mount_flags::bind) != 0) {
    const Result<Spot> origin = find(caller, flags::at_working_directory, source, true);
    if (!origin) return fail(origin.error());
    if (core_.tree[(*origin)->node].is_directory() != core_.tree[position.node].is_directory())
      return fail(Error::not_directory);
    const Mount& from = core_.mounts[(*origin)->mount];
    const Result<MountId> made =
        core_.mounts.add(from.system, (*origin)->node, position, from.flags, *source_name, from.type);
    return made ? Value(0) : fail(made.error());
  }
  if (!core_.tree[position.node].is_directory()) return fail(Error::not_directory);
  if (const Result<> mounted = systems_.mount(*type_name, *source_name, position, wanted); !mounted)
    return fail(mounted.error());
  return 0;
}

Calls::Value Calls::unmount(Caller& caller, u64 target, u32 flags) {
  constexpr u32 force = 1, detach = 2, expire = 4, no_follow = 8;
  if (caller.credentials().effective_user != root_user) return fail(Error::not_permitted);
  if ((flags & ~(force | detach | expire | no_follow)) != 0) return fail(Error::invalid);
  MountId mount;
  {
    const Result<Spot> root = find(caller, flags::at_working_directory, target, (flags & no_follow) == 0);
    if (!root) return fail(root.error());
    if (core_.mounts[(*root)->mount].root != (*root)->node) return fail(Error::invalid);
    mount = (*root)->mount;
  }
  if (const Result<> written = core_.write_all(); !written && written.error() == Error::pages_busy)
    return fail(caller.wait_steadfast(WaitKey::of(Awaited::written, 0), core_.machine.monotonic() + 10'000'000));
  if (const Result<> unmounted = systems_.unmount(mount); !unmounted) return fail(unmounted.error());
  return 0;
}

}  // namespace file
