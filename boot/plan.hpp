// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

namespace boot {

using std::uint32_t;
using std::uint64_t;

/// Physical memory [begin, end).
struct Range {
  uint64_t begin = 0, end = 0;
  uint64_t size() const { return end - begin; }
  bool overlaps(Range other) const { return begin < other.end && other.begin < end; }
};

/// As PVH has it (Xen, public/arch-x86/hvm/start_info.h: hvm_memmap_table_entry); type 1 is free memory.
struct Region {
  uint64_t begin = 0, size = 0;
  uint32_t type = 0, reserved = 0;
  uint64_t end() const { return begin + size; }
};
static_assert(sizeof(Region) == 24);

inline constexpr std::size_t most_regions = 128;
inline constexpr std::size_t most_modules = 4;

/// What the boot loader says. It points into the information that it was read from.
struct Given {
  std::array<Region, most_regions> regions{};
  std::size_t region_count = 0;
  std::array<Range, most_modules> modules{};
  std::size_t module_count = 0;
  std::string_view command_line;
  std::span<const std::byte> rsdp;
  std::span<const Region> map() const { return std::span(regions).first(region_count); }
};

/// Why the system cannot be booted, in a line for people.
using Refusal = std::string_view;

/// Reads the loader's information. The map comes out in order, with neighbours of one type joined.
std::expected<Given, Refusal> read(std::span<const std::byte> information);

/// A part of the kernel's file and where it goes; the rest of its memory is zero.
struct Segment {
  uint64_t offset = 0, file_size = 0;
  Range memory;
};
struct Kernel {
  std::array<Segment, 8> segments{};
  std::size_t segment_count = 0;
  uint32_t entry = 0;  // of PVH: 32 bits, no paging
  Range memory;        // all that it occupies
};
/// Reads the kernel's file: an ELF64 executable with a PVH note (XEN_ELFNOTE_PHYS32_ENTRY).
std::expected<Kernel, Refusal> read_kernel(std::span<const std::byte> file);

/// The highest place below 4 GiB, at a page's begin, in free memory and apart from all obstacles; 0: there is none.
uint64_t place(std::span<const Region> map, uint64_t size, std::span<const Range> obstacles);

/// Whether all of the range is free memory.
bool is_free(std::span<const Region> map, Range range);

}  // namespace boot
