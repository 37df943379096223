// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <limits>

#include "generated/contract/ext4.hpp"
#include "servers/ext4/attributes.hpp"
#include "servers/ext4/device_number.hpp"
#include "servers/ext4/extent_node.hpp"

namespace ext4 {

// What a file system says, in the form of the contract, and back.

inline constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// The contract's nanoseconds reach from 1677 to 2262; an inode's times beyond are the last of them.
constexpr std::int64_t to_nanoseconds(Timestamp time) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
  constexpr std::int64_t last_second = most / nanoseconds_per_second - 1;
  if (time.seconds > last_second) return most;
  if (time.seconds < -last_second) return -most;
  return time.seconds * nanoseconds_per_second + time.nanoseconds;
}
constexpr Timestamp from_nanoseconds(std::int64_t time) {
  std::int64_t seconds = time / nanoseconds_per_second;
  std::int64_t rest = time % nanoseconds_per_second;
  if (rest < 0) --seconds, rest += nanoseconds_per_second;
  return {.seconds = seconds, .nanoseconds = static_cast<std::uint32_t>(rest)};
}

inline contract::ext4::Attributes to_wire(const Attributes& attributes) {
  const bool device = attributes.kind == FileKind::character_device || attributes.kind == FileKind::block_device;
  return {.inode = attributes.inode.value,
          .mode = static_cast<std::uint16_t>(mode_of_kind(attributes.kind) | attributes.permissions),
          .links = static_cast<std::uint16_t>(attributes.links),
          .user = attributes.uid,
          .group = attributes.gid,
          .size = device ? pack_device({attributes.device_major, attributes.device_minor}) : attributes.size,
          .sectors = attributes.sectors,
          .access = to_nanoseconds(attributes.access),
          .change = to_nanoseconds(attributes.change),
          .modification = to_nanoseconds(attributes.modification)};
}

inline contract::ext4::Extent to_wire(const Mapping& mapping) {
  return {.physical = mapping.content == Content::hole ? 0 : mapping.physical.value,
          .length = mapping.length,
          .content = static_cast<contract::ext4::Content>(mapping.content)};
}
static_assert(static_cast<int>(contract::ext4::Content::hole) == static_cast<int>(Content::hole));
static_assert(static_cast<int>(contract::ext4::Content::written) == static_cast<int>(Content::written));
static_assert(static_cast<int>(contract::ext4::Content::unwritten) == static_cast<int>(Content::unwritten));
static_assert(static_cast<int>(contract::ext4::Content::reserved) == static_cast<int>(Content::reserved));

constexpr contract::ext4::Reason to_wire(Error error) {
  using contract::ext4::Reason;
  switch (error) {
    case Error::device_failed:
      return Reason::io;
    case Error::cache_exhausted:
    case Error::table_full:
      return Reason::exhausted;
    case Error::not_ext4:
    case Error::unsupported_block_size:
    case Error::unsupported_feature:
    case Error::unsupported_inode:
    case Error::device_too_small:
      return Reason::unsupported;
    case Error::bad_checksum:
    case Error::damaged:
      return Reason::damaged;
    case Error::read_only:
      return Reason::read_only;
    case Error::not_found:
      return Reason::not_found;
    case Error::already_exists:
      return Reason::exists;
    case Error::not_a_directory:
      return Reason::not_directory;
    case Error::is_a_directory:
      return Reason::is_directory;
    case Error::directory_not_empty:
      return Reason::not_empty;
    case Error::no_space:
    case Error::no_inodes:
      return Reason::no_space;
    case Error::name_too_long:
      return Reason::too_long;
    case Error::too_many_links:
      return Reason::too_many_links;
    case Error::file_too_large:
      return Reason::too_large;
    case Error::stale:
      return Reason::stale;
    case Error::bad_name:
    case Error::bad_argument:
      return Reason::invalid;
  }
  return Reason::invalid;
}

}  // namespace ext4
