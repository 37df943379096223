// SPDX-License-Identifier: BSD-2-Clause
#include "programs/trace/text.hpp"

#include <algorithm>

namespace trace {

Text& Text::add(std::string_view text) {
  const std::size_t count = std::min(text.size(), sizeof text_ - size_);
  text.copy(text_ + size_, count);
  size_ += count;
  return *this;
}

Text& Text::digits(std::uint64_t value, unsigned base) {
  char digits[24];
  std::size_t first = sizeof digits;
  do {
    digits[--first] = "0123456789abcdef"[value % base];
    value /= base;
  } while (value != 0);
  return add({digits + first, sizeof digits - first});
}

Text& Text::decimal(std::int64_t value) {
  if (value >= 0) return digits(static_cast<std::uint64_t>(value), 10);
  return add('-').digits(-static_cast<std::uint64_t>(value), 10);
}

Text& Text::hex(std::uint64_t value) { return add("0x").digits(value, 16); }

Text& Text::octal(std::uint64_t value) { return add(value == 0 ? "" : "0").digits(value, 8); }

Text& Text::quoted(std::string_view bytes) {
  add('"');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const char letter = bytes[i];
    const auto number = static_cast<unsigned char>(letter);
    constexpr std::string_view special = "\n\t\r\"\\\v\f\a\b", letters = "ntr\"\\vfab";
    const std::size_t at = special.find(letter);
    if (at != std::string_view::npos) {
      add('\\').add(letters[at]);
    } else if (number >= 0x20 && number < 0x7f) {
      add(letter);
    } else {
      // Short, unless the next one would be read as part of it.
      const bool digit_follows = i + 1 < bytes.size() && bytes[i + 1] >= '0' && bytes[i + 1] <= '7';
      add('\\');
      if (digit_follows && number < 64) add(number < 8 ? "00" : "0");
      digits(number, 8);
    }
  }
  return add('"');
}

Text& Text::pad_to(std::size_t column) {
  while (size_ < column) add(' ');
  return *this;
}

}  // namespace trace
