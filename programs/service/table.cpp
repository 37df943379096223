// SPDX-License-Identifier: BSD-2-Clause
#include "programs/service/table.hpp"

namespace service {

std::string_view cut(std::string_view& text, char mark) {
  const std::size_t end = text.find(mark);
  const std::string_view before = text.substr(0, end);
  text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
  return before;
}

Table::Table(std::string_view text) : body_(text) {
  std::string_view head = cut(body_, '\n');
  while (!head.empty() && columns_ < max_columns) names_[columns_++] = cut(head, '\t');
  rest_ = body_;
}

std::size_t Table::column(std::string_view wanted) const {
  for (std::size_t column = 0; column < columns_; ++column)
    if (names_[column] == wanted) return column;
  return max_columns;
}

bool Table::next(std::span<std::string_view, max_columns> values) {
  if (rest_.empty()) return false;
  std::string_view line = cut(rest_, '\n');
  for (std::size_t column = 0; column < columns_; ++column) values[column] = cut(line, '\t');
  return true;
}

}  // namespace service
