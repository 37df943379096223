// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

Calls::Value Calls::duplicate(Caller& caller, i32 descriptor) {
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  core_.descriptions.hold(file->id());
  const Result<i32> made = install(caller, file->id(), false);
  if (!made) return fail(made.error());
  return *made;
}

Calls::Value Calls::duplicate_to(Caller& caller, i32 from, i32 to, u32 flags, bool same_allowed) {
  const Process& process = caller.process();
  if ((flags & ~flags::close_on_exec) != 0) return fail(Error::invalid);
  if (from == to && !same_allowed) return fail(Error::invalid);
  const Result<Opened> file = any_opened(caller, from);
  if (!file) return fail(file.error());
  if (to < 0 || static_cast<u32>(to) >= process.descriptor_limit) return fail(Error::bad_descriptor);
  if (from == to) return to;
  if (const Result<> room = core_.descriptors.make_room(process.descriptors, to); !room) return fail(room.error());
  core_.descriptions.hold(file->id());
  processes_.close(caller.process(), to);
  core_.descriptors.set(process.descriptors, to, file->id(), (flags & flags::close_on_exec) != 0);
  return to;
}

Calls::Value Calls::control_descriptor(Caller& caller, i32 descriptor, u32 command, u64 argument) {
  const Process& process = caller.process();
  const Result<Opened> file = any_opened(caller, descriptor);
  if (!file) return fail(file.error());
  Description& description = **file;
  switch (command) {
    case control::duplicate:
    case control::duplicate_close_on_exec: {
      if (argument >= process.descriptor_limit) return fail(Error::invalid);
      core_.descriptions.hold(file->id());
      const Result<i32> made =
          install(caller, file->id(), command == control::duplicate_close_on_exec, static_cast<i32>(argument));
      if (!made) return fail(made.error());
      return *made;
    }
    case control::get_descriptor_flags:
      return core_.descriptors.close_on_exec(process.descriptors, descriptor) ? control::close_on_exec : 0;
    case control::set_descriptor_flags:
      core_.descriptors.set_close_on_exec(process.descriptors, descriptor, (argument & control::close_on_exec) != 0);
      return 0;
    case control::get_status_flags:
      return description.flags;
    default:
      break;
  }
  if (description.kind == Kind::path) return fail(Error::bad_descriptor);
  switch (command) {
    case control::set_status_flags: {
      const u32 wanted = static_cast<u32>(argument);
      if ((wanted & flags::no_access_time) != 0 && (description.flags & flags::no_access_time) == 0 &&
          description.position.node != NodeId::none &&
          !caller.credentials().owns(core_.tree[description.position.node]))
        return fail(Error::not_permitted);
      description.flags = (description.flags & ~flags::settable) | (wanted & flags::settable);
      return 0;
    }
    case control::get_lock:
    case control::set_lock:
    case control::set_lock_wait:
      return lock_records(caller, *file, command, argument);
    case control::set_owner:
      description.owner = static_cast<u32>(argument);
      return 0;
    case control::get_owner:
      return static_cast<i32>(description.owner);
    case control::set_pipe_size:
      if (description.kind != Kind::pipe) return fail(Error::bad_descriptor);
      return argument > pipe_bytes ? Value(fail(Error::not_permitted)) : pipe_bytes;
    case control::get_pipe_size:
      if (description.kind != Kind::pipe) return fail(Error::bad_descriptor);
      return pipe_bytes;
    default:
      return fail(Error::invalid);
  }
}

Calls::Value Calls::lock_records(Caller& caller, const Opened& file, u32 command, u64 argument) {
  const Result<linux_abi::Lock> asked = caller.get<linux_abi::Lock>(argument);
  if (!asked) return fail(asked.error());
  linux_abi::Lock lock = *asked;
  if (lock.type > linux_abi::lock_none || lock.whence > 2) return fail(Error::invalid);
  const NodeId node = file->position.node;
  if (file->kind != Kind::file) return fail(node == NodeId::none ? Error::bad_descriptor : Error::invalid);

  i64 start = lock.start;
  if (lock.whence == 1) start += static_cast<i64>(file->offset);
  if (lock.whence == 2) start += static_cast<i64>(core_.tree[node].size);
  i64 length = lock.length;
  if (length < 0) {
    start += length;
    length = -length;
  }
  if (start < 0) return fail(Error::invalid);
  const u64 begin = static_cast<u64>(start);
  const u64 end = length == 0 ? lock_end : begin + static_cast<u64>(length);
  const bool exclusive = lock.type == linux_abi::lock_write;
  const u32 owner = caller.pid();

  if (command == control::get_lock) {
    if (lock.type == linux_abi::lock_none) return fail(Error::invalid);
    if (const RecordLock* other = core_.locks.conflict(node, owner, begin, end, exclusive)) {
      lock.type = other->exclusive ? linux_abi::lock_write : linux_abi::lock_read;
      lock.whence = 0;
      lock.start = static_cast<i64>(other->start);
      lock.length = other->end == lock_end ? 0 : static_cast<i64>(other->end - other->start);
      lock.process = static_cast<i32>(other->owner);
    } else {
      lock.type = linux_abi::lock_none;
    }
    if (const Result<> put = caller.put(argument, lock); !put) return fail(put.error());
    return 0;
  }
  if (lock.type == linux_abi::lock_none) {
    if (const Result<> cleared = core_.locks.clear(node, owner, begin, end); !cleared) return fail(cleared.error());
    return 0;
  }
  if (exclusive ? !file->writable() : !file->readable()) return fail(Error::bad_descriptor);
  if (core_.locks.conflict(node, owner, begin, end, exclusive) != nullptr) {
    if (command == control::set_lock) return fail(Error::again);
    return fail(caller.wait_for(RecordLocks::key_of(node)));
  }
  if (const Result<> set = core_.locks.set(node, owner, begin, end, exclusive); !set) return fail(set.error());
  return 0;
}

Calls::Value Calls::lock_file(Caller& caller, i32 descriptor, u32 operation) {
  constexpr u32 shared = 1, exclusive = 2, no_wait = 4, unlock = 8;
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  const u32 what = operation & ~no_wait;
  if (what != shared && what != exclusive && what != unlock) return fail(Error::invalid);
  if ((*file)->kind != Kind::file && (*file)->kind != Kind::directory) return fail(Error::invalid);
  const NodeId node = (*file)->position.node;
  const u32 owner = description_owner | (*file)->handle;
  if (what == unlock) {
    core_.locks.drop_owner(node, owner);
    return 0;
  }
  if (core_.locks.conflict(node, owner, 0, lock_end, what == exclusive) != nullptr) {
    if ((operation & no_wait) != 0) return fail(Error::again);
    return fail(caller.wait_for(RecordLocks::key_of(node)));
  }
  if (const Result<> set = core_.locks.set(node, owner, 0, lock_end, what == exclusive); !set) return fail(set.error());
  return 0;
}

}  // namespace file
