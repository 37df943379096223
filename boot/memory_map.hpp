// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>
#include <span>

#include "abi/types.hpp"

namespace boot {

using abi::u32;
using abi::u64;

/// Bytes of physical memory from `begin` to below `end`.
struct Range {
  u64 begin = 0, end = 0;
  constexpr bool overlaps(Range other) const { return begin < other.end && other.begin < end; }
  constexpr bool holds(Range other) const { return begin <= other.begin && other.end <= end; }
  friend constexpr bool operator==(Range, Range) = default;
};

/// One entry as multiboot2 and PVH have it alike; the kinds are those of ACPI 6.4, section 15.
struct Region {
  u64 begin, size;
  u32 kind, reserved;
  u64 end() const { return begin + size; }
  Range range() const { return {begin, end()}; }
};
static_assert(sizeof(Region) == 24);

inline constexpr u32 usable_memory = 1, reserved_memory = 2, last_kind = 5;

/// The memory of the machine: sorted, with no byte both usable and something else, and what is usable in pieces as
/// large as can be. Firmware promises none of that.
class MemoryMap {
 public:
  static constexpr unsigned most = 256;
  enum class Error { too_many, nothing_usable };

  /// Takes what the firmware said. Empty regions are left out, unknown kinds are reserved.
  std::optional<Error> fill(std::span<const Region> said);

  std::span<const Region> regions() const { return {regions_.data(), count_}; }
  u64 end_of_usable() const;
  u64 usable_bytes() const;
  /// The usable piece that an address lies in; empty if none does.
  Range usable_around(u64 address) const;
  /// The first piece from `floor` on and below `ceiling` with room for so many bytes, from its page boundary.
  std::optional<Range> lowest_place(u64 bytes, u64 floor, u64 ceiling) const;
  /// The highest place for so many bytes below `ceiling`, on a page boundary, that touches nothing which is taken.
  std::optional<u64> highest_place(u64 bytes, u64 ceiling, std::span<const Range> taken) const;

 private:
  bool add(Region region);
  bool add_usable(Range range, std::span<const Region> others);
  void merge();

  std::array<Region, most> regions_{};
  unsigned count_ = 0;
};

}  // namespace boot
