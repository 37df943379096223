// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "servers/ext4/layout/little.hpp"

namespace ext4 {

/// Since 1970-01-01 00:00:00 UTC. An inode with extra fields holds 1901 to 2446, one without 1901 to 2038.
struct Timestamp {
  std::int64_t seconds = 0;
  std::uint32_t nanoseconds = 0;

  friend bool operator==(const Timestamp&, const Timestamp&) = default;
};

// Kernel documentation, filesystems/ext4, "Inode Timestamps": 32 signed bits of seconds; in the extra field
// two bits that are added above them, and 30 bits of nanoseconds.

constexpr Timestamp decode_time(std::uint32_t base, std::uint32_t extra) {
  const std::int64_t seconds = static_cast<std::int32_t>(base);
  return {.seconds = seconds + (static_cast<std::int64_t>(extra & 3) << 32), .nanoseconds = extra >> 2};
}
constexpr std::uint32_t encode_time_base(Timestamp time) { return static_cast<std::uint32_t>(time.seconds); }
constexpr std::uint32_t encode_time_extra(Timestamp time) {
  const std::int64_t base = static_cast<std::int32_t>(time.seconds);
  return (static_cast<std::uint32_t>((time.seconds - base) >> 32) & 3) | time.nanoseconds << 2;
}

}  // namespace ext4
