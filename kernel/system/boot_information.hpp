// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "kernel/memory/address.hpp"

namespace kernel {

struct BootRegion {
  u64 begin, size;
  u32 type, reserved;
  bool usable() const { return type == 1; }
  u64 end() const { return begin + size; }
};
static_assert(sizeof(BootRegion) == 24);

struct BootModule {
  u64 address, size, command_line, reserved;
};

// What the boot loader says: Xen's PVH start information (xen/include/public/arch-x86/hvm/start_info.h), as QEMU gives
// it to -kernel. It is read where it was left, below 1 MiB, which the kernel gives to nobody.
struct BootInformation {
  u32 magic, version, flags, module_count;
  u64 modules, command_line, rsdp, memory_map;
  u32 memory_map_count, reserved;

  std::span<const BootRegion> regions() const { return {direct<const BootRegion>({memory_map}), memory_map_count}; }
  const BootModule& image() const { return *direct<const BootModule>({modules}); }
};
static_assert(sizeof(BootInformation) == 56);

inline constexpr u32 boot_magic = 0x336e'c578;
inline constexpr u64 first_mib = 0x10'0000;

}  // namespace kernel
