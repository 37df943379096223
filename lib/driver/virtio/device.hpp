// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/virtio/capability.hpp"
#include "lib/driver/virtio/queue.hpp"
#include "lib/driver/virtio/registers.hpp"
#include "lib/driver/window.hpp"

namespace driver::virtio {

/// Why a device cannot be used.
enum class Refusal : u8 {
  none,
  no_structures,   // a capability that section 4.1.4 demands is missing or points outside its window
  stuck,           // it does not come out of its reset
  legacy,          // it does not offer VIRTIO_F_VERSION_1
  features,        // it does not accept the features chosen
  queue,           // a queue is missing or too small
  no_interrupt,    // it does not take the vector
  memory,          // the DMA region is too small
  device_specific  // the kind of device says why
};
const char* word(Refusal refusal);

/// The windows of a device's structures.
struct Structures {
  Window common;
  Window notify;
  Window device;
  u32 notify_multiplier = 0;

  bool complete() const { return common.length() >= common::length && notify.length() >= sizeof(u16); }
};

/// A device over PCI: sections 3.1 and 4.1.
class Device {
 public:
  Device() = default;
  explicit Device(const Structures& structures) : at_(structures) {}

  const Window& configuration() const { return at_.device; }

  /// Section 2.4: writes 0 and waits until the device says 0. False: it never did.
  [[nodiscard]] bool reset();

  /// Section 3.1.1, steps 1 to 6. `wanted` is what is taken where offered, `needed` what must be; what was agreed on
  /// comes back.
  std::expected<Features, Refusal> negotiate(Features wanted, Features needed);

  /// How large queue `index` may be; 0 where there is none.
  u16 queue_limit(u16 index);
  /// Step 7: gives a queue, with its MSI-X vector, to the device.
  std::expected<void, Refusal> enable(u16 index, const Queue& queue, u16 vector);
  /// Step 8: from here on the device works.
  void go();

  void notify(u16 index);
  bool needs_reset() const;

  /// Reads the device's configuration by `read` until nothing of it changed meanwhile (section 2.5.3).
  template <class F>
  auto read_configuration(F&& read) {
    for (unsigned tries = 0;; ++tries) {
      const u8 before = at_.common.read<common::ConfigurationGeneration>();
      auto result = read(at_.device);
      // A device that never settles is not waited for.
      if (at_.common.read<common::ConfigurationGeneration>() == before || tries == 100) return result;
    }
  }

 private:
  void add_status(DeviceStatus bits);

  static constexpr u16 max_queues = 8;
  Structures at_;
  u32 notify_offsets_[max_queues] = {};
};

}  // namespace driver::virtio
