// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/port.hpp"

// MC146818A Real-Time Clock plus RAM, Motorola 1984: "Address map" and "Registers".
namespace mc146818 {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

inline constexpr u16 first_port = 0x70;

/// Says which register `Data` is. Its highest bit masks the PC's NMI: it is left 0, as the firmware leaves it.
using Index = driver::Register<u8, 0>;
using Data = driver::Register<u8, 1>;

enum class Address : u8 {
  second = 0x00,
  minute = 0x02,
  hour = 0x04,
  day = 0x07,
  month = 0x08,
  year = 0x09,
  a = 0x0a,
  b = 0x0b,
  d = 0x0d,
  // Not the chip's: RAM, where a PC's firmware keeps it. ACPI's FADT (5.2.9, CENTURY) names this place where it names
  // one.
  century = 0x32,
};

struct RegisterA : driver::Bits<u8> {
  /// What the divider chain does. 11x holds it at zero.
  using Divider = driver::Field<RegisterA, 4, 3>;
  /// An update is under way or begins within 244 us. Where it is clear, the registers hold still that long.
  using UpdateInProgress = driver::Field<RegisterA, 7>;
};
inline constexpr unsigned divider_held = 6;

struct RegisterB : driver::Bits<u8> {
  using Hours24 = driver::Field<RegisterB, 1>;
  using Binary = driver::Field<RegisterB, 2>;
  /// Updates are held back while the time is being set.
  using Set = driver::Field<RegisterB, 7>;
};

struct RegisterD : driver::Bits<u8> {
  /// Valid RAM and time: clear after the power, battery included, has failed.
  using Valid = driver::Field<RegisterD, 7>;
};

}  // namespace mc146818
