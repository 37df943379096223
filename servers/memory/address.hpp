// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <compare>

#include "abi/layout.hpp"
#include "abi/types.hpp"

// Addresses in programs. Those of memory's own space are pointers; nothing converts between the two.
namespace memory {

using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

inline constexpr u64 page_size = abi::page_size;
inline constexpr unsigned page_shift = 12;

constexpr u64 pages_of(u64 bytes) { return bytes / page_size + (bytes % page_size != 0); }

/// A page of a program's address space, counted from address 0.
struct UserPage {
  u64 number = 0;

  static constexpr UserPage of(u64 address) { return {address >> page_shift}; }
  constexpr u64 address() const { return number << page_shift; }
  constexpr UserPage operator+(u64 pages) const { return {number + pages}; }
  constexpr UserPage operator-(u64 pages) const { return {number - pages}; }
  constexpr u64 operator-(UserPage other) const { return number - other.number; }
  friend constexpr auto operator<=>(UserPage, UserPage) = default;
};

/// Pages [begin, end).
struct Range {
  UserPage begin, end;

  static constexpr Range of(UserPage begin, u64 pages) { return {begin, begin + pages}; }
  constexpr u64 pages() const { return end - begin; }
  constexpr bool empty() const { return end <= begin; }
  constexpr bool contains(UserPage page) const { return begin <= page && page < end; }
  constexpr bool contains(Range other) const { return begin <= other.begin && other.end <= end; }
  constexpr bool overlaps(Range other) const { return begin < other.end && other.begin < end; }
  constexpr Range common(Range other) const { return {std::max(begin, other.begin), std::min(end, other.end)}; }
  friend constexpr bool operator==(Range, Range) = default;
};

/// What programs may have: nothing at address 0, nothing beyond the canonical half.
inline constexpr Range program_range{{1}, UserPage::of(abi::layout::user_end)};

/// The pages that bytes [address, address + length) touch; nothing if they wrap around or leave what programs may have.
constexpr bool touch(u64 address, u64 length, Range& range) {
  if (length == 0 || address + length < address) return false;
  range = {UserPage::of(address), UserPage::of(address + length - 1) + 1};
  return program_range.contains(range);
}

}  // namespace memory
