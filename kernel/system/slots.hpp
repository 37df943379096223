// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/memory/kernel_map.hpp"
#include "kernel/system/kernel.hpp"

namespace kernel {

// Gives each slot of the image its memory, page tables and threads, once, at boot. `slots_memory` is zeroed.
void build_slots(PhysicalAddress image_address, PhysicalAddress info_page, PhysicalAddress slots_memory);

// Restores a stopped slot from the pristine image and starts it. A step does at most 64 KiB of work: `again`.
// `invalid`: the image in memory does not have its hash any more.
Status reset_slot(unsigned slot, u64 flags);
inline constexpr u64 reset_clear_vault = 1;
inline constexpr u64 reset_release_pins = 2;

// The reincarnation server has no one but the kernel to notice its silence, and to bring it back after any entry that
// may have ended it.
void watch_reincarnation();
void revive_reincarnation();

void fill_status(unsigned slot, SlotStatus& status);

}  // namespace kernel
