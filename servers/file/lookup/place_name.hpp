// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// The path from `root` to a position, written to the end of `buffer`. no_entry where it was removed, out_of_range
/// where the buffer is too small. A place that does not lie below the root gets a name that begins with
/// "(unreachable)".
Result<std::string_view> name_of_place(const Core& core, Position position, Position root, std::span<char> buffer);

}  // namespace file
