// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace trace {

/// A line in the making. What has no room is left out.
class Text {
 public:
  Text& add(std::string_view text);
  Text& add(char letter) { return add(std::string_view(&letter, 1)); }
  Text& decimal(std::int64_t value);
  Text& hex(std::uint64_t value);
  Text& octal(std::uint64_t value);
  /// In quotes, with C's escapes.
  Text& quoted(std::string_view bytes);
  Text& pad_to(std::size_t column);

  std::string_view view() const { return {text_, size_}; }
  void clear() { size_ = 0; }

 private:
  Text& digits(std::uint64_t value, unsigned base);

  char text_[4096];
  std::size_t size_ = 0;
};

}  // namespace trace
