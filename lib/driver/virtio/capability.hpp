// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>

#include "lib/driver/status.hpp"

namespace driver::virtio {

/// PCI capability identifier under which virtio's structures are found (section 4.1.4).
inline constexpr u8 vendor_capability = 0x09;

/// Section 4.1.4, cfg_type.
enum class Structure : u8 { common = 1, notify = 2, interrupt_status = 3, device = 4, pci_access = 5 };

/// Section 4.1.4, struct virtio_pci_cap; of a notification structure also its multiplier (section 4.1.4.4).
struct Capability {
  Structure structure;
  u8 bar;
  u32 offset;
  u32 length;
  u32 notify_multiplier;

  /// Nothing where the bytes are too few for what they say they are. The values are the device's and not checked.
  static constexpr std::optional<Capability> parse(std::span<const u8> bytes) {
    if (bytes.size() < 16) return std::nullopt;
    Capability result{static_cast<Structure>(bytes[3]), bytes[4], word(bytes, 8), word(bytes, 12), 0};
    if (result.structure != Structure::notify) return result;
    if (bytes.size() < 20) return std::nullopt;
    result.notify_multiplier = word(bytes, 16);
    return result;
  }

 private:
  static constexpr u32 word(std::span<const u8> bytes, std::size_t at) {
    return bytes[at] | u32{bytes[at + 1]} << 8 | u32{bytes[at + 2]} << 16 | u32{bytes[at + 3]} << 24;
  }
};

}  // namespace driver::virtio
