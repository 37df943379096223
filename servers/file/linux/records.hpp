// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// Small records that programs pass by address (Linux: include/uapi/linux/{uio,dirent,poll,time,fcntl}.h).
namespace file::linux_abi {

using abi::i32;
using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

struct Vector {  // struct iovec
  u64 address;
  u64 length;
};
inline constexpr u32 max_vectors = 1024;

/// Head of struct linux_dirent64; the name and its end follow, up to a multiple of 8 bytes.
struct DirectoryEntry {
  u64 inode;
  i64 next;
  u16 length;
  u8 type;
} __attribute__((packed));
static_assert(sizeof(DirectoryEntry) == 19);

struct Poll {
  i32 descriptor;
  u16 events;
  u16 ready;
};
static_assert(sizeof(Poll) == 8);
inline constexpr u32 poll_in = 0x001;
inline constexpr u32 poll_priority = 0x002;
inline constexpr u32 poll_out = 0x004;
inline constexpr u32 poll_error = 0x008;
inline constexpr u32 poll_hang_up = 0x010;
inline constexpr u32 poll_invalid = 0x020;
inline constexpr u32 poll_in_normal = 0x040;
inline constexpr u32 poll_out_normal = 0x100;
inline constexpr u32 poll_reader_hang_up = 0x2000;

struct TimeSpec {
  i64 seconds;
  i64 nanoseconds;
};
struct TimeValue {
  i64 seconds;
  i64 microseconds;
};
inline constexpr i64 time_now = (1 << 30) - 1;   // UTIME_NOW
inline constexpr i64 time_omit = (1 << 30) - 2;  // UTIME_OMIT

struct Lock {  // struct flock
  u16 type;
  u16 whence;
  u32 unused;
  i64 start;
  i64 length;
  i32 process;
  u32 unused_end;
};
static_assert(sizeof(Lock) == 32);
inline constexpr u16 lock_read = 0;
inline constexpr u16 lock_write = 1;
inline constexpr u16 lock_none = 2;

}  // namespace file::linux_abi
