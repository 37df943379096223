// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

// Copying, filling and comparing bytes by unrolled 64-bit registers: quick on real processors and under
// emulation alike, where `rep movsb` is ten times slower, and without the vector registers that neither the
// kernel nor components may touch. The compiler would turn such loops back into calls of memcpy and memset,
// which stand on these functions; the attribute forbids it.
#define BASE_NO_BUILTIN __attribute__((no_builtin("memcpy", "memmove", "memset", "memcmp", "bcmp")))

namespace base {

using Word [[gnu::may_alias, gnu::aligned(1)]] = std::uint64_t;
inline constexpr std::size_t word_bytes = sizeof(Word);
inline constexpr std::size_t block_words = 8;
inline constexpr std::size_t block_bytes = block_words * word_bytes;

/// Moves one block; all of it is read before any of it is written, so that the two may overlap.
BASE_NO_BUILTIN inline void move_block(Word* to, const Word* from) {
  const Word a = from[0], b = from[1], c = from[2], d = from[3];
  const Word e = from[4], f = from[5], g = from[6], h = from[7];
  to[0] = a, to[1] = b, to[2] = c, to[3] = d;
  to[4] = e, to[5] = f, to[6] = g, to[7] = h;
}

/// Copies upwards: right for ranges that do not overlap, or where `to` is below `from`.
BASE_NO_BUILTIN inline void copy_upwards(std::byte* to, const std::byte* from, std::size_t bytes) {
  for (; bytes >= block_bytes; bytes -= block_bytes, to += block_bytes, from += block_bytes)
    move_block(reinterpret_cast<Word*>(to), reinterpret_cast<const Word*>(from));
  for (; bytes >= word_bytes; bytes -= word_bytes, to += word_bytes, from += word_bytes)
    *reinterpret_cast<Word*>(to) = *reinterpret_cast<const Word*>(from);
  for (; bytes != 0; --bytes) *to++ = *from++;
}

/// Copies downwards, from the last byte to the first: right where `to` is above `from`.
BASE_NO_BUILTIN inline void copy_downwards(std::byte* to, const std::byte* from, std::size_t bytes) {
  for (; bytes >= block_bytes; bytes -= block_bytes)
    move_block(reinterpret_cast<Word*>(to + bytes - block_bytes),
               reinterpret_cast<const Word*>(from + bytes - block_bytes));
  for (; bytes >= word_bytes; bytes -= word_bytes)
    *reinterpret_cast<Word*>(to + bytes - word_bytes) = *reinterpret_cast<const Word*>(from + bytes - word_bytes);
  for (; bytes != 0; --bytes) to[bytes - 1] = from[bytes - 1];
}

BASE_NO_BUILTIN inline void fill(std::byte* to, std::byte value, std::size_t bytes) {
  const Word word = static_cast<std::uint64_t>(value) * 0x0101010101010101;
  for (; bytes >= block_bytes; bytes -= block_bytes, to += block_bytes) {
    const auto words = reinterpret_cast<Word*>(to);
    words[0] = word, words[1] = word, words[2] = word, words[3] = word;
    words[4] = word, words[5] = word, words[6] = word, words[7] = word;
  }
  for (; bytes >= word_bytes; bytes -= word_bytes, to += word_bytes) *reinterpret_cast<Word*>(to) = word;
  for (; bytes != 0; --bytes) *to++ = value;
}

/// Negative, zero or positive, as memcmp.
BASE_NO_BUILTIN inline int compare(const std::byte* left, const std::byte* right, std::size_t bytes) {
  for (; bytes >= word_bytes; bytes -= word_bytes, left += word_bytes, right += word_bytes)
    if (*reinterpret_cast<const Word*>(left) != *reinterpret_cast<const Word*>(right)) break;
  for (; bytes != 0; --bytes, ++left, ++right)
    if (*left != *right) return static_cast<int>(*left) - static_cast<int>(*right);
  return 0;
}

}  // namespace base
