// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

// Multiboot2 Specification 2.0, section 3.6: what the boot loader leaves, as far as it is used here.
namespace boot::multiboot2 {

inline constexpr std::uint32_t magic = 0x36d7'6289;  // in eax

enum TagType : std::uint32_t {
  tag_end = 0,
  tag_command_line = 1,
  tag_module = 3,
  tag_memory_map = 6,
  tag_old_rsdp = 14,  // ACPI 1.0
  tag_new_rsdp = 15,
};

/// Tags begin 8 bytes into the information, at multiples of 8 bytes.
struct Tag {
  std::uint32_t type;
  std::uint32_t size;  // with this head
};
struct ModuleTag {
  Tag tag;
  std::uint32_t begin, end;  // physical addresses
};
struct MemoryMapTag {
  Tag tag;
  std::uint32_t entry_size, entry_version;
};
/// Types are those of ACPI's address ranges: 1 is free memory.
struct MemoryMapEntry {
  std::uint64_t begin, size;
  std::uint32_t type, reserved;
};
static_assert(sizeof(MemoryMapEntry) == 24);

}  // namespace boot::multiboot2
