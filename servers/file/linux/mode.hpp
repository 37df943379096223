// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// Types and permission bits of files (Linux: include/uapi/linux/stat.h).
namespace file::mode {

using abi::u16;
using abi::u32;
using abi::u8;

inline constexpr u32 type_mask = 0170000;
inline constexpr u32 socket = 0140000;
inline constexpr u32 link = 0120000;
inline constexpr u32 regular = 0100000;
inline constexpr u32 block_device = 0060000;
inline constexpr u32 directory = 0040000;
inline constexpr u32 character_device = 0020000;
inline constexpr u32 fifo = 0010000;

inline constexpr u32 set_user = 04000;
inline constexpr u32 set_group = 02000;
inline constexpr u32 sticky = 01000;
inline constexpr u32 permissions = 07777;
inline constexpr u32 any_execute = 0111;
inline constexpr u32 group_execute = 0010;

constexpr bool is(u32 value, u32 type) { return (value & type_mask) == type; }
/// The type as directory entries carry it (DT_*).
constexpr u8 entry_type(u32 value) { return static_cast<u8>((value & type_mask) >> 12); }

}  // namespace file::mode

namespace file {

// Rights asked of a file, as access() and the three bits of a mode number them.
inline constexpr abi::u32 may_execute = 1;
inline constexpr abi::u32 may_write = 2;
inline constexpr abi::u32 may_read = 4;

}  // namespace file
