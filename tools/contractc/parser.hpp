// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "tools/contractc/syntax.hpp"

namespace contractc {

/// Reads a source by the grammar of docs/contracts.md. What could not be read is reported and left out.
syntax::File parse(const Source& source, Diagnostics& diagnostics);

}  // namespace contractc
