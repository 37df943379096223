// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "abi/types.hpp"
#include "boot/memory_map.hpp"

// What the kernel is told: Xen's PVH start information (xen/include/public/arch-x86/hvm/start_info.h), version 1.
namespace boot {

inline constexpr u32 start_magic = 0x336e'c578;

struct StartModule {
  u64 address, size, command_line, reserved;
};
static_assert(sizeof(StartModule) == 32);

struct StartInformation {
  u32 magic, version, flags, module_count;
  u64 modules, command_line, rsdp, memory_map;
  u32 memory_map_count, reserved;
};
static_assert(sizeof(StartInformation) == 56);

/// All of it in one piece below 1 MiB, where the kernel gives nothing to anybody. The firmware's RSDP is copied, as
/// multiboot2 has it in its own information, which becomes free memory.
struct StartArea {
  StartInformation information;
  StartModule module;
  std::array<abi::u8, 64> rsdp;
  std::array<char, 1024> command_line;
  std::array<Region, MemoryMap::most> map;
};
static_assert(sizeof(StartArea) <= 2 * abi::page_size);

}  // namespace boot
