// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/kernel.hpp"

namespace driver {

/// An interrupt of the manifest, by its position there. A line stays masked from when it is raised until it is
/// acknowledged: first the device is made to let go, then this.
class Interrupt {
 public:
  constexpr explicit Interrupt(unsigned index) : index_(index) {}
  constexpr unsigned index() const { return index_; }
  Result<void> acknowledge() const { return Kernel::irq_ack(index_); }

 private:
  unsigned index_;
};

}  // namespace driver
