// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <string>

#include "tests/unit/kernel/world.hpp"

namespace explore {

struct Found {
  std::size_t states = 0;
  std::size_t transitions = 0;
  unsigned depth = 0;
  bool fixpoint = false;  // no state is left that was not visited
  std::string violation;  // and how it came about; empty: none
};

// Breadth-first over everything a configuration can do, until nothing new appears, a violation, or `limit` states.
Found search(const Shape& shape, std::size_t limit);

extern const Shape shapes[];
extern const std::size_t shape_count;

}  // namespace explore
