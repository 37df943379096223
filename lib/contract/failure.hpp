// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "lib/contract/types.hpp"

namespace contract {

/// Why a request has no answer of its contract.
enum class Failure : u8 {
  none = 0,
  unavailable = 1,  // the exporter did not come back within the limit of a recovery, or nobody exports it
  timed_out = 2,    // it failed under this request as often as the limit of a request allows
  restarted = 3,    // the exporter was restarted and what the lane had built up is lost; begin anew
  refused = 4,      // the message broke the contract, or the kernel does not allow it
};

std::string_view name_of(Failure failure);

}  // namespace contract
