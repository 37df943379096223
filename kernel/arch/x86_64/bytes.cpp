// SPDX-License-Identifier: BSD-2-Clause
#include <cstddef>

// What the compiler calls of its own accord. Eight bytes at a time: under emulation that is ten times as fast as single
// bytes, and on real processors no slower.
extern "C" {

void* memcpy(void* to, const void* from, std::size_t bytes) {
  void* const result = to;
  std::size_t words = bytes / 8, rest = bytes % 8;
  asm volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(words)::"memory");
  asm volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(rest)::"memory");
  return result;
}

void* memset(void* to, int value, std::size_t bytes) {
  void* const result = to;
  std::size_t words = bytes / 8, rest = bytes % 8;
  const std::size_t pattern = static_cast<unsigned char>(value) * 0x0101010101010101;
  asm volatile("rep stosq" : "+D"(to), "+c"(words) : "a"(pattern) : "memory");
  asm volatile("rep stosb" : "+D"(to), "+c"(rest) : "a"(pattern) : "memory");
  return result;
}
}
