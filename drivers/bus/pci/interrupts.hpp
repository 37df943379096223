// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/bus/pci/inventory.hpp"

namespace pci {

/// This component's own windows, by their place in the manifest.
inline constexpr unsigned table_window = 0;     // an MSI-X table
inline constexpr unsigned register_window = 1;  // registers by which a device is reset

/// Binds the message-signalled interrupts of slot `slot`, `count` entries of its manifest among which lines are
/// skipped, to the first vectors of the device, by MSI-X or by MSI. How many were bound comes back.
u8 bind_interrupts(Configuration& configuration, const Device& device, u8 own_slot, u8 slot, unsigned count);

/// No interrupt comes from the device any more, of whatever kind.
void silence(Configuration& configuration, const Device& device);

}  // namespace pci
