// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace service {

/// Text as the information server writes it: a line of names, then lines of values, tabs between the columns.
class Table {
 public:
  static constexpr std::size_t max_columns = 24;

  explicit Table(std::string_view text);

  std::size_t columns() const { return columns_; }
  std::string_view name(std::size_t column) const { return names_[column]; }
  /// Where this name stands; max_columns where it does not.
  std::size_t column(std::string_view wanted) const;
  /// The next line's values; false behind the last. Values that are missing are empty.
  bool next(std::span<std::string_view, max_columns> values);
  void rewind() { rest_ = body_; }

 private:
  std::string_view body_, rest_;
  std::string_view names_[max_columns];
  std::size_t columns_ = 0;
};

/// Cuts `text` at the first `mark`: what stands before it comes back, what stands behind it stays.
std::string_view cut(std::string_view& text, char mark);

}  // namespace service
