// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "drivers/clock/mc146818/registers.hpp"

namespace mc146818 {

/// What the chip shows, as it codes it.
struct Shown {
  u8 second = 0, minute = 0, hour = 0;
  u8 day = 0, month = 0, year = 0;
  u8 century = 0;
  RegisterB coding;

  friend bool operator==(const Shown&, const Shown&) = default;
};

/// Seconds since 1970-01-01 00:00:00, or nothing where it is no time. A century that is none (the register is RAM, and
/// not every firmware keeps it) is replaced by the one that puts the year between 1970 and 2069.
std::optional<u64> seconds_of(const Shown& shown);

}  // namespace mc146818
