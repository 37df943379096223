// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "drivers/clock/mc146818/registers.hpp"

namespace mc146818::tests {

/// A model of the chip and of the kernel's calls on its ports, with a monotonic clock that goes on by a microsecond
/// whenever it is asked. Whatever is written to the chip fails the test.
class FakeChip : public driver::HostDevices {
 public:
  static constexpr u8 bcd_24_hours = 0x02, binary_24_hours = 0x06, bcd_12_hours = 0x00, binary_12_hours = 0x04;

  FakeChip() {
    driver::Kernel::devices = this;
    now_ = 5'000'000'000;
    // 2026-11-22 23:45:30, as a PC's firmware leaves it.
    at(Address::second) = 0x30;
    at(Address::minute) = 0x45;
    at(Address::hour) = 0x23;
    at(Address::day) = 0x22;
    at(Address::month) = 0x11;
    at(Address::year) = 0x26;
    at(Address::century) = 0x20;
    at(Address::a) = 0x26;
    at(Address::b) = bcd_24_hours;
    at(Address::d) = 0x80;
  }
  virtual ~FakeChip() { driver::Kernel::devices = nullptr; }

  static u64 monotonic() { return now_ += 1000; }
  static void pass(u64 nanoseconds) { now_ += nanoseconds; }

  u8& at(Address address) { return bytes[static_cast<u8>(address)]; }
  /// Called before and after a register is read.
  std::function<void(Address)> before, after;
  bool refuses = false;

  std::array<u8, 128> bytes{};

  driver::Result<u32> port_in(u16 port, unsigned size) override {
    EXPECT_EQ(size, 1u);
    if (refuses) return std::unexpected(driver::Error::refused);
    EXPECT_EQ(port, first_port + 1);
    if (before) before(static_cast<Address>(index_));
    const u8 value = bytes.at(index_);
    if (after) after(static_cast<Address>(index_));
    return u32{value};
  }
  driver::Result<void> port_out(u16 port, unsigned size, u32 value) override {
    EXPECT_EQ(size, 1u);
    if (refuses) return std::unexpected(driver::Error::refused);
    EXPECT_EQ(port, first_port) << "the chip is not to be written";
    EXPECT_LT(value, 0x80u) << "would mask the NMI";
    index_ = value & 0x7f;
    return {};
  }

 private:
  static inline u64 now_ = 0;
  u32 index_ = 0;
};

}  // namespace mc146818::tests
