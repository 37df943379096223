// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace verifier {

/// What a program prints, or nothing if it could not be run or failed. What it says on standard error goes there.
std::optional<std::string> output_of(const std::vector<std::string>& command);

}  // namespace verifier
