// SPDX-License-Identifier: BSD-2-Clause
#include "lib/base/hash128.hpp"

#include <bit>

namespace base {
namespace {

constexpr std::uint64_t multiplier = 0x9e3779b97f4a7c15;

// Murmur3's finaliser: every bit of the argument reaches every bit of the result.
constexpr std::uint64_t spread(std::uint64_t word) {
  word = (word ^ word >> 33) * 0xff51afd7ed558ccd;
  word = (word ^ word >> 33) * 0xc4ceb9fe1a85ec53;
  return word ^ word >> 33;
}

void mix(std::array<std::uint64_t, 4>& lanes, const std::byte* block) {
  std::uint64_t words[4];
  __builtin_memcpy(words, block, sizeof words);
  for (unsigned i = 0; i < 4; ++i) lanes[i] = std::rotl(lanes[i] ^ words[i], 29) * multiplier;
  for (unsigned i = 0; i < 4; ++i) lanes[i] += lanes[(i + 1) % 4];
}

}  // namespace

void Hasher128::add(std::span<const std::byte> piece) {
  bytes_ += piece.size();
  Lanes lanes = lanes_;
  for (; piece.size() >= block_bytes; piece = piece.subspan(block_bytes)) mix(lanes, piece.data());
  if (!piece.empty()) {
    std::byte last[block_bytes] = {};
    for (std::size_t i = 0; i < piece.size(); ++i) last[i] = piece[i];
    mix(lanes, last);
  }
  lanes_ = lanes;
}

Hash128 Hasher128::finish() const {
  const std::uint64_t a = spread(lanes_[0] ^ bytes_), b = spread(lanes_[1] + a);
  const std::uint64_t c = spread(lanes_[2] + b), d = spread(lanes_[3] + c);
  return {spread(a ^ d), spread((b ^ std::rotl(c, 17)) + d)};
}

}  // namespace base
