// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/log.hpp"

namespace component {

Line& Line::add(std::string_view text) {
  for (const char letter : text) {
    if (size_ == capacity) break;
    text_[size_++] = letter;
  }
  return *this;
}

Line& Line::add(Hex value) {
  char digits[16];
  unsigned count = 0;
  do {
    digits[count++] = "0123456789abcdef"[value.value & 15];
    value.value >>= 4;
  } while (value.value != 0);
  add("0x");
  while (count != 0) add(digits[--count]);
  return *this;
}

Line& Line::add_decimal(abi::u64 value, bool negative) {
  char digits[20];
  unsigned count = 0;
  do {
    digits[count++] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  if (negative) add('-');
  while (count != 0) add(digits[--count]);
  return *this;
}

}  // namespace component
