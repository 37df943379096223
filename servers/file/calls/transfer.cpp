// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

[[gnu::hot]] Result<Opened> Calls::any_opened(const Caller& caller, i32 descriptor) {
  const DescriptionId id = core_.descriptors.find(caller.process().descriptors, descriptor);
  if (id == DescriptionId::none) return fail(Error::bad_descriptor);
  return Opened(core_.descriptions, id);
}

[[gnu::hot]] Result<Opened> Calls::opened(const Caller& caller, i32 descriptor) {
  Result<Opened> file = any_opened(caller, descriptor);
  if (file && (*file)->kind == Kind::path) return fail(Error::bad_descriptor);
  return file;
}

Error Calls::settle(const Caller& caller, Error error, NodeId node) {
  return error == Error::pages_busy ? caller.wait_steadfast(core_.contents.key_of(node)) : error;
}

[[gnu::hot]] Calls::Value Calls::finish(const Opened& file, const UserBuffer& buffer, u64 start, bool at) {
  if (!at && file.behaviour().seekable()) file->offset = start + buffer.done();
  return static_cast<i64>(buffer.done());
}

/// For the call's next delivery. False: there is no memory for that.
static bool keep_progress(const Caller& caller, const UserBuffer& buffer, u64 start) {
  const Result<CallRecord*> record = caller.keep();
  if (!record) return false;
  (*record)->progress = buffer.done();
  (*record)->start = start;
  return true;
}

[[gnu::hot]] Calls::Value Calls::transfer(Caller& caller, const Opened& file, UserBuffer buffer, Way way,
                                          std::optional<u64> at) {
  if (way == Way::read ? !file->readable() : !file->writable()) return fail(Error::bad_descriptor);
  const bool append = way == Way::write && (file->flags & flags::append) != 0 && file->kind == Kind::file;
  u64 start = append ? core_.tree[file->position.node].size : at ? *at : file->offset;
  if (const CallRecord* kept = caller.kept(); kept != nullptr && kept->progress != 0) {
    if (!append || kept->start != 0) start = kept->start;
    if (const Result<> skipped = buffer.skip(kept->progress); !skipped) return fail(skipped.error());
  }
  buffer.pause_after(bytes_in_turn);

  for (;;) {
    const u64 offset = start + buffer.done();
    const Result<> moved =
        way == Way::read ? file.behaviour().read(*file, buffer, offset) : file.behaviour().write(*file, buffer, offset);
    if (moved && buffer.paused()) {
      if (!keep_progress(caller, buffer, start)) break;
      const Error error = caller.wait_turn(core_.machine.monotonic(), file->kind == Kind::file);
      if (error == Error::parked) return fail(error);
      break;
    }
    const bool stream = !file.behaviour().seekable();
    if (moved && (!stream || way == Way::read || buffer.left() == 0 || file->non_blocking())) break;
    if (moved) continue;  // a writer goes on until all is written, or it must wait

    Error error = moved.error();
    const bool must_wait = error == Error::again && !file->non_blocking() && (way == Way::write || buffer.done() == 0);
    const bool comes_again = must_wait || error == Error::faulted || error == Error::pages_busy;
    if (comes_again && buffer.done() != 0 && !keep_progress(caller, buffer, start)) break;
    error = settle(caller, error, file->position.node);
    if (must_wait)
      error = caller.wait_for(way == Way::read ? file.behaviour().read_key(*file) : file.behaviour().write_key(*file));
    if (error == Error::faulted || error == Error::parked) return fail(error);
    if (buffer.done() != 0) break;  // what was moved counts; the error comes with the next call
    if (error == Error::broken_pipe) caller.signal = signal_pipe;
    if (error == Error::file_too_large && offset >= caller.process().size_limit) caller.signal = signal_file_size;
    return fail(error);
  }
  return finish(file, buffer, start, at.has_value());
}

[[gnu::hot]] Calls::Value Calls::transfer_at(Caller& caller, i32 descriptor, UserBuffer buffer, Way way, i64 offset) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if (!file->behaviour().seekable()) return fail(Error::illegal_seek);
  return transfer(caller, *file, buffer, way, static_cast<u64>(offset));
}

[[gnu::hot]] Calls::Value Calls::read(Caller& caller, i32 descriptor, u64 address, u64 count) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  return transfer(caller, *file, UserBuffer(caller, address, std::min(count, most_bytes)), Way::read, {});
}

[[gnu::hot]] Calls::Value Calls::write(Caller& caller, i32 descriptor, u64 address, u64 count) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  return transfer(caller, *file, UserBuffer(caller, address, std::min(count, most_bytes)), Way::write, {});
}

