// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/memory/address.hpp"

namespace kernel {

// What the boot loader says, copied out of its memory.
struct BootInformation {
  struct Region {
    abi::u64 begin, size;
  };
  Region regions[32];  // usable memory, from 1 MiB on
  unsigned region_count = 0;
  PhysicalAddress image{0};
  abi::u64 image_size = 0;
  abi::u64 rsdp = 0;
  char command_line[1024] = {};

  void add_region(abi::u64 begin, abi::u64 size);
  bool is_free(abi::u64 begin, abi::u64 end) const;  // in one region and not the image
};

// Xen's PVH start information (xen/include/public/arch-x86/hvm/start_info.h), as QEMU gives it to -kernel.
BootInformation read_boot_information(PhysicalAddress start_information);

}  // namespace kernel
