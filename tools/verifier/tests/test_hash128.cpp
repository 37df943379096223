// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <bit>
#include <random>
#include <set>
#include <vector>

#include "lib/base/hash128.hpp"

namespace {

std::vector<std::byte> noise(std::size_t size) {
  std::mt19937_64 random(size);
  std::vector<std::byte> bytes(size);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

int differing_bits(const base::Hash128& left, const base::Hash128& right) {
  return std::popcount(left.low ^ right.low) + std::popcount(left.high ^ right.high);
}

TEST(Hash128, EachBitReachesAll) {
  for (const std::size_t size : {1u, 31u, 32u, 33u, 200u, 4096u}) {
    auto bytes = noise(size);
    const base::Hash128 before = base::hash128(bytes);
    double sum = 0;
    for (std::size_t bit = 0; bit < size * 8; ++bit) {
      bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      const int changed = differing_bits(before, base::hash128(bytes));
      bytes[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
      EXPECT_GT(changed, 30) << size << " bytes, bit " << bit;
      sum += changed;
    }
    EXPECT_NEAR(sum / static_cast<double>(size * 8), 64, 3);
  }
}

// Zeros, lengths, blocks that change places, and the same change in two lanes.
TEST(Hash128, LikeInputsDiffer) {
  std::set<std::pair<std::uint64_t, std::uint64_t>> seen;
  const auto fresh = [&](std::span<const std::byte> bytes) {
    const base::Hash128 hash = base::hash128(bytes);
    return seen.emplace(hash.low, hash.high).second;
  };
  std::vector<std::byte> bytes(8192);
  for (std::size_t size = 0; size <= bytes.size(); ++size) EXPECT_TRUE(fresh(std::span(bytes).first(size))) << size;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = std::byte{1};
    EXPECT_TRUE(fresh(bytes)) << i;
    for (std::size_t j = i + 8; j < i + 72 && j < bytes.size(); j += 8) {
      bytes[j] = std::byte{1};
      EXPECT_TRUE(fresh(bytes)) << i << " and " << j;
      bytes[j] = std::byte{0};
    }
    bytes[i] = std::byte{0};
  }
}

// Written down once: images are made on the host and checked by the kernel.
TEST(Hash128, IsTheSameEverywhere) {
  std::vector<std::byte> bytes(100);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  const base::Hash128 hash = base::hash128(bytes), nothing = base::hash128({});
  EXPECT_EQ(hash.low, 0xac9f3e57a5045b10u);
  EXPECT_EQ(hash.high, 0xf2c1ab847073a7dau);
  EXPECT_EQ(nothing.low, 0x25273a4f61b6efd9u);
  EXPECT_EQ(nothing.high, 0x7455033f3c17dbe4u);
}

}  // namespace
