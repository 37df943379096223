// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <vector>

#include "tools/contractc/token.hpp"

namespace contractc {

/// All tokens of a source; the last one is the end. What is no token is reported and left out.
std::vector<Token> tokens_of(const Source& source, Diagnostics& diagnostics);

}  // namespace contractc
