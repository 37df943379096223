// SPDX-License-Identifier: BSD-2-Clause
#include "boot/plan.hpp"

#include <algorithm>
#include <array>

using namespace std::string_view_literals;

namespace boot {
namespace {

// 8 bytes for each frame and 12 for each sixteen (kernel/memory/frames.hpp), rounded up.
constexpr u64 table_bytes_per_frame = 9;
// The kernel's first page tables, the information page, and what rounding up to pages takes.
constexpr u64 other_pages = 20;
constexpr u64 end_of_low_memory = 0xa'0000, end_of_32_bits = u64{1} << 32;
// Page 0 is where null pointers lead; the page at 0x8000 is where the kernel starts its other processors.
constexpr std::array<Range, 2> low_taken{{{0, 0x1000}, {0x8000, 0x9000}}};

constexpr u64 rounded(u64 bytes) { return (bytes + abi::page_size - 1) & ~(abi::page_size - 1); }

}  // namespace

std::string_view text(PlanError error) {
  switch (error) {
    case PlanError::kernel_has_no_room:
      return "the firmware keeps memory that the kernel needs above 1 MiB"sv;
    case PlanError::stage_in_the_way:
      return "GRUB has put the boot stage where the kernel has to be"sv;
    case PlanError::no_room_for_modules:
      return "there is too little memory for the system image; 64 MiB will do"sv;
    case PlanError::no_low_memory:
      return "the firmware leaves no memory below 640 KiB"sv;
  }
  return {};
}

u64 fixed_bytes(u64 end_of_memory, u64 slot_memory) {
  return (end_of_memory / abi::page_size) * table_bytes_per_frame + other_pages * abi::page_size + rounded(slot_memory);
}

std::expected<Plan, PlanError> make_plan(const MemoryMap& map, const Load& load) {
  const Range kernel{load.kernel.begin, rounded(load.kernel.end)};
  if (load.slot_memory > end_of_32_bits || !map.usable_around(kernel.begin).holds(kernel))
    return std::unexpected(PlanError::kernel_has_no_room);
  if (kernel.overlaps(load.stage)) return std::unexpected(PlanError::stage_in_the_way);
  const auto fixed = map.lowest_place(fixed_bytes(map.end_of_usable(), load.slot_memory), kernel.end, end_of_32_bits);
  if (!fixed) return std::unexpected(PlanError::kernel_has_no_room);

  Plan plan;
  const u64 file_bytes = load.kernel_file.end - load.kernel_file.begin;
  const std::array before{kernel, *fixed, load.stage, load.image};
  const auto file = map.highest_place(file_bytes, end_of_32_bits, before);
  if (!file) return std::unexpected(PlanError::no_room_for_modules);
  plan.kernel_file = *file;
  // The image may overlap the place that it comes from.
  const std::array then{kernel, *fixed, load.stage, Range{*file, *file + file_bytes}};
  const auto image = map.highest_place(load.image.end - load.image.begin, end_of_32_bits, then);
  if (!image) return std::unexpected(PlanError::no_room_for_modules);
  plan.image = *image;
  const auto low = map.highest_place(load.start_bytes, end_of_low_memory, low_taken);
  if (!low) return std::unexpected(PlanError::no_low_memory);
  plan.start_information = *low;
  return plan;
}

}  // namespace boot
