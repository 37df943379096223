// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/status.hpp"

namespace reincarnation {

/// Why this server stops a slot, or somebody through it: numbers that the kernel's own (abi::Cause) leave free.
enum Cause : abi::u32 {
  cause_operator = 2,
  cause_loop = 3,
  cause_late = 5,
  cause_violation = 6,
  cause_injected = 9,
};

}  // namespace reincarnation
