// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// Flags of opening, looking up, duplicating and renaming (Linux: include/uapi/asm-generic/fcntl.h, linux/fcntl.h,
// linux/fs.h).
namespace file::flags {

using abi::i32;
using abi::u32;

inline constexpr u32 access_mode = 03;
inline constexpr u32 read_only = 00;
inline constexpr u32 write_only = 01;
inline constexpr u32 read_write = 02;
inline constexpr u32 create = 0100;
inline constexpr u32 exclusive = 0200;
inline constexpr u32 no_control = 0400;
inline constexpr u32 truncate = 01000;
inline constexpr u32 append = 02000;
inline constexpr u32 non_block = 04000;
inline constexpr u32 data_sync = 010000;
inline constexpr u32 async = 020000;
inline constexpr u32 direct = 040000;
inline constexpr u32 large_file = 0100000;
inline constexpr u32 directory = 0200000;
inline constexpr u32 no_follow = 0400000;
inline constexpr u32 no_access_time = 01000000;
inline constexpr u32 close_on_exec = 02000000;
inline constexpr u32 sync = 04000000 | data_sync;
inline constexpr u32 path = 010000000;
inline constexpr u32 temporary = 020000000 | directory;
/// What open takes; the rest is ignored, as Linux does.
inline constexpr u32 known = access_mode | create | exclusive | no_control | truncate | append | non_block | data_sync |
                             async | direct | large_file | directory | no_follow | no_access_time | close_on_exec |
                             sync | path | temporary;
/// What F_SETFL may change.
inline constexpr u32 settable = append | non_block | async | direct | no_access_time;

inline constexpr i32 at_working_directory = -100;
inline constexpr u32 at_no_follow = 0x100;
inline constexpr u32 at_effective = 0x200;         // faccessat2
inline constexpr u32 at_remove_directory = 0x200;  // unlinkat
inline constexpr u32 at_follow = 0x400;            // linkat
inline constexpr u32 at_no_automount = 0x800;
inline constexpr u32 at_empty_path = 0x1000;
inline constexpr u32 at_sync_mask = 0x6000;  // statx

inline constexpr u32 rename_no_replace = 1;
inline constexpr u32 rename_exchange = 2;
inline constexpr u32 rename_whiteout = 4;

}  // namespace file::flags

namespace file::control {

using abi::u32;

// Commands of fcntl.
inline constexpr u32 duplicate = 0;
inline constexpr u32 get_descriptor_flags = 1;
inline constexpr u32 set_descriptor_flags = 2;
inline constexpr u32 get_status_flags = 3;
inline constexpr u32 set_status_flags = 4;
inline constexpr u32 get_lock = 5;
inline constexpr u32 set_lock = 6;
inline constexpr u32 set_lock_wait = 7;
inline constexpr u32 set_owner = 8;
inline constexpr u32 get_owner = 9;
inline constexpr u32 duplicate_close_on_exec = 1030;
inline constexpr u32 set_pipe_size = 1031;
inline constexpr u32 get_pipe_size = 1032;

inline constexpr u32 close_on_exec = 1;  // the only descriptor flag

}  // namespace file::control
