// SPDX-License-Identifier: BSD-2-Clause
#include "lib/base/hash128.hpp"

#include <bit>

namespace base {
namespace {

constexpr std::size_t block_bytes = 32;
constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;

// Murmur3's finaliser: every bit of the argument reaches every bit of the result.
constexpr std::uint64_t spread(std::uint64_t word) {
  word = (word ^ word >> 33) * 0xff51afd7ed558ccd;
  word = (word ^ word >> 33) * 0xc4ceb9fe1a85ec53;
  return word ^ word >> 33;
}

void mix(std::uint64_t (&lanes)[4], const std::byte* block) {
  std::uint64_t words[4];
  __builtin_memcpy(words, block, sizeof words);
  for (unsigned i = 0; i < 4; ++i) lanes[i] = std::rotl(lanes[i] ^ words[i], 29) * multiplier;
  for (unsigned i = 0; i < 4; ++i) lanes[i] += lanes[(i + 1) % 4];
}

}  // namespace

Hash128 hash128(std::span<const std::byte> bytes) {
  std::uint64_t lanes[] = {0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89};
  auto rest = bytes;
  for (; rest.size() >= block_bytes; rest = rest.subspan(block_bytes)) mix(lanes, rest.data());
  std::byte last[block_bytes] = {};
  for (std::size_t i = 0; i < rest.size(); ++i) last[i] = rest[i];
  if (!rest.empty()) mix(lanes, last);
  const std::uint64_t a = spread(lanes[0] ^ bytes.size()), b = spread(lanes[1] + a);
  const std::uint64_t c = spread(lanes[2] + b), d = spread(lanes[3] + c);
  return {spread(a ^ d), spread((b ^ std::rotl(c, 17)) + d)};
}

}  // namespace base
