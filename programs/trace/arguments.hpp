// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/trace/text.hpp"

namespace trace {

/// Adds an argument that is a number by the names of its values, where the call's argument of that name has some:
/// flags, modes, signals. False: it has none, and nothing was added.
bool add_named(Text& text, std::string_view call, std::string_view argument, std::uint64_t value);

}  // namespace trace
