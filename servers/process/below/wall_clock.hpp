// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/clock.hpp"
#include "servers/process/neighbours.hpp"

namespace process {

/// The machine's clock, behind its contract.
class ClockDevice final : public WallClock {
 public:
  // No program runs before it has answered: where there is no clock, that is to be known soon.
  explicit ClockDevice(contract::Import import) : clock_(import) { clock_.limit({.attempts = 2, .recovery_ms = 2000}); }

  std::optional<u64> offset() override;

 private:
  contract::clock::Shadow clock_;
};

}  // namespace process
