// SPDX-License-Identifier: BSD-2-Clause
#include "lib/base/bytes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <vector>

namespace {

using Bytes = std::vector<std::byte>;

constexpr std::size_t longest = 200;  // three whole blocks, and a rest of every length
constexpr std::size_t shifts = base::word_bytes + 1;

Bytes pattern(std::size_t bytes) {
  Bytes made(bytes);
  for (std::size_t i = 0; i < bytes; ++i) made[i] = static_cast<std::byte>(i * 7 + 3);
  return made;
}

template <typename Action>
void for_each_length_and_shift(Action action) {
  for (std::size_t bytes = 0; bytes <= longest; ++bytes)
    for (std::size_t shift = 0; shift < shifts; ++shift) action(bytes, shift);
}

TEST(Bytes, CopiesUpwards) {
  const Bytes from = pattern(longest + shifts);
  for_each_length_and_shift([&](std::size_t bytes, std::size_t shift) {
    Bytes to(longest + shifts), expected(longest + shifts);
    base::copy_upwards(to.data() + shift, from.data() + shifts - shift, bytes);
    std::copy_n(from.data() + shifts - shift, bytes, expected.data() + shift);
    ASSERT_EQ(to, expected) << bytes << " bytes, shifted by " << shift;
  });
}

TEST(Bytes, CopiesDownwards) {
  const Bytes from = pattern(longest + shifts);
  for_each_length_and_shift([&](std::size_t bytes, std::size_t shift) {
    Bytes to(longest + shifts), expected(longest + shifts);
    base::copy_downwards(to.data() + shift, from.data() + shifts - shift, bytes);
    std::copy_n(from.data() + shifts - shift, bytes, expected.data() + shift);
    ASSERT_EQ(to, expected) << bytes << " bytes, shifted by " << shift;
  });
}

TEST(Bytes, CopiesOverlappingRangesInTheirDirection) {
  for (std::size_t distance = 1; distance <= 2 * base::block_bytes; ++distance) {
    const Bytes before = pattern(longest + 2 * base::block_bytes);
    Bytes down = before, up = before, expected = before;
    base::copy_downwards(down.data() + distance, down.data(), longest);
    std::memmove(expected.data() + distance, expected.data(), longest);
    ASSERT_EQ(down, expected) << distance;
    expected = before;
    base::copy_upwards(up.data(), up.data() + distance, longest);
    std::memmove(expected.data(), expected.data() + distance, longest);
    ASSERT_EQ(up, expected) << distance;
  }
}

TEST(Bytes, FillsExactly) {
  for_each_length_and_shift([&](std::size_t bytes, std::size_t shift) {
    Bytes to(longest + shifts), expected(longest + shifts);
    base::fill(to.data() + shift, std::byte{0xa5}, bytes);
    std::fill_n(expected.data() + shift, bytes, std::byte{0xa5});
    ASSERT_EQ(to, expected) << bytes << " bytes, shifted by " << shift;
  });
}

TEST(Bytes, ComparesAsUnsignedBytesAtTheFirstDifference) {
  const Bytes left = pattern(longest);
  for (std::size_t bytes = 0; bytes <= longest; ++bytes) {
    EXPECT_EQ(base::compare(left.data(), Bytes(left).data(), bytes), 0);
    for (std::size_t at = 0; at < bytes; ++at) {
      Bytes right = left;
      right[at] ^= std::byte{0x80};
      for (std::size_t i = at + 1; i < bytes; ++i) right[i] = std::byte{0};  // what follows does not count
      ASSERT_EQ(base::compare(left.data(), right.data(), bytes) < 0, left[at] < right[at]) << at << " of " << bytes;
      ASSERT_NE(base::compare(left.data(), right.data(), bytes), 0);
    }
  }
}

}  // namespace
