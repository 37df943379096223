// SPDX-License-Identifier: BSD-2-Clause
#include "tools/contractc/source.hpp"

#include <format>
#include <utility>

namespace contractc {

std::string Diagnostic::text() const {
  const std::string_view path = at.source != nullptr ? std::string_view(at.source->path) : "contract";
  return std::format("{}:{}:{}: error: {}; {}", path, at.line, at.column, wrong, mend);
}

void Diagnostics::error(const Position& at, std::string wrong, std::string mend) {
  // One mistake is often seen twice, by the parser and by a check; the first says it best.
  for (const Diagnostic& other : list_) {
    if (other.at.source == at.source && other.at.line == at.line && other.at.column == at.column) return;
  }
  list_.push_back({at, std::move(wrong), std::move(mend)});
}

}  // namespace contractc
