// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/open/pipe.hpp"

namespace file {

Result<PipeId> Pipes::make(NodeId fifo) {
  const Result<PipeId> id = pool_.take();
  if (!id) return fail(Error::table_full);
  Pipe& pipe = pool_[*id];
  for (Frame& frame : pipe.frames) frame = Frame::none;
  pipe.node = fifo;
  pipe.number = next_number_++;
  return id;
}

void Pipes::open(PipeId id, bool reads, bool writes) {
  Pipe& pipe = pool_[id];
  pipe.readers += reads;
  pipe.writers += writes;
  pipe.opened_readers += reads;
  pipe.opened_writers += writes;
  waits_.wake(peer_key(id));
}

bool Pipes::close(PipeId id, bool reads, bool writes) {
  Pipe& pipe = pool_[id];
  pipe.readers -= reads;
  pipe.writers -= writes;
  if (pipe.readers + pipe.writers != 0) {
    if (pipe.writers == 0) waits_.wake(data_key(id));
    if (pipe.readers == 0) waits_.wake(room_key(id));
    return false;
  }
  for (const Frame frame : pipe.frames)
    if (frame != Frame::none) frames_.give_back(frame, 1);
  pool_.give(id);
  return true;
}

void Pipes::consume(Pipe& pipe, u64 bytes) {
  const u64 before = pipe.read_position;
  pipe.read_position += bytes;
  if (pipe.used() == 0) {
    // Nothing is left: the next byte goes to the beginning of the page that is there, which is warm.
    pipe.read_position = pipe.write_position = (before / abi::page_size) * abi::page_size;
    return;
  }
  for (u64 page = before / abi::page_size; page < pipe.read_position / abi::page_size; ++page) {
    Frame& frame = pipe.frames[page % (pipe_bytes / abi::page_size)];
    // The page may hold the newest bytes at its other end, when the ring is full.
    if ((pipe.write_position - 1) / abi::page_size % (pipe_bytes / abi::page_size) ==
        page % (pipe_bytes / abi::page_size))
      continue;
    frames_.give_back(frame, 1);
    frame = Frame::none;
  }
}

Result<> Pipes::read(PipeId id, UserBuffer& buffer) {
  Pipe& pipe = pool_[id];
  if (buffer.left() == 0) return {};
  if (pipe.used() == 0) return pipe.writers != 0 ? fail(Error::again) : Result<>{};
  Result<> result;
  while (result && buffer.left() != 0 && pipe.used() != 0) {
    const u64 in_page = pipe.read_position % abi::page_size;
    const u64 count = std::min({u64{pipe.used()}, buffer.left(), abi::page_size - in_page});
    const u64 before = buffer.done();
    result = buffer.copy_out({at(pipe, pipe.read_position), count});
    if (buffer.done() != before) consume(pipe, buffer.done() - before);
  }
  if (buffer.done() != 0 && pipe.room() >= pipe_atomic) waits_.wake(room_key(id));
  return result;
}

Result<> Pipes::write(PipeId id, UserBuffer& buffer) {
  Pipe& pipe = pool_[id];
  if (pipe.readers == 0) return fail(Error::broken_pipe);
  const bool atomic = buffer.left() <= pipe_atomic && buffer.done() == 0;
  if (pipe.room() == 0 || (atomic && pipe.room() < buffer.left())) return fail(Error::again);
  const u64 begin = pipe.write_position;
  u64 position = begin;
  const u64 end = pipe.read_position + pipe_bytes;
  Result<> result;
  while (result && buffer.left() != 0 && position < end) {
    Frame& frame = pipe.frames[position % pipe_bytes / abi::page_size];
    if (frame == Frame::none) {
      const Result<Frame> taken = frames_.take_urgently();
      if (!taken) {
        result = fail(Error::no_memory);
        break;
      }
      frame = *taken;
    }
    const u64 count = std::min({buffer.left(), abi::page_size - position % abi::page_size, end - position});
    const u64 before = buffer.done();
    result = buffer.copy_in({at(pipe, position), count});
    position += buffer.done() - before;
  }
  // A small write is one: none of it where not all of it could be read.
  if (atomic && !result) {
    buffer.take_back(position - begin);
    return result;
  }
  pipe.write_position = position;
  if (position != begin) waits_.wake(data_key(id));
  return result;
}

bool Pipes::put(PipeId id, std::span<const std::byte> bytes) {
  Pipe& pipe = pool_[id];
  if (pipe.room() < bytes.size()) return false;
  u64 position = pipe.write_position;
  while (!bytes.empty()) {
    Frame& frame = pipe.frames[position % pipe_bytes / abi::page_size];
    if (frame == Frame::none) {
      const Result<Frame> taken = frames_.take_urgently();
      if (!taken) return false;
      frame = *taken;
    }
    const u64 count = std::min<u64>(bytes.size(), abi::page_size - position % abi::page_size);
    std::memcpy(at(pipe, position), bytes.data(), count);
    bytes = bytes.subspan(count);
    position += count;
  }
  pipe.write_position = position;
  waits_.wake(data_key(id));
  return true;
}

u32 Pipes::ready(PipeId id, bool reads, bool writes) const {
  const Pipe& pipe = pool_[id];
  u32 result = 0;
  if (reads) {
    if (pipe.used() != 0) result |= linux_abi::poll_in | linux_abi::poll_in_normal;
    // A fifo that nobody has opened for writing yet is not hung up.
    if (pipe.writers == 0 && pipe.opened_writers != 0) result |= linux_abi::poll_hang_up;
  }
  if (writes) {
    if (pipe.room() >= pipe_atomic) result |= linux_abi::poll_out | linux_abi::poll_out_normal;
    if (pipe.readers == 0) result |= linux_abi::poll_error;
  }
  return result;
}

}  // namespace file
