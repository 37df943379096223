// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/process/types.hpp"

// Linux's records of time.
namespace process {

inline constexpr u64 nanoseconds_per_second = 1'000'000'000;
inline constexpr u64 end_of_time = ~u64{0} >> 1;

constexpr u64 saturating_sum(u64 a, u64 b) { return a > end_of_time - b || b > end_of_time ? end_of_time : a + b; }

/// struct timespec.
struct TimeSpec {
  i64 seconds = 0;
  i64 rest = 0;  // nanoseconds

  static constexpr TimeSpec of(u64 time) {
    return {static_cast<i64>(time / nanoseconds_per_second), static_cast<i64>(time % nanoseconds_per_second)};
  }
  constexpr bool valid() const { return seconds >= 0 && rest >= 0 && rest < static_cast<i64>(nanoseconds_per_second); }
  /// Of a valid time; what is too far away is the end of time.
  constexpr u64 nanoseconds() const {
    constexpr i64 most = static_cast<i64>(end_of_time / nanoseconds_per_second) - 1;
    return seconds > most ? end_of_time : static_cast<u64>(seconds) * nanoseconds_per_second + static_cast<u64>(rest);
  }
};
static_assert(sizeof(TimeSpec) == 16);

/// struct timeval.
struct TimeValue {
  i64 seconds = 0;
  i64 rest = 0;  // microseconds

  static constexpr TimeValue of(u64 time) {
    return {static_cast<i64>(time / nanoseconds_per_second), static_cast<i64>(time % nanoseconds_per_second / 1000)};
  }
  constexpr bool valid() const { return seconds >= 0 && rest >= 0 && rest < 1'000'000; }
  constexpr u64 nanoseconds() const { return TimeSpec{seconds, rest * 1000}.nanoseconds(); }
};
static_assert(sizeof(TimeValue) == 16);

/// struct timezone. Nothing here goes by it: it is kept for those who ask.
struct TimeZone {
  i32 minutes_west = 0;
  i32 daylight_saving = 0;
};
static_assert(sizeof(TimeZone) == 8);

/// struct itimerval.
struct IntervalValue {
  TimeValue interval, value;
};
static_assert(sizeof(IntervalValue) == 32);

}  // namespace process
