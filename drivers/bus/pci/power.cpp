// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/bus/pci/power.hpp"

#include "lib/driver/port.hpp"

namespace pci {

using driver::u16;
using driver::u8;
namespace {

/// ACPI 6.4, section 4.8.3.2.1.
struct Pm1Control : driver::Bits<u16> {
  using Enabled = driver::Field<Pm1Control, 0>;
  using SleepType = driver::Field<Pm1Control, 10, 3>;
  using Sleep = driver::Field<Pm1Control, 13>;
};
using Control = driver::Register<Pm1Control, 0>;
using Byte = driver::Register<u8, 0>;

/// Intel ICH9 datasheet, section 13.7.5, reset control register.
constexpr u16 reset_control = 0xcf9;
constexpr u8 reset_system = 0x02, reset_now = 0x06;
constexpr u16 keyboard_command = 0x64;
constexpr u8 keyboard_pulse_reset = 0xfe;
constexpr unsigned enable_polls = 3000;

void sleep(u16 port, u8 type) {
  driver::Port control{port};
  const auto value = control.read<Control>().with<Pm1Control::SleepType>(type);
  control.write<Control>(value);
  control.write<Control>(value.with<Pm1Control::Sleep>(true));
}

}  // namespace

void turn_off(const acpi::Power& power) {
  driver::Port control{power.control_a};
  if (power.command != 0 && !control.read<Control>().get<Pm1Control::Enabled>()) {
    driver::Port{power.command}.write<Byte>(power.enable);
    for (unsigned i = 0; i < enable_polls && !control.read<Control>().get<Pm1Control::Enabled>(); ++i) {
    }
  }
  // Both before either sleeps would be right by the book; the second's register alone does nothing, so it goes first.
  if (power.control_b != 0) sleep(power.control_b, power.off_b);
  sleep(power.control_a, power.off_a);
}

void reset_machine(const acpi::Power& power) {
  if (power.reset != 0) driver::Port{power.reset}.write<Byte>(power.reset_value);
  driver::Port chipset{reset_control};
  chipset.write<Byte>(reset_system);
  chipset.write<Byte>(reset_now);
  driver::Port{keyboard_command}.write<Byte>(keyboard_pulse_reset);
}

}  // namespace pci
