// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/user_buffer.hpp"

namespace file {

inline constexpr u32 pipe_bytes = 65536;
inline constexpr u32 pipe_atomic = 4096;  // PIPE_BUF

/// A ring of bytes in up to sixteen frames, of which only those in use are held.
struct Pipe {
  u64 read_position = 0;                       // bytes ever read; a byte at position p lies at p % pipe_bytes
  u64 write_position = 0;                      // bytes ever written
  u32 readers = 0, writers = 0;                // descriptions
  u32 opened_readers = 0, opened_writers = 0;  // of a fifo: how often an end was ever opened
  NodeId node = NodeId::none;                  // of a fifo
  u64 number = 0;                              // as an inode
  u64 time = 0;                                // of its making
  u32 user = 0, group = 0;
  Frame frames[pipe_bytes / abi::page_size];

  u32 used() const { return static_cast<u32>(write_position - read_position); }
  u32 room() const { return pipe_bytes - used(); }
};
static_assert(sizeof(Pipe) <= 128);

class Pipes {
 public:
  Pipes(Frames& frames, Waits& waits) : frames_(frames), waits_(waits), pool_(frames) {}

  Pipe& operator[](PipeId id) { return pool_[id]; }
  Result<PipeId> make(NodeId fifo = NodeId::none);

  void open(PipeId id, bool reads, bool writes);
  /// Says whether that was the last description; the pipe is then gone.
  bool close(PipeId id, bool reads, bool writes);

  /// What there is. `again` where the pipe is empty and someone may still write; done with nothing where nobody may.
  Result<> read(PipeId id, UserBuffer& buffer);
  /// As much as there is room for, small writes as a whole or not at all: `again` where there is none, `broken_pipe`
  /// where nobody reads.
  Result<> write(PipeId id, UserBuffer& buffer);
  /// The server's own words, all of them or, with false, none.
  bool put(PipeId id, std::span<const std::byte> bytes);
  /// poll's bits for an end.
  u32 ready(PipeId id, bool reads, bool writes) const;

  static WaitKey data_key(PipeId id) { return WaitKey::of(Awaited::pipe_data, static_cast<u32>(id)); }
  static WaitKey room_key(PipeId id) { return WaitKey::of(Awaited::pipe_room, static_cast<u32>(id)); }
  static WaitKey peer_key(PipeId id) { return WaitKey::of(Awaited::pipe_peer, static_cast<u32>(id)); }

 private:
  std::byte* at(const Pipe& pipe, u64 position) const {
    return frames_.address(pipe.frames[position % pipe_bytes / abi::page_size]) + position % abi::page_size;
  }
  void consume(Pipe& pipe, u64 bytes);

  Frames& frames_;
  Waits& waits_;
  Pool<Pipe, PipeId, 4096> pool_;
  u64 next_number_ = 1;
};

}  // namespace file
