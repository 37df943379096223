// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "abi/types.hpp"

namespace component {

/// What lies at an address of a component (abi/layout.hpp), in words: "vault". Whoever fails there has no such memory,
/// or less of it. Empty for what is nobody's.
std::string_view place_of(abi::u64 address);

}  // namespace component
