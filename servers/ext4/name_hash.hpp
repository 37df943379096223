// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "servers/ext4/layout/directory.hpp"

namespace ext4 {

struct Geometry;

/// The hash of a name: `major` orders the index (its lowest bit is always clear), `minor` orders names within.
struct NameHash {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
};

struct HashParameters {
  layout::HashVersion version;
  bool characters_unsigned;
  std::array<std::uint32_t, 4> seed;  ///< all zero: the hash function's own start
};

NameHash hash_name(const HashParameters& parameters, std::string_view name);

}  // namespace ext4
