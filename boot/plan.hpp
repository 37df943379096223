// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <string_view>

#include "boot/memory_map.hpp"

namespace boot {

/// Where everything is to lie before the kernel starts.
struct Plan {
  u64 kernel_file = 0;        // a copy of the kernel's file, out of the way of all else
  u64 image = 0;              // the system image, moved after that
  u64 start_information = 0;  // below 1 MiB
};

/// What there is to be placed.
struct Load {
  Range kernel;         // where the kernel's segments go
  u64 slot_memory = 0;  // bytes of fixed memory that the image asks the kernel for
  Range kernel_file;    // where GRUB left the kernel's file
  Range image;          // ... and the system image
  Range stage;          // where we run
  u64 start_bytes = 0;  // of the start information
};

enum class PlanError { kernel_has_no_room, stage_in_the_way, no_room_for_modules, no_low_memory };
std::string_view text(PlanError error);

/// Bytes that the kernel takes behind itself for good where memory ends at `end_of_memory`: a table of all frames, its
/// first page tables, and the slots' memory. Not less than what kernel/system/boot.cpp counts, and at most a little
/// more.
u64 fixed_bytes(u64 end_of_memory, u64 slot_memory);

/// The kernel takes its fixed memory in the first usable piece behind itself that has room for all of it; nothing is
/// put there.
std::expected<Plan, PlanError> make_plan(const MemoryMap& map, const Load& load);

}  // namespace boot
