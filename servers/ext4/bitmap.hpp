// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "servers/ext4/checksum.hpp"

namespace ext4 {

// Bits of a block: bit 0 is the lowest of the first byte, and a set bit means "in use".

/// The first clear bit at or after `from` and below `end`; `end` if there is none.
std::uint32_t next_clear(ConstBlock bitmap, std::uint32_t from, std::uint32_t end);
std::uint32_t next_set(ConstBlock bitmap, std::uint32_t from, std::uint32_t end);

inline bool is_set(ConstBlock bitmap, std::uint32_t bit) {
  return (bitmap[bit / 8] >> (bit % 8) & std::byte{1}) != std::byte{0};
}
void set_bits(Block bitmap, std::uint32_t from, std::uint32_t count);
void clear_bits(Block bitmap, std::uint32_t from, std::uint32_t count);

/// A run of clear bits.
struct ClearRun {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

/// The first run of `wanted` clear bits at or after `from` and below `end`, or else the longest; a longer one
/// is cut to `wanted`.
ClearRun find_clear_run(ConstBlock bitmap, std::uint32_t from, std::uint32_t end, std::uint32_t wanted);

}  // namespace ext4
