// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/output.hpp"

#include <algorithm>
#include <cassert>

namespace contractc {
namespace {

bool is_name_character(char c) { return (c >= 'a' && c <= 'z') || c == '_'; }

}  // namespace

void Output::put(std::string_view text, Values values) {
  while (!text.empty()) {
    const std::size_t mark = text.find('$');
    text_ += text.substr(0, mark);
    if (mark == std::string_view::npos) return;
    text.remove_prefix(mark + 1);
    const bool braces = text.starts_with('{');
    if (braces) text.remove_prefix(1);
    const std::size_t length =
        static_cast<std::size_t>(std::ranges::find_if_not(text, is_name_character) - text.begin());
    const auto value = std::ranges::find(values, text.substr(0, length), [](const auto& pair) { return pair.first; });
    assert(value != values.end() && "a template names a value that was not given");
    text_ += value->second;
    text.remove_prefix(length + (braces ? 1 : 0));
  }
}

void Output::document(std::string_view documentation, std::string_view indent) {
  while (!documentation.empty()) {
    const std::size_t end = std::min(documentation.find('\n'), documentation.size());
    text_ += indent;
    text_ += "/// ";
    text_ += documentation.substr(0, end);
    text_ += '\n';
    documentation.remove_prefix(std::min(end + 1, documentation.size()));
  }
}

}  // namespace contractc
