// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "servers/ext4/block_role.hpp"
#include "servers/ext4/layout/superblock.hpp"
#include "servers/ext4/number.hpp"

namespace ext4 {

struct Geometry;

// Kernel documentation, filesystems/ext4, "Checksums": CRC-32C throughout, never inverted.

using ConstBlock = std::span<const std::byte, block_size>;
using Block = std::span<std::byte, block_size>;

std::uint32_t superblock_checksum(const layout::Superblock& superblock);
std::uint32_t uuid_seed(const std::array<std::byte, 16>& uuid);
/// What the checksums of an inode, its extents and its directory blocks begin with.
std::uint32_t inode_seed(const Geometry& geometry, InodeNumber inode, std::uint32_t generation);

/// Of the first `bits` bits of a bitmap; its place is in the group's descriptor.
std::uint32_t bitmap_checksum(const Geometry& geometry, ConstBlock bitmap, std::uint32_t bits);

/// Says whether the checksum of a block is right. `item` is the inode within a block of inodes, and 0
/// otherwise. Bitmaps are not judged here: their checksum is in the group's descriptor.
bool checksum_matches(const Geometry& geometry, PhysicalBlock number, BlockRole role, ConstBlock block,
                      std::uint32_t item);

/// Puts the right checksum there. The block must be well formed.
void refresh_checksum(const Geometry& geometry, PhysicalBlock number, BlockRole role, Block block, std::uint32_t item);

}  // namespace ext4
