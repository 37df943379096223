// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "tools/verifier/system.hpp"

namespace verifier {

/// Lays the system out as abi/slot.hpp says: a page for the header, the slot table, the system table, the boot archive,
/// the segments of each component; each begins on a page. Every component must have its binary. The same system makes
/// the same bytes.
std::vector<std::byte> make_image(const System& system, std::span<const std::byte> archive);

/// Refuses what does not fit into the places that abi/layout.hpp gives it.
void check_sizes(const System& system, std::uint64_t archive, Refusals& refusals);

/// The build identifier of an image, as 32 hexadecimal digits; empty for no image.
std::string build_id_text(std::span<const std::byte> image);

}  // namespace verifier
