// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <functional>

#include "tests/unit/kernel/world.hpp"

namespace explore {

// Runs every action that is possible in a world, each on a copy of it, and hands over what becomes of it. `name` says
// what was done, for the trace of a violation.
using Visit = std::function<void(World&, const char* name)>;
void for_each_successor(const World& from, const Visit& visit);

// The action that was begun last.
inline const char* attempted = "";

}  // namespace explore
