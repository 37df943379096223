// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "servers/process/types.hpp"

namespace process {

/// The first line of a script: "#!", the interpreter, and at most one argument.
struct Script {
  std::string_view interpreter;
  std::string_view argument;  // empty: none
};

/// Whether a file begins as scripts do.
bool is_script(std::span<const std::byte> file_start);

/// What the first line says, as views into `file_start`; not_executable if it names no interpreter, or does not end
/// within the first 256 bytes in a way that would cut the interpreter's name.
Result<Script> parse_script(std::span<const std::byte> file_start);

}  // namespace process
