// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/clock/mc146818/chip.hpp"
#include "generated/contract/clock.hpp"

namespace mc146818 {

/// The contract `clock` on the chip.
class Server : public contract::clock::Exporter {
 public:
  explicit Server(Chip::Monotonic monotonic) : chip_(monotonic) {}

  contract::Answer<contract::clock::Time, contract::clock::Failed> on_read(
      contract::Call& call, const contract::clock::Read& message) override;

 private:
  Chip chip_;
};

}  // namespace mc146818
