// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <span>
#include <string_view>

#include "boot/memory_map.hpp"

// What GRUB tells (Multiboot2 Specification 2.0, section 3.6), copied nowhere: all of it points into the information.
namespace boot {

inline constexpr u32 multiboot_magic = 0x36d7'6289;

struct Module {
  Range place;
  std::string_view command_line;  // NAME crc32c=HEXADECIMAL, as `./bulkhead iso` writes it
};

struct Multiboot {
  static constexpr unsigned most_modules = 4;
  std::string_view command_line;
  std::array<Module, most_modules> modules{};
  unsigned module_count = 0;
  std::span<const std::byte> memory_map;  // entries of `memory_map_step` bytes each
  u32 memory_map_step = 0;
  std::span<const std::byte> rsdp;  // ACPI's root pointer, the newer one if there are two; empty: none

  const Module* module(std::string_view name) const;
};

enum class MultibootError { cut_short, tag_too_short, module_backwards, too_many_modules, no_memory_map };
std::string_view text(MultibootError error);

/// Reads the information, of which the first four bytes say how long it is; `bytes` may be longer.
std::expected<Multiboot, MultibootError> read_multiboot(std::span<const std::byte> bytes);

/// The firmware's regions, at most as many as there is room for; false: there are more.
bool copy_regions(const Multiboot& information, std::span<Region> to, unsigned& count);

/// The sum that a module should have; nothing where its command line names none.
std::optional<u32> expected_sum(const Module& module);

}  // namespace boot
