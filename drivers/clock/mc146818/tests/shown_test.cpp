// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/shown.hpp"

#include <gtest/gtest.h>

#include <ctime>

namespace {

using namespace mc146818;

constexpr RegisterB bcd_24{{0x02}}, binary_24{{0x06}}, bcd_12{{0x00}}, binary_12{{0x04}};

constexpr Shown noon{
    .second = 0, .minute = 0, .hour = 0x12, .day = 1, .month = 1, .year = 0x26, .century = 0x20, .coding = bcd_24};
constexpr u64 noon_seconds = 1'767'268'800;  // date -u -d '2026-01-01 12:00' +%s

/// As the chip codes it.
u8 coded(unsigned value, RegisterB coding) {
  return static_cast<u8>(coding.get<RegisterB::Binary>() ? value : value / 10 * 16 + value % 10);
}
Shown shown_at(std::time_t time, RegisterB coding) {
  std::tm parts;
  gmtime_r(&time, &parts);
  const auto code = [&](int value) { return coded(static_cast<unsigned>(value), coding); };
  u8 hour = code(parts.tm_hour);
  if (!coding.get<RegisterB::Hours24>()) {
    const int shown = parts.tm_hour % 12 == 0 ? 12 : parts.tm_hour % 12;
    hour = static_cast<u8>(code(shown) | (parts.tm_hour >= 12 ? 0x80 : 0));
  }
  return {code(parts.tm_sec),
          code(parts.tm_min),
          hour,
          code(parts.tm_mday),
          code(parts.tm_mon + 1),
          code(parts.tm_year % 100),
          code((parts.tm_year + 1900) / 100),
          coding};
}

TEST(Shown, IsWhatTheCLibrarySaysInEveryCoding) {
  // Every 5 hours and some seconds from 1970 to 2199, and each second of a day's turn.
  for (const RegisterB coding : {bcd_24, binary_24, bcd_12, binary_12}) {
    for (std::time_t time = 0; time < 7'258'118'400; time += 5 * 3600 + 17)
      ASSERT_EQ(seconds_of(shown_at(time, coding)), static_cast<u64>(time)) << unsigned{coding.raw};
    for (std::time_t time = 1'709'164'800 - 3600; time < 1'709'164'800 + 3600; ++time)
      ASSERT_EQ(seconds_of(shown_at(time, coding)), static_cast<u64>(time)) << unsigned{coding.raw};
  }
}

TEST(Shown, TwelveIsMidnightInTheMorningAndNoonAfterIt) {
  Shown shown = noon;
  shown.coding = bcd_12;
  EXPECT_EQ(seconds_of(shown), noon_seconds - 12 * 3600);
  shown.hour = 0x92;
  EXPECT_EQ(seconds_of(shown), noon_seconds);
  shown.hour = 0x81;
  EXPECT_EQ(seconds_of(shown), noon_seconds + 3600);
  shown.coding = binary_12;
  shown.year = 26, shown.century = 20;
  shown.hour = 0x8b;
  EXPECT_EQ(seconds_of(shown), noon_seconds + 11 * 3600);
}

TEST(Shown, LeapDaysAreThereInLeapYearsOnly) {
  Shown shown = noon;
  shown.month = 2, shown.day = 0x29;
  EXPECT_FALSE(seconds_of(shown)) << "2026";
  shown.year = 0x28;
  EXPECT_EQ(seconds_of(shown), 1'835'438'400u) << "2028";
  shown.year = 0;
  EXPECT_EQ(seconds_of(shown), 951'825'600u) << "2000, which 400 divides";
  shown.century = 0x21;
  EXPECT_FALSE(seconds_of(shown)) << "2100";
}

TEST(Shown, ACenturyThatIsNoneIsReplaced) {
  for (const u8 century : {0x00, 0xff, 0x1a, 0x19, 0x22, 0x99}) {
    Shown shown = noon;
    shown.century = century;
    EXPECT_EQ(seconds_of(shown), noon_seconds) << unsigned{century};
  }
  Shown shown = noon;
  shown.century = 0, shown.year = 0x70;
  EXPECT_EQ(seconds_of(shown), 43'200u);
  shown.century = 0x19, shown.year = 0x99;
  EXPECT_EQ(seconds_of(shown), 915'192'000u);
}

TEST(Shown, NonsenseIsRefused) {
  struct {
    const char* what;
    u8 Shown::* field;
    u8 bcd, binary;
  } const cases[] = {
      {"second", &Shown::second, 0x60, 60},    {"digit", &Shown::second, 0x0a, 99},
      {"minute", &Shown::minute, 0x60, 60},    {"hour", &Shown::hour, 0x24, 24},
      {"afternoon", &Shown::hour, 0x81, 0x81}, {"no day", &Shown::day, 0, 0},
      {"day", &Shown::day, 0x32, 32},          {"no month", &Shown::month, 0, 0},
      {"month", &Shown::month, 0x13, 13},      {"year", &Shown::year, 0xa0, 100},
      {"ones", &Shown::minute, 0xff, 0xff},
  };
  for (const auto& each : cases) {
    Shown shown = noon;
    shown.*each.field = each.bcd;
    EXPECT_FALSE(seconds_of(shown)) << each.what;
    shown = shown_at(noon_seconds, binary_24);
    ASSERT_EQ(seconds_of(shown), noon_seconds);
    shown.*each.field = each.binary;
    EXPECT_FALSE(seconds_of(shown)) << each.what << ", binary";
  }
  for (const u8 hour : {0x00, 0x13, 0x80, 0x93}) {
    Shown shown = noon;
    shown.coding = bcd_12;
    shown.hour = hour;
    EXPECT_FALSE(seconds_of(shown)) << "of 12 hours: " << unsigned{hour};
  }
  Shown april = noon;
  april.month = 4, april.day = 0x31;
  EXPECT_FALSE(seconds_of(april));
}

}  // namespace
