// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {

/// Puts something of everything into a file system: indexed and linear directories, deep and flat extent trees, long
/// and short links, devices, an orphan.
void populate(Mounted& disk);

/// What a walk over a file system met.
struct Walk {
  std::uint64_t answers = 0;
  std::vector<Error> errors;
};

/// Reads and changes whatever can be reached, in at most `budget` requests. Nothing is expected of the answers but
/// that they come: the image may be anything.
Walk exercise(FileSystem& fs, std::uint32_t seed, std::uint32_t budget);

}  // namespace ext4::testing
