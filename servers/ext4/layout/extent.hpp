// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Kernel documentation, filesystems/ext4, "The Contents of inode.i_block", "Extent Tree".
struct ExtentHeader {
  Little16 magic;
  Little16 entries;
  Little16 capacity;
  Little16 depth;
  Little32 generation;
};
static_assert(sizeof(ExtentHeader) == 12);

struct Extent {
  Little32 logical;
  Little16 length;  ///< above 32768: unwritten, and 32768 too large
  Little16 physical_high;
  Little32 physical_low;
};
static_assert(sizeof(Extent) == 12);

struct ExtentIndex {
  Little32 logical;
  Little32 node_low;
  Little16 node_high;
  Little16 unused;
};
static_assert(sizeof(ExtentIndex) == 12);

/// Behind the last possible entry of a block, not in the inode.
struct ExtentTail {
  Little32 checksum;
};
static_assert(sizeof(ExtentTail) == 4);

inline constexpr std::uint16_t extent_magic = 0xF30A;
inline constexpr std::uint16_t maximum_extent_depth = 5;
inline constexpr std::uint16_t maximum_written_length = 32768;
inline constexpr std::uint16_t maximum_unwritten_length = 32767;

}  // namespace ext4::layout
