// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/boot_information.hpp"

#include <algorithm>
#include <iterator>

#include "kernel/arch/x86_64/console.hpp"

namespace kernel {

namespace {

constexpr u32 pvh_magic = 0x336e'c578;
constexpr u32 usable = 1;
constexpr u64 first_mib = 0x10'0000;

struct PvhStart {
  u32 magic, version, flags, module_count;
  u64 modules, command_line, rsdp, memory_map;
  u32 memory_map_count, reserved;
};
static_assert(sizeof(PvhStart) == 56);

struct PvhModule {
  u64 address, size, command_line, reserved;
};
struct PvhRegion {
  u64 begin, size;
  u32 type, reserved;
};
static_assert(sizeof(PvhRegion) == 24);

}  // namespace

void BootInformation::add_region(u64 begin, u64 size) {
  const u64 end = begin + size;
  begin = std::max(begin, first_mib);
  if (end > begin && region_count < std::size(regions)) regions[region_count++] = {begin, end - begin};
}

bool BootInformation::is_free(u64 begin, u64 end) const {
  if (begin < image.value + image_size && image.value < end) return false;
  return std::any_of(regions, regions + region_count, [&](const Region& region) {
    return begin >= region.begin && end <= region.begin + region.size;
  });
}

BootInformation read_boot_information(PhysicalAddress address) {
  BootInformation boot;
  const auto& start = *direct<PvhStart>(address);
  if (start.magic != pvh_magic) panic("the boot loader left no PVH start information", start.magic);
  boot.rsdp = start.rsdp;
  if (start.module_count) {
    const auto& module = *direct<PvhModule>({start.modules});
    boot.image = {module.address};
    boot.image_size = module.size;
  }
  if (start.command_line) {
    const char* text = direct<char>({start.command_line});
    for (u64 i = 0; i + 1 < sizeof boot.command_line && text[i]; ++i) boot.command_line[i] = text[i];
  }
  for (u32 i = 0; i < start.memory_map_count; ++i) {
    const auto& region = direct<PvhRegion>({start.memory_map})[i];
    if (region.type == usable) boot.add_region(region.begin, region.size);
  }
  return boot;
}

}  // namespace kernel
