// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4::layout {

/// Kernel documentation, filesystems/ext4, "Extended Attributes", ext4_xattr_header: the start of a block
/// of attributes that lie outside their inode.
struct AttributesHeader {
  Little32 magic;
  Little32 references;
  Little32 blocks;
  Little32 hash;
  Little32 checksum;
  std::array<Little32, 3> reserved;
};
static_assert(sizeof(AttributesHeader) == 32);
static_assert(offsetof(AttributesHeader, checksum) == 16);
inline constexpr std::uint32_t attributes_magic = 0xEA020000;
inline constexpr std::uint32_t maximum_attribute_references = 1024;

}  // namespace ext4::layout
