// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/verifier/refusal.hpp"

namespace verifier {

std::optional<std::vector<std::byte>> read_file(const std::string& path, Refusals& refusals);

/// Writes beside `path` and renames, so that a reader sees the old file or the new one, never half of it.
void write_file(const std::string& path, std::span<const std::byte> contents, Refusals& refusals);
void write_file(const std::string& path, const std::string& contents, Refusals& refusals);

}  // namespace verifier
