// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>

#include "abi/types.hpp"

namespace information {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// An integer in hexadecimal digits behind 0x.
struct Hex {
  u64 value;
};

/// A window on a text that is made from its beginning each time: what is written before the window is only counted, what
/// falls into it is kept. So a file of any length needs no memory but the reader's.
class Text {
 public:
  Text(u64 offset, std::span<std::byte> window) : offset_(offset), window_(window) {}

  Text& add(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  Text& add(const char* text) { return add(std::string_view(text)); }
  Text& add(char c) {
    put(c);
    return *this;
  }
  Text& add(bool value) { return add(std::string_view(value ? "yes" : "no")); }
  Text& add(std::integral auto value) { return add_digits(static_cast<u64>(value), 10); }
  Text& add(Hex value) { return add("0x").add_digits(value.value, 16); }
  /// With at least so many digits.
  Text& add_padded(u64 value, unsigned width) {
    for (u64 limit = 10; width > 1; --width, limit *= 10)
      if (value < limit) {
        for (unsigned i = 1; i < width; ++i) put('0');
        break;
      }
    return add(value);
  }
  template <class... Parts>
    requires(sizeof...(Parts) > 1)
  Text& add(const Parts&... parts) {
    (add(parts), ...);
    return *this;
  }

  /// Bytes that the window holds.
  std::size_t size() const { return filled_; }
  bool full() const { return filled_ == window_.size(); }

 private:
  Text& add_digits(u64 value, int base) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    return add(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  void put(char c) {
    if (position_++ >= offset_ && filled_ < window_.size()) window_[filled_++] = static_cast<std::byte>(c);
  }

  u64 offset_;
  std::span<std::byte> window_;
  u64 position_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace information
