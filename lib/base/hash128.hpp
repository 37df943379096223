// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace base {

struct Hash128 {
  std::uint64_t low = 0, high = 0;
  friend constexpr bool operator==(const Hash128&, const Hash128&) = default;
};

/// A fast hash of bytes against accidents, not against forgers: four lanes of 64 bits, one multiplication a word, lanes
/// added into each other after each block, so that a change in one word is never lost before the end.
Hash128 hash128(std::span<const std::byte> bytes);

}  // namespace base
