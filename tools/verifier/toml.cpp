// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/toml.hpp"

#include <algorithm>

namespace verifier {
namespace {

bool asserts(std::string_view text) {
  try {
    static_cast<void>(toml::parse(text));
  } catch (const TomlAssertion&) {
    return true;
  } catch (const toml::parse_error&) {
  }
  return false;
}

// An assertion has no position: it is in the first line without which it does not happen.
unsigned line_of_assertion(std::string_view text) {
  unsigned line = 1;
  for (std::size_t end = text.find('\n'); end != text.npos; end = text.find('\n', end + 1), ++line)
    if (asserts(text.substr(0, end + 1))) break;
  return line;
}

// toml++ 3.3 is not safe with all of Unicode.
bool is_plain(char c) { return (c >= ' ' && c <= '~') || c == '\n' || c == '\r' || c == '\t'; }

}  // namespace

std::expected<toml::table, TomlError> parse_toml(std::string_view text) {
  if (const auto foreign = std::ranges::find_if_not(text, is_plain); foreign != text.end())
    return std::unexpected(TomlError{static_cast<unsigned>(1 + std::ranges::count(text.begin(), foreign, '\n')),
                                     "there is a character that is not ASCII"});
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {
    return std::unexpected(TomlError{error.source().begin.line, std::string(error.description())});
  } catch (const TomlAssertion&) {
    return std::unexpected(TomlError{line_of_assertion(text), "a key or a table's name is malformed"});
  }
}

}  // namespace verifier
