// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/table.hpp"

namespace component {

const abi::ComponentRecord* Table::at(unsigned slot) const {
  for (const abi::ComponentRecord& component : components())
    if (component.slot == slot) return &component;
  return nullptr;
}

const abi::ComponentRecord* Table::find(std::string_view name) const {
  for (const abi::ComponentRecord& component : components())
    if (name_of(component) == name) return &component;
  return nullptr;
}

std::string_view command_line_value(std::string_view name) {
  std::string_view line = text_of(info().command_line);
  while (!line.empty()) {
    const std::size_t end = line.find(' ') == std::string_view::npos ? line.size() : line.find(' ');
    const std::string_view word = line.substr(0, end);
    line.remove_prefix(end < line.size() ? end + 1 : end);
    if (word.size() > name.size() && word.starts_with(name) && word[name.size()] == '=')
      return word.substr(name.size() + 1);
  }
  return {};
}

}  // namespace component
