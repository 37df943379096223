// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/blame.hpp"

#include <algorithm>

namespace reincarnation {

std::optional<Late> blame(std::span<const component::slot::Wait> waits) {
  const auto late = std::ranges::find_if(waits, &component::slot::Wait::late);
  if (late == waits.end()) return std::nullopt;
  Late found{late->called, late->caller};
  // Calls go down the ranks: the chain is no longer than there are.
  for (unsigned depth = 0, served = late->thread; depth < abi::max_ranks; ++depth) {
    const component::slot::Wait* below = nullptr;
    for (const auto& wait : waits)
      if (wait.caller == found.blamed && (below == nullptr || wait.serves == served)) below = &wait;
    if (below == nullptr) break;
    served = below->thread;
    found.blamed = below->called;
  }
  return found;
}

}  // namespace reincarnation
