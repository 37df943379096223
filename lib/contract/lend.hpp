// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include "lib/contract/transport.hpp"
#include "lib/contract/violation.hpp"

namespace contract {

/// Memory in a message, borrowed until the reply. Either the component's own (made by `reading`, `writing`) or received
/// with a request; the second can be copied from and to, and both may be passed on, whole or in part.
class Lend {
 public:
  constexpr Lend() = default;

  /// Own memory that the receiver may read. The span must be alive until the reply.
  static Lend reading(std::span<const std::byte> memory) {
    return {reinterpret_cast<u64>(memory.data()) | abi::Lend::read_bit, static_cast<u32>(memory.size()), 0, {}};
  }
  /// Own memory that the receiver may write.
  static Lend writing(std::span<std::byte> memory) {
    return {reinterpret_cast<u64>(memory.data()) | abi::Lend::write_bit, static_cast<u32>(memory.size()), 0, {}};
  }
  /// Part of a calling program's memory, at a user address.
  static Lend of_program(Endpoint program, u64 address, u32 length, u64 rights) {
    return {address | rights, length, abi::lend_program_memory, program};
  }
  /// Lend number `index` of a message received from `sender`.
  static Lend received(Endpoint sender, unsigned index, abi::Lend words) {
    return {words.where & right_bits, words.length(), index, sender};
  }

  u64 length() const { return length_; }
  bool readable() const { return where_ & abi::Lend::read_bit; }
  bool writable() const { return where_ & abi::Lend::write_bit; }
  /// The two payload words that pass it on.
  abi::Lend words() const {
    if (sender_.bits == 0) return {where_, length_};
    return abi::derived_lend(sender_, index_, offset(), length_, where_ & right_bits);
  }
  /// Whose request brought it; all zero for own memory.
  Endpoint sender() const { return sender_; }
  unsigned index() const { return index_; }
  /// Where it begins in what `sender` lent.
  u64 offset() const { return where_ & ~right_bits; }

  /// Bytes from `offset` on, at most `length`; beyond the end it is shorter, down to empty.
  Lend part(u64 offset, u64 length) const {
    if (offset > length_) offset = length_;
    if (length > length_ - offset) length = length_ - offset;
    return {where_ + offset, static_cast<u32>(length), index_, sender_};
  }

  /// Copies from the lend at `offset`; all of `to`, or an error.
  std::expected<std::size_t, CopyError> copy_in(u64 offset, std::span<std::byte> to) const;
  /// Copies into the lend at `offset`; all of `from`, or an error.
  std::expected<std::size_t, CopyError> copy_out(u64 offset, std::span<const std::byte> from) const;

 private:
  static constexpr u64 right_bits = abi::Lend::read_bit | abi::Lend::write_bit;

  Lend(u64 where, u32 length, unsigned index, Endpoint sender)
      : where_(where), length_(length), index_(index), sender_(sender) {}

  u64 where_ = 0;  // address of own memory or offset in what the sender lent, and the rights
  u32 length_ = 0;
  u32 index_ = 0;
  Endpoint sender_;
};

}  // namespace contract
