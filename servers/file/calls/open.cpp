// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

Result<i32> Calls::install(const Caller& caller, DescriptionId description, bool close_on_exec, i32 from) {
  const Process& process = caller.process();
  const Result<i32> free = core_.descriptors.find_free(process.descriptors, from, process.descriptor_limit);
  if (!free) {
    core_.descriptions.drop(description);
    return free;
  }
  core_.descriptors.set(process.descriptors, *free, description, close_on_exec);
  return free;
}

[[gnu::hot]] Calls::Value Calls::open(Caller& caller, i32 directory, u64 path, u32 flags, u32 mode) {
  const bool close_on_exec = (flags & flags::close_on_exec) != 0;
  if ((flags & flags::path) != 0) {
    flags &= flags::path | flags::directory | flags::no_follow | flags::close_on_exec;
  } else {
    if ((flags & (flags::temporary & ~flags::directory)) != 0)
      return fail((flags & flags::access_mode) == 0 ? Error::invalid : Error::not_supported);
    if ((flags & flags::create) != 0 && (flags & flags::directory) != 0) return fail(Error::invalid);
    if ((flags & flags::access_mode) == flags::access_mode) return fail(Error::invalid);
  }

  CallRecord* kept = caller.kept();
  DescriptionId id = DescriptionId::none;
  if (kept != nullptr && kept->held != 0) {
    id = static_cast<DescriptionId>(kept->held - 1);
    kept->held = 0;
  } else {
    Walk walk(core_, caller.process());
    if (const Result<> read = walk.path.read(caller, path); !read) return fail(read.error());
    const Process& process = caller.process();
    if (const Result<i32> free = core_.descriptors.find_free(process.descriptors, 0, process.descriptor_limit); !free)
      return fail(free.error());
    if (const Result<> begun = walk.begin(directory); !begun) return fail(begun.error());
    const Result<DescriptionId> made = opener_.open(caller, walk, flags, mode);
    if (!made) return fail(made.error());
    id = *made;
  }

  // One end of a fifo waits for the other to be opened, and is open itself meanwhile. A pipe, which has no place, was
  // opened by way of /proc, and does not wait.
  const Description& description = core_.descriptions[id];
  if (description.kind == Kind::pipe && description.position.node != NodeId::none && !description.non_blocking() &&
      (description.readable() != description.writable())) {
    const PipeId pipe_id = static_cast<PipeId>(description.handle);
    const Pipe& pipe = core_.pipes[pipe_id];
    const u32 others = description.readable() ? pipe.writers : pipe.readers;
    const u32 ever = description.readable() ? pipe.opened_writers : pipe.opened_readers;
    if (others == 0 && (kept == nullptr || kept->start == ever)) {
      const Result<CallRecord*> record = caller.keep();
      if (!record) return core_.descriptions.drop(id), fail(record.error());
      (*record)->start = ever;
      const Error error = caller.wait_for(Pipes::peer_key(pipe_id));
      if (error != Error::parked) return core_.descriptions.drop(id), fail(error);
      (*record)->held = static_cast<u32>(id) + 1;
      return fail(error);
    }
  }
  const Result<i32> descriptor = install(caller, id, close_on_exec);
  if (!descriptor) return fail(descriptor.error());
  return *descriptor;
}

[[gnu::hot]] Calls::Value Calls::close(Caller& caller, i32 descriptor) {
  if (!processes_.close(caller.process(), descriptor)) return fail(Error::bad_descriptor);
  return 0;
}

Calls::Value Calls::close_range(Caller& caller, u32 first, u32 last, u32 flags) {
  constexpr u32 unshare = 2, close_on_exec = 4;
  if (first > last || (flags & ~(unshare | close_on_exec)) != 0) return fail(Error::invalid);
  if ((flags & unshare) != 0) {
    if (const Result<> own = processes_.unshare_descriptors(caller.process()); !own) return fail(own.error());
  }
  const DescriptorsId table = caller.process().descriptors;
  last = std::min(last, max_descriptors - 1);
  for (i32 at = first < max_descriptors ? core_.descriptors.next(table, static_cast<i32>(first)) : -1;
       at >= 0 && static_cast<u32>(at) <= last; at = core_.descriptors.next(table, at + 1)) {
    if ((flags & close_on_exec) != 0)
      core_.descriptors.set_close_on_exec(table, at, true);
    else
      processes_.close(caller.process(), at);
  }
  return 0;
}

Calls::Value Calls::pipe(Caller& caller, u64 descriptors, u32 flags) {
  if ((flags & ~(flags::close_on_exec | flags::non_block | flags::direct)) != 0) return fail(Error::invalid);
  const Process& process = caller.process();
  const DescriptorsId table = process.descriptors;
  const Result<i32> first = core_.descriptors.find_free(table, 0, process.descriptor_limit);
  if (!first) return fail(first.error());
  const Result<i32> second = core_.descriptors.find_free(table, *first + 1, process.descriptor_limit);
  if (!second) return fail(second.error());
  // The numbers are told before they mean anything: after this nothing that the program does can fail.
  const i32 numbers[2] = {*first, *second};
  if (const Result<> told = caller.copy_out(descriptors, std::as_bytes(std::span(numbers))); !told)
    return fail(told.error());

  const Result<PipeId> made = core_.pipes.make();
  if (!made) return fail(made.error());
  Pipe& pipe = core_.pipes[*made];
  pipe.time = static_cast<u64>(core_.machine.realtime());
  pipe.user = caller.credentials().file_user;
  pipe.group = caller.credentials().file_group;
  const u32 status = flags & (flags::non_block | flags::direct);
  const Result<DescriptionId> reader = core_.descriptions.make(Kind::pipe, flags::read_only | status);
  if (!reader) {
    core_.pipes.open(*made, true, false);
    core_.pipes.close(*made, true, false);
    return fail(reader.error());
  }
  core_.descriptions[*reader].handle = static_cast<u32>(*made);
  core_.pipes.open(*made, true, false);
  const Result<DescriptionId> writer = core_.descriptions.make(Kind::pipe, flags::write_only | status);
  if (!writer) {
    core_.descriptions.drop(*reader);
    return fail(writer.error());
  }
  core_.descriptions[*writer].handle = static_cast<u32>(*made);
  core_.pipes.open(*made, false, true);
  const bool close_on_exec = (flags & flags::close_on_exec) != 0;
  core_.descriptors.set(table, *first, *reader, close_on_exec);
  core_.descriptors.set(table, *second, *writer, close_on_exec);
  return 0;
}

}  // namespace file
