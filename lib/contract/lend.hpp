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
    return {abi::Lend::own(reinterpret_cast<u64>(memory.data()), static_cast<u32>(memory.size()), abi::Lend::read_bit), {}, 0};
  }
  /// Own memory that the receiver may write.
  static Lend writing(std::span<std::byte> memory) {
    return {abi::Lend::own(reinterpret_cast<u64>(memory.data()), static_cast<u32>(memory.size()), abi::Lend::write_bit), {}, 0};
  }
  /// Part of a calling program's memory, at a user address.
  static Lend of_program(Endpoint program, u64 address, u32 length, u64 rights) {
    return {abi::Lend::part(program, abi::lend_program_memory, address, length, rights), program,
            abi::lend_program_memory};
  }
  /// Lend number `index` of a message received from `sender`.
  static Lend received(Endpoint sender, unsigned index, abi::Lend words) {
    const u64 rights = words.where & (abi::Lend::read_bit | abi::Lend::write_bit);
    return {abi::Lend::part(sender, index, 0, words.length(), rights), sender, index};
  }

  u64 length() const { return words_.length(); }
  bool readable() const { return words_.readable(); }
  bool writable() const { return words_.writable(); }
  /// The two payload words that pass it on.
  abi::Lend words() const { return words_; }
  /// Whose request brought it; all zero for own memory.
  Endpoint sender() const { return sender_; }
  unsigned index() const { return index_; }
  /// Where it begins in what `sender` lent.
  u64 offset() const { return words_.address(); }

  /// Bytes from `offset` on, at most `length`; beyond the end it is shorter, down to empty.
  Lend part(u64 offset, u64 length) const {
    if (offset > words_.length()) offset = words_.length();
    if (length > words_.length() - offset) length = words_.length() - offset;
    Lend result = *this;
    result.words_.where += offset;
    result.words_.extent = (words_.extent & ~u64{0xffff'ffff}) | length;
    return result;
  }

  /// Copies from the lend at `offset`; all of `to`, or an error.
  std::expected<std::size_t, CopyError> copy_in(u64 offset, std::span<std::byte> to) const;
  /// Copies into the lend at `offset`; all of `from`, or an error.
  std::expected<std::size_t, CopyError> copy_out(u64 offset, std::span<const std::byte> from) const;

 private:
  Lend(abi::Lend words, Endpoint sender, unsigned index) : words_(words), sender_(sender), index_(index) {}

  abi::Lend words_;
  Endpoint sender_;
  unsigned index_ = 0;
};

}  // namespace contract
