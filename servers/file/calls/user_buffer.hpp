// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/caller.hpp"
#include "servers/file/linux/records.hpp"

namespace file {

inline constexpr u64 most_bytes = 0x7fff'f000;  // of one call: Linux's MAX_RW_COUNT
/// Of one turn of a call: others are served before it goes on, and no call takes so long that it looks like a loop.
inline constexpr u64 bytes_in_turn = u64{4} << 20;

/// Memory of a program that a call reads from or writes to: one piece, or as many as readv and writev name. Goes
/// forward only and knows how far it got, also where a copy failed in its middle.
class UserBuffer {
 public:
  UserBuffer(const Caller& caller, u64 address, u64 length)
      : caller_(caller), piece_{address, length}, total_(length), whole_(length) {}
  /// Own memory, for what one file gives another; it is only read.
  UserBuffer(const Caller& caller, std::span<const std::byte> own)
      : caller_(caller), own_(own.data()), piece_{0, own.size()}, total_(own.size()), whole_(own.size()) {}
  /// The pieces that `count` vectors at `address` name: invalid where there are too many or they are too long.
  static Result<UserBuffer> gather(const Caller& caller, u64 address, u64 count);

  const Caller& caller() const { return caller_; }
  u64 done() const { return done_; }
  u64 left() const { return total_ - done_; }
  /// No more than this altogether.
  void limit(u64 total) {
    total_ = std::min(total_, total);
    whole_ = std::min(whole_, total);
  }
  /// As if no more than this were left.
  void pause_after(u64 count) { total_ = std::min(whole_, done_ + count); }
  /// Whether that has been copied, and more is left.
  bool paused() const { return done_ == total_ && total_ < whole_; }

  Result<> copy_out(std::span<const std::byte> from);
  Result<> copy_in(std::span<std::byte> to);
  Result<> clear(u64 count);
  /// As if `count` more bytes had been copied.
  Result<> skip(u64 count);

  /// The last `count` bytes do not count after all; nothing more is copied then.
  void take_back(u64 count) { done_ -= count; }

  /// What comes next in one piece: for lending it further.
  struct Piece {
    u64 address, length;
    const std::byte* own;  // instead of the address, where it is not null
  };
  Result<Piece> next();
  /// The beginning of what comes next, without going on: own memory, or copied into `to`. To be skipped once it counts.
  Result<std::span<const std::byte>> peek(std::span<std::byte> to);

 private:
  Result<> advance();
  void pass(u64 count) {
    piece_.address += count;
    piece_.length -= count;
    done_ += count;
    if (own_ != nullptr) own_ += count;
  }

  const Caller& caller_;
  const std::byte* own_ = nullptr;
  linux_abi::Vector piece_;  // what is left of the present one
  u64 vectors_ = 0;          // address of those behind it
  u64 vector_count_ = 0;
  u64 total_ = 0;  // at which there is a pause, or all is done
  u64 whole_ = 0;
  u64 done_ = 0;
};

}  // namespace file
