// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>

#include "tools/verifier/system.hpp"

namespace verifier {

/// The system for people: components by rank, what each calls, what it hears from whom, its devices and privileges.
std::string text_graph(const System& system);

/// The same for Graphviz: a row for each rank, an arrow for each channel.
std::string dot_graph(const System& system);

/// Names, slots and channels for host tools, as JSON. `build_id` as in the image, or empty.
std::string description(const System& system, std::string_view build_id);

}  // namespace verifier