Calls::Value Calls::read_vectors(Caller& caller, i32 descriptor, u64 vectors, u64 count) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  const Result<UserBuffer> buffer = UserBuffer::gather(caller, vectors, count);
  if (!buffer) return fail(buffer.error());
  return transfer(caller, *file, *buffer, Way::read, {});
}

Calls::Value Calls::write_vectors(Caller& caller, i32 descriptor, u64 vectors, u64 count) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  const Result<UserBuffer> buffer = UserBuffer::gather(caller, vectors, count);
  if (!buffer) return fail(buffer.error());
  return transfer(caller, *file, *buffer, Way::write, {});
}

[[gnu::hot]] Calls::Value Calls::read_at(Caller& caller, i32 descriptor, u64 address, u64 count, i64 offset) {
  if (offset < 0) return fail(Error::invalid);
  return transfer_at(caller, descriptor, UserBuffer(caller, address, std::min(count, most_bytes)), Way::read, offset);
}

[[gnu::hot]] Calls::Value Calls::write_at(Caller& caller, i32 descriptor, u64 address, u64 count, i64 offset) {
  if (offset < 0) return fail(Error::invalid);
  return transfer_at(caller, descriptor, UserBuffer(caller, address, std::min(count, most_bytes)), Way::write, offset);
}

Calls::Value Calls::read_vectors_at(Caller& caller, i32 descriptor, u64 vectors, u64 count, i64 offset) {
  if (offset < 0) return fail(Error::invalid);
  const Result<UserBuffer> buffer = UserBuffer::gather(caller, vectors, count);
  if (!buffer) return fail(buffer.error());
  return transfer_at(caller, descriptor, *buffer, Way::read, offset);
}

Calls::Value Calls::write_vectors_at(Caller& caller, i32 descriptor, u64 vectors, u64 count, i64 offset) {
  if (offset < 0) return fail(Error::invalid);
  const Result<UserBuffer> buffer = UserBuffer::gather(caller, vectors, count);
  if (!buffer) return fail(buffer.error());
  return transfer_at(caller, descriptor, *buffer, Way::write, offset);
}

Calls::Value Calls::seek(Caller& caller, i32 descriptor, i64 offset, u32 whence) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  if (whence > 4) return fail(Error::invalid);
  if (!file->behaviour().seekable()) return fail(Error::illegal_seek);
  Description& description = **file;
  if (description.position.node == NodeId::none || core_.tree[description.position.node].device != 0) {
    // Devices without a position stay where they are.
    return description.offset = 0, 0;
  }
  const Node& node = core_.tree[description.position.node];
  const i64 size = static_cast<i64>(node.size);
  i64 base = 0;
  switch (whence) {
    case 0:
      break;
    case 1:
      base = static_cast<i64>(description.offset);
      break;
    case 2:
      if (node.is_directory()) return fail(Error::invalid);
      base = size;
      break;
    default:  // SEEK_DATA, SEEK_HOLE: all of a file is data, as a file system may say
      if (!node.is_regular()) return fail(Error::invalid);
      if (offset < 0 || offset >= size) return fail(Error::no_such_device);
      if (whence == 4) offset = size;
      break;
  }
  i64 target;
  if (__builtin_add_overflow(base, offset, &target)) return fail(Error::overflow);
  if (target < 0) return fail(Error::invalid);
  description.offset = static_cast<u64>(target);
  return target;
}

Calls::Value Calls::control_device(Caller& caller, i32 descriptor, u32 command, u64 argument) {
  constexpr u32 close_on_exec = 0x5451, no_close_on_exec = 0x5450, set_non_block = 0x5421, set_async = 0x5452;
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return fail(file.error());
  switch (command) {
    case close_on_exec:
    case no_close_on_exec:
      core_.descriptors.set_close_on_exec(caller.process().descriptors, descriptor, command == close_on_exec);
      return 0;
    case set_non_block:
    case set_async: {
      const Result<i32> on = caller.get<i32>(argument);
      if (!on) return fail(on.error());
      const u32 flag = command == set_non_block ? flags::non_block : flags::async;
      (*file)->flags = *on != 0 ? (*file)->flags | flag : (*file)->flags & ~flag;
      return 0;
    }
    default:
      break;
  }
  const Result<i64> result = file->behaviour().control(**file, caller, command, argument);
  if (!result && result.error() == Error::again && !(*file)->non_blocking())
    return fail(caller.wait_for(file->behaviour().write_key(**file)));
  return result;
}

}  // namespace file
