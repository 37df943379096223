// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/virtio/device.hpp"

namespace driver::virtio {

/// What contracts/pci.contract says of a bound window: `length` bytes, `start` bytes into device window `index`, of the
/// base address register `bar` from `bar_offset` on.
struct BoundWindow {
  u8 index;
  u8 bar;
  u32 start;
  u64 bar_offset;
  u64 length;
};

/// Where a structure lies in the windows; empty unless all of it is in one.
constexpr Window place(const Capability& capability, std::span<const BoundWindow> windows) {
  for (const BoundWindow& window : windows) {
    if (window.bar != capability.bar || capability.offset < window.bar_offset) continue;
    return Window{window.index, window.start, window.length}.part(capability.offset - window.bar_offset,
                                                                  capability.length);
  }
  return {};
}

/// Finds a device's structures. `next` is called with 0, 1, ... and gives a std::optional of a vendor capability's
/// bytes. Section 4.1.4: the first usable one of each type counts.
template <class Next>
Structures find_structures(std::span<const BoundWindow> windows, Next&& next) {
  Structures found;
  constexpr u8 most = 16;
  for (u8 index = 0; index < most; ++index) {
    const auto bytes = next(index);
    if (!bytes) break;
    const std::optional<Capability> capability = Capability::parse(*bytes);
    if (!capability) continue;
    Window* const target = capability->structure == Structure::common   ? &found.common
                           : capability->structure == Structure::notify ? &found.notify
                           : capability->structure == Structure::device ? &found.device
                                                                        : nullptr;
    if (target == nullptr || target->length() != 0) continue;
    *target = place(*capability, windows);
    if (target == &found.notify && target->length() != 0) found.notify_multiplier = capability->notify_multiplier;
  }
  return found;
}

}  // namespace driver::virtio
