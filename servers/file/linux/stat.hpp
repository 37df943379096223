// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// What stat, statx and statfs write (Linux: arch/x86/include/uapi/asm/stat.h, include/uapi/linux/stat.h,
// include/uapi/asm-generic/statfs.h).
namespace file::linux_abi {

using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;

struct Stat {
  u64 device;
  u64 inode;
  u64 links;
  u32 mode;
  u32 user;
  u32 group;
  u32 unused;
  u64 special_device;
  i64 size;
  i64 block_size;
  i64 blocks;  // of 512 bytes
  i64 access_seconds;
  i64 access_nanoseconds;
  i64 modify_seconds;
  i64 modify_nanoseconds;
  i64 change_seconds;
  i64 change_nanoseconds;
  i64 unused_end[3];
};
static_assert(sizeof(Stat) == 144);

struct StatxTime {
  i64 seconds;
  u32 nanoseconds;
  u32 unused;
};

struct Statx {
  u32 mask;
  u32 block_size;
  u64 attributes;
  u32 links;
  u32 user;
  u32 group;
  u16 mode;
  u16 unused;
  u64 inode;
  u64 size;
  u64 blocks;
  u64 attributes_mask;
  StatxTime access, birth, change, modify;
  u32 special_major, special_minor;
  u32 device_major, device_minor;
  u64 mount;
  u64 unused_end[13];
};
static_assert(sizeof(Statx) == 256);
inline constexpr u32 statx_basic = 0x7ff;
inline constexpr u32 statx_mount = 0x1000;
inline constexpr u32 statx_reserved = 0x8000'0000;
inline constexpr u64 statx_attribute_mount_root = 0x2000;

struct StatFs {
  i64 type;
  i64 block_size;
  u64 blocks, blocks_free, blocks_available;
  u64 files, files_free;
  u64 identity;
  i64 name_length;
  i64 fragment_size;
  i64 flags;
  i64 unused[4];
};
static_assert(sizeof(StatFs) == 120);

/// Device numbers as stat carries them.
constexpr u64 make_device(u32 major, u32 minor) {
  return (minor & 0xff) | (major & 0xfff) << 8 | u64{minor & ~0xffu} << 12 | u64{major & ~0xfffu} << 32;
}
constexpr u32 major_of(u64 device) { return (device >> 8 & 0xfff) | (device >> 32 & ~0xfffu); }
constexpr u32 minor_of(u64 device) { return (device & 0xff) | (device >> 12 & ~0xffu); }

}  // namespace file::linux_abi
