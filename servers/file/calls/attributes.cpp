// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"
#include "servers/file/open/cut.hpp"

namespace file {

namespace {
constexpr Attributes operator|(Attribute left, Attribute right) {
  return static_cast<Attributes>(static_cast<u8>(left) | static_cast<u8>(right));
}
constexpr i64 second = 1'000'000'000;
}  // namespace

Result<> Calls::change(const Position& position, Attributes which) {
  Node& node = core_.tree[position.node];
  node.change_time = core_.machine.realtime();
  return core_.tree.system_of(position.node)
      .store_attributes(position.node, static_cast<Attributes>(which | static_cast<u8>(Attribute::change_time)));
}

Calls::Value Calls::change_mode_of(Caller& caller, const Position& position, u32 mode) {
  if (const Result<> writable = writable_mount(position); !writable) return fail(writable.error());
  Node& node = core_.tree[position.node];
  if (!caller.credentials().owns(node)) return fail(Error::not_permitted);
  if (node.is_link()) return fail(Error::not_supported);
  if (!caller.credentials().is_root() && !caller.credentials().in_group(node.group)) mode &= ~mode::set_group;
  node.mode = static_cast<u16>((node.mode & mode::type_mask) | (mode & mode::permissions));
  if (const Result<> stored = change(position, static_cast<Attributes>(Attribute::mode)); !stored)
    return fail(stored.error());
  return 0;
}

Calls::Value Calls::change_mode(Caller& caller, i32 directory, u64 path, u32 mode, u32 flags) {
  if ((flags & ~(flags::at_no_follow | flags::at_empty_path)) != 0) return fail(Error::invalid);
  const Result<Spot> file =
      find(caller, directory, path, (flags & flags::at_no_follow) == 0, (flags & flags::at_empty_path) != 0);
  if (!file) return fail(file.error());
  return change_mode_of(caller, **file, mode);
}

Calls::Value Calls::change_mode_descriptor(Caller& caller, i32 descriptor, u32 mode) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->position.node == NodeId::none) return 0;
  return change_mode_of(caller, (*file)->position, mode);
}

Calls::Value Calls::change_owner_of(Caller& caller, const Position& position, u32 user, u32 group) {
  constexpr u32 keep = 0xffff'ffff;
  if (const Result<> writable = writable_mount(position); !writable) return fail(writable.error());
  Node& node = core_.tree[position.node];
  const Credentials& who = caller.credentials();
  if (user != keep && !who.is_root() && !(who.file_user == node.user && user == node.user))
    return fail(Error::not_permitted);
  if (group != keep && !who.is_root() && !(who.file_user == node.user && (group == node.group || who.in_group(group))))
    return fail(Error::not_permitted);
  if (user != keep) node.user = user;
  if (group != keep) node.group = group;
  if (!node.is_directory()) {
    node.mode &= static_cast<u16>(~mode::set_user);
    if ((node.mode & mode::group_execute) != 0) node.mode &= static_cast<u16>(~mode::set_group);
  }
  if (const Result<> stored = change(position, Attribute::owner | Attribute::mode); !stored)
    return fail(stored.error());
  return 0;
}

Calls::Value Calls::change_owner(Caller& caller, i32 directory, u64 path, u32 user, u32 group, u32 flags) {
  if ((flags & ~(flags::at_no_follow | flags::at_empty_path)) != 0) return fail(Error::invalid);
  const Result<Spot> file =
      find(caller, directory, path, (flags & flags::at_no_follow) == 0, (flags & flags::at_empty_path) != 0);
  if (!file) return fail(file.error());
  return change_owner_of(caller, **file, user, group);
}

Calls::Value Calls::change_owner_descriptor(Caller& caller, i32 descriptor, u32 user, u32 group) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->position.node == NodeId::none) return 0;
  return change_owner_of(caller, (*file)->position, user, group);
}

