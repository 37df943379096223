// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>

#include "servers/ext4/inode.hpp"

namespace ext4 {

struct Attributes {
  InodeNumber inode{};
  std::uint32_t generation = 0;
  FileKind kind{};
  std::uint16_t permissions = 0;  ///< the twelve low bits of the mode
  std::uint32_t links = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t flags = 0;  ///< as chattr sets them
  std::uint32_t device_major = 0;
  std::uint32_t device_minor = 0;
  std::uint64_t size = 0;
  std::uint64_t sectors = 0;  ///< of 512 bytes, occupied
  Timestamp access{};
  Timestamp change{};
  Timestamp modification{};
  Timestamp creation{};
};

/// What is to change; the rest stays. The change time becomes the caller's.
struct AttributeChange {
  std::optional<std::uint16_t> permissions = std::nullopt;
  std::optional<std::uint32_t> uid = std::nullopt;
  std::optional<std::uint32_t> gid = std::nullopt;
  std::optional<Timestamp> access = std::nullopt;
  std::optional<Timestamp> modification = std::nullopt;
};

/// What a new inode is like.
struct NewInode {
  FileKind kind = FileKind::regular;
  std::uint16_t permissions = 0;
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;
  std::uint32_t device_major = 0;  ///< of devices only
  std::uint32_t device_minor = 0;
};

/// What an inode says of itself.
Attributes attributes_of(const InodePin& inode, const Geometry& geometry);

}  // namespace ext4
