// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "abi/types.hpp"

namespace component {

/// An integer to be written as 0x and its digits.
struct Hex {
  abi::u64 value;
};
constexpr Hex hex(std::integral auto value) { return {static_cast<abi::u64>(value)}; }

/// One line of text, cut where it is full.
class Line {
 public:
  static constexpr std::size_t capacity = 256;  // what the kernel's log takes at once

  Line& add(std::string_view text);
  Line& add(bool value) { return add(std::string_view(value ? "yes" : "no")); }
  Line& add(char value) { return add(std::string_view(&value, 1)); }
  /// A literal, whose length is known when compiling.
  template <std::size_t bytes>
  Line& add(const char (&text)[bytes]) {
    return add(std::string_view(text, bytes - 1));
  }
  template <class Text>
    requires std::same_as<Text, const char*>
  Line& add(const Text& text) {
    std::size_t length = 0;
    while (text[length] != 0) ++length;
    return add(std::string_view(text, length));
  }
  Line& add(Hex value);
  Line& add(std::unsigned_integral auto value) { return add_decimal(value, false); }
  Line& add(std::signed_integral auto value) {
    const auto wide = static_cast<abi::u64>(static_cast<abi::i64>(value));
    return add_decimal(value < 0 ? 0 - wide : wide, value < 0);
  }
  Line& add_all(const auto&... parts) {
    (add(parts), ...);
    return *this;
  }
  std::string_view text() const { return {text_, size_}; }

 private:
  Line& add_decimal(abi::u64 value, bool negative);

  char text_[capacity];
  std::size_t size_ = 0;
};

void write_log(std::string_view line);

/// A line in the system's log, where the kernel puts the component's name in front of it.
void log(const auto&... parts) {
  Line line;
  line.add_all(parts...);
  write_log(line.text());
}

}  // namespace component
