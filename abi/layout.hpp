// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// Where things lie in a component's address space. One GiB holds everything of fixed size, so that it costs few tables.
namespace abi::layout {

inline constexpr u64 image_base = 0x4000'0000;    // text, read-only data, data, bss, as linked
inline constexpr u64 table_base = 0x5000'0000;    // system table, read-only (abi/component.hpp)
inline constexpr u64 archive_base = 0x5100'0000;  // boot archive, read-only, where the manifest asks for it
inline constexpr u64 info_base = 0x57ff'f000;     // information page, read-only (abi/info.hpp)
inline constexpr u64 stack_base = 0x5800'0000;    // thread i: stack_stride bytes each, guard page at the low end
inline constexpr u64 stack_stride = 0x2'0000;
inline constexpr u64 vault_base = 0x6000'0000;
inline constexpr u64 dma_base = 0x7000'0000;     // contiguous, for devices
inline constexpr u64 device_base = 0x7800'0000;  // window i at device_base + i * device_stride
inline constexpr u64 device_stride = 0x40'0000;
inline constexpr u64 firmware_base = 0x7c00'0000;
inline constexpr u64 frame_base = 0x100'0000'0000;  // frame f that the slot owns, at frame_base + f * page_size
inline constexpr u64 user_end = 0x7fff'ffff'f000;   // programs and components: addresses below

}  // namespace abi::layout
