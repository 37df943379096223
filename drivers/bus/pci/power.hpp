// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/bus/pci/acpi.hpp"

namespace pci {

/// Whether the firmware says how to turn the machine off.
inline bool can_turn_off(const acpi::Power& power) { return power.control_a != 0; }

/// Section 16.1.7 of ACPI 6.4: into the state S5. Does not come back where it works.
void turn_off(const acpi::Power& power);

/// By the firmware's reset register, then by the chipset's (0xcf9), then by the keyboard controller's line.
void reset_machine(const acpi::Power& power);

}  // namespace pci
