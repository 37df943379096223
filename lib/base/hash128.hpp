// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

struct Hash128 {
  std::uint64_t low = 0, high = 0;
  friend constexpr bool operator==(const Hash128&, const Hash128&) = default;
};

/// A fast hash of bytes against accidents, not against forgers: four lanes of 64 bits, one multiplication a word, lanes
/// added into each other after each block, so that a change in one word is never lost before `finish`.
class Hasher128 {
 public:
  static constexpr std::size_t block_bytes = 32;

  /// All pieces but the last are multiples of block_bytes; the hash does not depend on where the cuts are.
  void add(std::span<const std::byte> piece);
  Hash128 finish() const;

 private:
  using Lanes = std::array<std::uint64_t, 4>;

  Lanes lanes_ = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89};
  std::uint64_t bytes_ = 0;
};

inline Hash128 hash128(std::span<const std::byte> bytes) {
  Hasher128 hasher;
  hasher.add(bytes);
  return hasher.finish();
}

}  // namespace base