Calls::Value Calls::set_times_of(Caller& caller, const Position& position, const Times& times) {
  using linux_abi::time_now, linux_abi::time_omit;
  if (const Result<> writable = writable_mount(position); !writable) return fail(writable.error());
  Node& node = core_.tree[position.node];
  const bool now_only = times.access.nanoseconds == time_now && times.modify.nanoseconds == time_now;
  if (times.access.nanoseconds == time_omit && times.modify.nanoseconds == time_omit) return 0;
  if (!caller.credentials().owns(node)) {
    if (!now_only) return fail(Error::not_permitted);
    if (!permits(caller.credentials(), node, may_write)) return fail(Error::access);
  }
  const i64 now = core_.machine.realtime();
  const auto set = [&](i64& to, const linux_abi::TimeSpec& time) {
    if (time.nanoseconds == time_omit) return;
    to = time.nanoseconds == time_now ? now : time.seconds * second + time.nanoseconds;
  };
  set(node.access_time, times.access);
  set(node.modify_time, times.modify);
  if (const Result<> stored = change(position, Attribute::access_time | Attribute::modify_time); !stored)
    return fail(stored.error());
  return 0;
}

namespace {
bool valid(const linux_abi::TimeSpec& time) {
  return time.nanoseconds == linux_abi::time_now || time.nanoseconds == linux_abi::time_omit ||
         (time.nanoseconds >= 0 && time.nanoseconds < second);
}
constexpr linux_abi::TimeSpec now_time{0, linux_abi::time_now};
}  // namespace

Calls::Value Calls::set_times(Caller& caller, i32 directory, u64 path, u64 times, u32 flags) {
  if ((flags & ~(flags::at_no_follow | flags::at_empty_path)) != 0) return fail(Error::invalid);
  Times wanted{now_time, now_time};
  if (times != 0) {
    const Result<Times> given = caller.get<Times>(times);
    if (!given) return fail(given.error());
    if (!valid(given->access) || !valid(given->modify)) return fail(Error::invalid);
    wanted = *given;
    // Nothing is asked for: not even whether the file is there.
    if (wanted.access.nanoseconds == linux_abi::time_omit && wanted.modify.nanoseconds == linux_abi::time_omit)
      return 0;
  }
  if (path == 0) {  // futimens
    if (flags != 0) return fail(Error::invalid);
    const Result<Opened> file = opened(caller, directory);
    if (!file) return fail(file.error());
    if ((*file)->position.node == NodeId::none) return 0;
    return set_times_of(caller, (*file)->position, wanted);
  }
  const Result<Spot> file =
      find(caller, directory, path, (flags & flags::at_no_follow) == 0, (flags & flags::at_empty_path) != 0);
  if (!file) return fail(file.error());
  return set_times_of(caller, **file, wanted);
}

Calls::Value Calls::truncate_of(Caller& caller, const Position& position, i64 size) {
  if (static_cast<u64>(size) > std::min(caller.process().size_limit, u64{1} << 43)) {
    if (static_cast<u64>(size) > caller.process().size_limit) caller.signal = signal_file_size;
    return fail(Error::file_too_large);
  }
  if (const Result<> cut = core_.contents.truncate(position.node, static_cast<u64>(size)); !cut)
    return fail(settle(caller, cut.error(), position.node));
  Node& node = core_.tree[position.node];
  node.modify_time = node.change_time = core_.machine.realtime();
  core_.tree.set_changed(position.node);
  if (const Result<> taken = await_cut(core_, caller, position.node); !taken) return fail(taken.error());
  return 0;
}

Calls::Value Calls::truncate(Caller& caller, u64 path, i64 size) {
  if (size < 0) return fail(Error::invalid);
  const Result<Spot> file = find(caller, flags::at_working_directory, path, true);
  if (!file) return fail(file.error());
  const Node& node = core_.tree[(*file)->node];
  if (node.is_directory()) return fail(Error::is_directory);
  if (!node.is_regular()) return fail(Error::invalid);
  if (const Result<> writable = writable_mount(**file); !writable) return fail(writable.error());
  if (!permits(caller.credentials(), node, may_write)) return fail(Error::access);
  if (node.images != 0) return fail(Error::text_busy);
  return truncate_of(caller, **file, size);
}

Calls::Value Calls::truncate_descriptor(Caller& caller, i32 descriptor, i64 size) {
  if (size < 0) return fail(Error::invalid);
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if ((*file)->kind != Kind::file || !(*file)->writable()) return fail(Error::invalid);
  return truncate_of(caller, (*file)->position, size);
}

}  // namespace file
