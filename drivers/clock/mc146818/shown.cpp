// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/shown.hpp"

#include <chrono>

namespace mc146818 {

namespace {

constexpr unsigned first_year = 1970, last_year = 2199;
constexpr u8 afternoon = 0x80;  // in the hour where it counts to 12

/// A number as the chip codes it.
std::optional<unsigned> decode(u8 coded, RegisterB coding) {
  if (coding.get<RegisterB::Binary>()) return coded;
  const unsigned tens = coded >> 4, ones = coded & 15;
  if (tens > 9 || ones > 9) return {};
  return tens * 10 + ones;
}

/// From 0 to 23.
std::optional<unsigned> hour_of(u8 coded, RegisterB coding) {
  if (coding.get<RegisterB::Hours24>()) {
    const auto hour = decode(coded, coding);
    return hour && *hour < 24 ? hour : std::nullopt;
  }
  const auto hour = decode(coded & ~afternoon, coding);
  if (!hour || *hour < 1 || *hour > 12) return {};
  // 12 comes before 1, in the morning as in the afternoon.
  return *hour % 12 + (coded & afternoon ? 12 : 0);
}

std::optional<unsigned> year_of(const Shown& shown) {
  const auto year = decode(shown.year, shown.coding);
  if (!year || *year > 99) return {};
  if (const auto century = decode(shown.century, shown.coding))
    if (const unsigned whole = *century * 100 + *year; whole >= first_year && whole <= last_year) return whole;
  return *year + (*year < first_year % 100 ? 2000 : 1900);
}

}  // namespace

std::optional<u64> seconds_of(const Shown& shown) {
  using namespace std::chrono;
  const auto second = decode(shown.second, shown.coding);
  const auto minute = decode(shown.minute, shown.coding);
  const auto hour = hour_of(shown.hour, shown.coding);
  const auto day = decode(shown.day, shown.coding);
  const auto month = decode(shown.month, shown.coding);
  const auto year = year_of(shown);
  if (!second || *second > 59 || !minute || *minute > 59 || !hour || !day || !month || !year) return {};
  const year_month_day date{std::chrono::year{static_cast<int>(*year)}, std::chrono::month{*month},
                            std::chrono::day{*day}};
  if (!date.ok()) return {};
  const auto days = static_cast<u64>(sys_days{date}.time_since_epoch().count());
  return ((days * 24 + *hour) * 60 + *minute) * 60 + *second;
}

}  // namespace mc146818
