// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/generate.hpp"

namespace contractc {

std::string generate_header(const model::Personality&) { return {}; }

}  // namespace contractc
