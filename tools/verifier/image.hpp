// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/verifier/system.hpp"

namespace verifier {

/// Lays the system out as abi/slot.hpp says: a page for the header, the slot table, the system table, the segments of
/// each component, the boot archive; each begins on a page. Every component must have its binary. The same system makes
/// the same bytes.
std::vector<std::byte> make_image(const System& system, std::span<const std::byte> archive);

}  // namespace verifier
