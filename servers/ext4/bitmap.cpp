// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/bitmap.hpp"

#include <algorithm>
#include <bit>

namespace ext4 {
namespace {

static_assert(std::endian::native == std::endian::little, "bit n of a word is bit n of its bytes");
using Word [[gnu::may_alias, gnu::aligned(1)]] = std::uint64_t;
constexpr std::uint32_t word_bits = 64;

/// The first bit at or after `from` whose value, changed by `invert`, is one.
std::uint32_t next_one(ConstBlock bitmap, std::uint32_t from, std::uint32_t end, std::uint64_t invert) {
  const auto* words = reinterpret_cast<const Word*>(bitmap.data());
  while (from < end) {
    const std::uint64_t rest = (words[from / word_bits] ^ invert) >> (from % word_bits);
    if (rest != 0) return std::min(from + static_cast<std::uint32_t>(std::countr_zero(rest)), end);
    from = (from / word_bits + 1) * word_bits;
  }
  return end;
}

}  // namespace

std::uint32_t next_clear(ConstBlock bitmap, std::uint32_t from, std::uint32_t end) {
  return next_one(bitmap, from, end, ~std::uint64_t{0});
}

std::uint32_t next_set(ConstBlock bitmap, std::uint32_t from, std::uint32_t end) {
  return next_one(bitmap, from, end, 0);
}

void set_bits(Block bitmap, std::uint32_t from, std::uint32_t count) {
  for (std::uint32_t bit = from; bit < from + count;) {
    if (bit % 8 == 0 && from + count - bit >= 8) {
      bitmap[bit / 8] = std::byte{0xFF};
      bit += 8;
    } else {
      bitmap[bit / 8] |= std::byte{1} << (bit % 8);
      ++bit;
    }
  }
}

void clear_bits(Block bitmap, std::uint32_t from, std::uint32_t count) {
  for (std::uint32_t bit = from; bit < from + count;) {
    if (bit % 8 == 0 && from + count - bit >= 8) {
      bitmap[bit / 8] = std::byte{0};
      bit += 8;
    } else {
      bitmap[bit / 8] &= ~(std::byte{1} << (bit % 8));
      ++bit;
    }
  }
}

ClearRun find_clear_run(ConstBlock bitmap, std::uint32_t from, std::uint32_t end, std::uint32_t wanted) {
  ClearRun best;
  while (from < end && best.count < wanted) {
    const std::uint32_t first = next_clear(bitmap, from, end);
    if (first == end) break;
    from = next_set(bitmap, first, end);
    if (from - first > best.count) best = {.first = first, .count = std::min(from - first, wanted)};
  }
  return best;
}

}  // namespace ext4
