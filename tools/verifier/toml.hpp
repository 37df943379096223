// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <stdexcept>
#include <string>
#include <string_view>

namespace verifier {

/// toml++ has assertions that a malformed file can reach; they become errors of the file.
struct TomlAssertion : std::logic_error {
  using std::logic_error::logic_error;
};

}  // namespace verifier

#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#define TOML_ASSERT(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : throw ::verifier::TomlAssertion(#condition))
#include <toml++/toml.h>

namespace verifier {

struct TomlError {
  unsigned line = 0;
  std::string what;
};

std::expected<toml::table, TomlError> parse_toml(std::string_view text);

}  // namespace verifier
