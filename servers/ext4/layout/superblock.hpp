// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Where the superblock lies, whatever the block size.
inline constexpr std::size_t superblock_offset = 1024;
inline constexpr std::uint16_t superblock_magic = 0xEF53;

/// Kernel documentation, filesystems/ext4, "Super Block".
struct Superblock {
  Little32 inodes_count;
  Little32 blocks_count_low;
  Little32 reserved_blocks_low;
  Little32 free_blocks_low;
  Little32 free_inodes;
  Little32 first_data_block;
  Little32 log_block_size;
  Little32 log_cluster_size;
  Little32 blocks_per_group;
  Little32 clusters_per_group;
  Little32 inodes_per_group;
  Little32 mount_time;
  Little32 write_time;
  Little16 mount_count;
  Little16 maximum_mount_count;
  Little16 magic;
  Little16 state;
  Little16 errors;
  Little16 minor_revision;
  Little32 last_check;
  Little32 check_interval;
  Little32 creator;
  Little32 revision;
  Little16 reserved_uid;
  Little16 reserved_gid;
  Little32 first_inode;
  Little16 inode_size;
  Little16 group_of_copy;
  Little32 compatible;
  Little32 incompatible;
  Little32 read_only_compatible;
  std::array<std::byte, 16> uuid;
  std::array<char, 16> volume_name;
  std::array<char, 64> last_mounted;
  Little32 algorithms;
  std::uint8_t preallocated_blocks;
  std::uint8_t preallocated_directory_blocks;
  Little16 reserved_descriptor_blocks;
  std::array<std::byte, 16> journal_uuid;
  Little32 journal_inode;
  Little32 journal_device;
  Little32 last_orphan;
  std::array<Little32, 4> hash_seed;
  std::uint8_t default_hash_version;
  std::uint8_t journal_backup_type;
  Little16 descriptor_size;
  Little32 default_mount_options;
  Little32 first_meta_group;
  Little32 made_time;
  std::array<Little32, 17> journal_blocks;
  Little32 blocks_count_high;
  Little32 reserved_blocks_high;
  Little32 free_blocks_high;
  Little16 minimum_extra_size;
  Little16 wanted_extra_size;
  Little32 flags;
  Little16 raid_stride;
  Little16 multiple_mount_interval;
  Little64 multiple_mount_block;
  Little32 raid_stripe_width;
  std::uint8_t log_groups_per_flex;
  std::uint8_t checksum_type;
  Little16 reserved_1;
  Little64 kilobytes_written;
  std::array<Little32, 5> snapshot;
  Little32 error_count;
  std::array<std::byte, 0xA8> error_records;
  std::array<Little32, 2> quota_inodes;
  Little32 overhead_blocks;
  std::array<Little32, 2> backup_groups;
  std::array<std::byte, 4> encryption_algorithms;
  std::array<std::byte, 16> encryption_salt;
  Little32 lost_and_found_inode;
  Little32 project_quota_inode;
  Little32 checksum_seed;
  std::uint8_t write_time_high;
  std::uint8_t mount_time_high;
  std::array<std::uint8_t, 6> other_times_high;
  Little16 encoding;
  Little16 encoding_flags;
  Little32 orphan_file_inode;
  std::array<Little32, 94> reserved_2;
  Little32 checksum;
};
static_assert(sizeof(Superblock) == 1024);
static_assert(offsetof(Superblock, magic) == 0x38);
static_assert(offsetof(Superblock, uuid) == 0x68);
static_assert(offsetof(Superblock, journal_inode) == 0xE0);
static_assert(offsetof(Superblock, blocks_count_high) == 0x150);
static_assert(offsetof(Superblock, kilobytes_written) == 0x178);
static_assert(offsetof(Superblock, error_count) == 0x194);
static_assert(offsetof(Superblock, quota_inodes) == 0x240);
static_assert(offsetof(Superblock, checksum_seed) == 0x270);
static_assert(offsetof(Superblock, orphan_file_inode) == 0x280);
static_assert(offsetof(Superblock, checksum) == 0x3FC);

namespace state {
inline constexpr std::uint16_t clean = 1;
inline constexpr std::uint16_t errors = 2;
}  // namespace state

namespace flag {
inline constexpr std::uint32_t signed_hash = 1;
inline constexpr std::uint32_t unsigned_hash = 2;
}  // namespace flag

/// Features that an older implementation may ignore.
namespace compatible {
inline constexpr std::uint32_t has_journal = 0x4;
inline constexpr std::uint32_t extended_attributes = 0x8;
inline constexpr std::uint32_t resize_inode = 0x10;
inline constexpr std::uint32_t directory_index = 0x20;
inline constexpr std::uint32_t sparse_super_2 = 0x200;
}  // namespace compatible

/// Features without which an image must not be touched.
namespace incompatible {
inline constexpr std::uint32_t file_type = 0x2;
inline constexpr std::uint32_t needs_recovery = 0x4;
inline constexpr std::uint32_t extents = 0x40;
inline constexpr std::uint32_t wide = 0x80;
inline constexpr std::uint32_t flexible_groups = 0x200;
inline constexpr std::uint32_t checksum_seed = 0x2000;
}  // namespace incompatible

/// Features without which an image may be read only.
namespace read_only_compatible {
inline constexpr std::uint32_t sparse_super = 0x1;
inline constexpr std::uint32_t large_file = 0x2;
inline constexpr std::uint32_t huge_file = 0x8;
inline constexpr std::uint32_t directory_links = 0x20;
inline constexpr std::uint32_t extra_size = 0x40;
inline constexpr std::uint32_t metadata_checksums = 0x400;
}  // namespace read_only_compatible

}  // namespace ext4::layout
