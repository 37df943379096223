// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "boot/memory_map.hpp"

// The kernel as an ELF file (System V ABI, chapters 4 and 5) with Xen's note that names its PVH entry.
namespace boot {

struct Segment {
  u64 address;                          // physical
  u64 size;                             // bytes in memory; what the file has not is zero
  std::span<const std::byte> contents;  // no more than `size`
};

struct KernelElf {
  static constexpr unsigned most_segments = 8;
  std::array<Segment, most_segments> segments{};
  unsigned segment_count = 0;
  u32 entry = 0;  // physical
  Range place;    // from the lowest segment's begin to the highest one's end

  std::span<const Segment> all() const { return {segments.data(), segment_count}; }
};

enum class ElfError { not_elf, other_machine, cut_short, too_many_segments, out_of_place, no_entry };
std::string_view text(ElfError error);

/// Nothing of the file is trusted: every segment lies in it, and at 1 MiB or above it, below `highest_end`.
std::expected<KernelElf, ElfError> read_kernel(std::span<const std::byte> file);

inline constexpr u64 first_mib = 1 << 20, highest_end = 16 << 20;

}  // namespace boot
