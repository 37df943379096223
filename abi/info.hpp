// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

namespace abi {

// Time for readers without a kernel call: monotonic ns = base_ns + ((tsc - base_tsc) * multiplier >> 32). `version` is
// read before and after: even and unchanged, or read again.
struct TimeRecord {
  u32 version;
  u32 unused;
  u64 base_tsc;
  u64 base_ns;
  u64 multiplier;
};
static_assert(sizeof(TimeRecord) == 32);

// The information page, written by the kernel, read-only at layout::info_base in every component.
struct InfoPage {
  TimeRecord time;
  u64 boot_id[2];                         // random
  u64 rsdp;                               // physical address of ACPI's root pointer, 0: none
  u64 memory_bytes;                       // usable memory found at boot
  u32 processors;                         // running
  u32 kernel_size;                        // bytes of memory that the kernel holds for itself
  u64 memory_free;                        // bytes that nobody has, as of the last tick
  u64 processor_time[max_processors][3];  // ns in programs, in components, idle: as the ticks found it
  char command_line[1024];                // from the boot loader, ends with a zero byte
};
static_assert(sizeof(InfoPage) == 32 + 16 + 16 + 8 + 8 + max_processors * 24 + 1024);

}  // namespace abi
