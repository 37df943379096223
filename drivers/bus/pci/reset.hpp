// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/bus/pci/interrupts.hpp"

namespace pci {

/// How a kind of device is reset, the first that it can.
enum class Method : u8 {
  virtio,    // Virtual I/O Device 1.2, section 2.4: status 0 until it reads 0. Drains what is under way, under QEMU too
  function,  // function level reset, of PCI Express or of the advanced features
  nvme,      // NVM Express 1.4, section 7.3.2, controller reset
  power,     // into D3hot and back, where that resets
  none,      // bus mastering off is all there is
};

/// How one device is reset, which stays as it is.
struct Way {
  Method method = Method::none;
  u8 capability = 0;      // its offset, where the method has one
  bool advanced = false;  // of the advanced features, not of PCI Express
  u64 registers = 0;      // physical address of the register that tells, virtio and nvme
};
Way way_of(Configuration& configuration, const Device& device);

enum class Progress : u8 { waiting, done, stuck };

/// Makes one device harmless: bus mastering and interrupts off at once, then its reset, in steps that never wait. The
/// base address registers are as before when it is done; bus mastering stays off.
class Reset {
 public:
  Reset() = default;
  /// Begins. `now` and all times are nanoseconds.
  Reset(Configuration& configuration, const Device& device, const Way& way, u8 own_slot, u64 now);

  /// Goes on; to be called again at `again_at()` while it says `waiting`.
  Progress step(Configuration& configuration, const Device& device, u64 now);
  u64 again_at() const { return again_at_; }

 private:
  enum class Phase : u8 { drain, begin, settle, finish };

  Progress wait(u64 now, u64 nanoseconds);
  Progress step_function(Configuration& configuration, const Device& device, u64 now);
  Progress step_power(Configuration& configuration, const Device& device, u64 now);
  Progress step_registers(u64 now);
  void put_back(Configuration& configuration, const Device& device);

  Way way_;
  Phase phase_ = Phase::drain;
  u8 own_slot_ = 0;
  u64 again_at_ = 0;
  u64 give_up_at_ = 0;
};

}  // namespace pci
