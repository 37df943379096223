// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <compare>
#include <concepts>
#include <cstdint>

namespace ext4 {

/// A count or position that must not be mixed with others of the same width. Distances are bare integers.
template <typename Tag, std::unsigned_integral Representation>
struct Number {
  Representation value{};

  constexpr auto operator<=>(const Number&) const = default;
  constexpr Number operator+(Representation distance) const {
    return Number{static_cast<Representation>(value + distance)};
  }
  constexpr Number operator-(Representation distance) const {
    return Number{static_cast<Representation>(value - distance)};
  }
  constexpr Representation operator-(Number other) const { return static_cast<Representation>(value - other.value); }
  constexpr Number& operator++() {
    ++value;
    return *this;
  }
};

/// A block of the device, counted from its first; 48 bits are meaningful on the disk.
using PhysicalBlock = Number<struct PhysicalBlockTag, std::uint64_t>;
/// A block of a file, counted from its first.
using LogicalBlock = Number<struct LogicalBlockTag, std::uint32_t>;
/// Counted from 1; 0 is no inode.
using InodeNumber = Number<struct InodeNumberTag, std::uint32_t>;
using GroupNumber = Number<struct GroupNumberTag, std::uint32_t>;

inline constexpr std::uint32_t block_size = 4096;
inline constexpr std::uint32_t bits_per_block = block_size * 8;
/// A file has at most 2^32 - 1 blocks, so that a count of its blocks, and the end of a range, fit 32 bits.
inline constexpr std::uint32_t maximum_file_blocks = 0xFFFFFFFF;
inline constexpr std::uint64_t maximum_file_size = std::uint64_t{maximum_file_blocks} * block_size;

inline constexpr InodeNumber no_inode{0};
inline constexpr InodeNumber root_inode{2};

}  // namespace ext4
