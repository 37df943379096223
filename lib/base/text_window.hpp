// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <charconv>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace base {

/// An integer in hexadecimal digits behind 0x.
struct Hex {
  std::uint64_t value;
};

/// A window on a text that is made from its beginning each time: what is written before the window is only counted,
/// what falls into it is kept. So a file of any length needs no memory but the reader's. A window that can be drained
/// goes on behind its end, and then the whole text is of one time.
class TextWindow {
 public:
  TextWindow(std::uint64_t offset, std::span<std::byte> window) : offset_(offset), window_(window) {}

  TextWindow& add(std::string_view text) {
    for (const char c : text) put(c);
    return *this;
  }
  TextWindow& add(const char* text) { return add(std::string_view(text)); }
  TextWindow& add(char c) {
    put(c);
    return *this;
  }
  TextWindow& add(bool value) { return add(std::string_view(value ? "yes" : "no")); }
  TextWindow& add(std::integral auto value) { return add_digits(static_cast<std::uint64_t>(value), 10); }
  TextWindow& add(Hex value) { return add("0x").add_digits(value.value, 16); }
  /// With at least so many digits.
  TextWindow& add_padded(std::uint64_t value, unsigned width) {
    for (std::uint64_t limit = 10; width > 1; --width, limit *= 10)
      if (value < limit) {
        for (unsigned i = 1; i < width; ++i) put('0');
        break;
      }
    return add(value);
  }
  template <class... Parts>
    requires(sizeof...(Parts) > 1)
  TextWindow& add(const Parts&... parts) {
    (add(parts), ...);
    return *this;
  }

  /// Bytes that the window holds.
  std::size_t size() const { return filled_; }
  /// Something did not find room any more.
  bool full() const { return full_; }

 protected:
  /// Takes what the window holds, which then is empty; false: nobody does.
  virtual bool drain(std::span<const std::byte>) { return false; }

 private:
  TextWindow& add_digits(std::uint64_t value, int base) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof digits, value, base).ptr;
    return add(std::string_view(digits, static_cast<std::size_t>(end - digits)));
  }
  void put(char c) {
    if (position_++ < offset_ || full_) return;
    if (filled_ == window_.size()) {
      full_ = !drain(window_);
      if (full_) return;
      filled_ = 0;
    }
    window_[filled_++] = static_cast<std::byte>(c);
  }

  std::uint64_t offset_;
  std::span<std::byte> window_;
  std::uint64_t position_ = 0;
  std::size_t filled_ = 0;
  bool full_ = false;
};

}  // namespace base
