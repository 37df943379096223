// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>

#include "lib/component/slots.hpp"

namespace reincarnation {

struct Late {
  unsigned blamed;
  unsigned caller;
  friend bool operator==(const Late&, const Late&) = default;
};

/// Who is to blame for the first call that is late: the last slot down the chain of calls. In each slot on the way the
/// thread that serves the call above is followed where it waits itself, else any that waits.
std::optional<Late> blame(std::span<const component::slot::Wait> waits);

}  // namespace reincarnation
