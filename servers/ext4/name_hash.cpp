// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/name_hash.hpp"

#include <bit>
#include <cstddef>

namespace ext4 {
namespace {

// Kernel documentation, filesystems/ext4, "Hash Tree Directories": legacy is the hash of the first
// implementation; TEA is the Tiny Encryption Algorithm (Wheeler and Needham, 1994) and half MD4 the first three
// rounds of RFC 1320 on eight words, both as compression functions with the file system's seed as their start.

constexpr std::array<std::uint32_t, 4> md4_start{0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476};
constexpr std::uint32_t md4_round_2 = 0x5A827999;
constexpr std::uint32_t md4_round_3 = 0x6ED9EBA1;
constexpr std::uint32_t tea_delta = 0x9E3779B9;
constexpr int tea_rounds = 16;
/// The index uses this as its end mark, so no name may have it.
constexpr std::uint32_t end_of_index = 0xFFFFFFFE;

/// A character as an addend: the hashes were made on machines whose `char` differed.
std::uint32_t widen(char character, bool as_unsigned) {
  if (as_unsigned) return static_cast<unsigned char>(character);
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(static_cast<signed char>(character)));
}

std::uint32_t legacy_hash(std::string_view name, bool as_unsigned) {
  std::uint32_t last = 0x12A3FE2D;
  std::uint32_t before = 0x37ABE8F9;
  for (const char character : name) {
    std::uint32_t next = before + (last ^ widen(character, as_unsigned) * 7152373);
    if ((next & 0x80000000) != 0) next -= 0x7FFFFFFF;
    before = last;
    last = next;
  }
  return last << 1;
}

/// Up to `words` words of four characters each, the first character highest; padded with the length.
template <std::size_t words>
std::array<std::uint32_t, words> pack(std::string_view name, bool as_unsigned) {
  std::uint32_t padding = static_cast<std::uint32_t>(name.size()) & 0xFF;
  padding |= padding << 8;
  padding |= padding << 16;
  std::array<std::uint32_t, words> packed;
  packed.fill(padding);
  const std::size_t length = name.size() < words * 4 ? name.size() : words * 4;
  for (std::size_t i = 0; i < length; ++i)
    packed[i / 4] = (i % 4 == 0 ? padding << 8 : packed[i / 4] << 8) + widen(name[i], as_unsigned);
  return packed;
}

using State = std::array<std::uint32_t, 4>;

void tea_compress(State& state, const std::array<std::uint32_t, 4>& key) {
  std::uint32_t left = state[0];
  std::uint32_t right = state[1];
  std::uint32_t sum = 0;
  for (int round = 0; round < tea_rounds; ++round) {
    sum += tea_delta;
    left += ((right << 4) + key[0]) ^ (right + sum) ^ ((right >> 5) + key[1]);
    right += ((left << 4) + key[2]) ^ (left + sum) ^ ((left >> 5) + key[3]);
  }
  state[0] += left;
  state[1] += right;
}

void half_md4_compress(State& state, const std::array<std::uint32_t, 8>& words) {
  const auto choose = [](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return z ^ (x & (y ^ z)); };
  const auto majority = [](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return (x & y) + ((x ^ y) & z); };
  const auto parity = [](std::uint32_t x, std::uint32_t y, std::uint32_t z) { return x ^ y ^ z; };
  auto [a, b, c, d] = state;
  // Four steps at a time, each on the next of the four registers.
  const auto four = [&](auto mix, std::uint32_t constant, std::array<int, 4> word, std::array<int, 4> turn) {
    a = std::rotl(a + mix(b, c, d) + words[word[0]] + constant, turn[0]);
    d = std::rotl(d + mix(a, b, c) + words[word[1]] + constant, turn[1]);
    c = std::rotl(c + mix(d, a, b) + words[word[2]] + constant, turn[2]);
    b = std::rotl(b + mix(c, d, a) + words[word[3]] + constant, turn[3]);
  };
  four(choose, 0, {0, 1, 2, 3}, {3, 7, 11, 19});
  four(choose, 0, {4, 5, 6, 7}, {3, 7, 11, 19});
  four(majority, md4_round_2, {1, 3, 5, 7}, {3, 5, 9, 13});
  four(majority, md4_round_2, {0, 2, 4, 6}, {3, 5, 9, 13});
  four(parity, md4_round_3, {3, 7, 2, 6}, {3, 9, 11, 15});
  four(parity, md4_round_3, {1, 5, 0, 4}, {3, 9, 11, 15});
  state[0] += a;
  state[1] += b;
  state[2] += c;
  state[3] += d;
}

template <std::size_t words, typename Compress>
void absorb(State& state, std::string_view name, bool as_unsigned, Compress compress) {
  constexpr std::size_t bytes = words * 4;
  for (;;) {
    compress(state, pack<words>(name, as_unsigned));
    if (name.size() <= bytes) return;
    name.remove_prefix(bytes);
  }
}

}  // namespace

NameHash hash_name(const HashParameters& parameters, std::string_view name) {
  const bool as_unsigned = parameters.characters_unsigned;
  const bool seeded = parameters.seed != State{};
  State state = seeded ? parameters.seed : md4_start;
  NameHash hash;
  switch (parameters.version) {
    case layout::HashVersion::legacy:
      hash = {legacy_hash(name, as_unsigned), 0};
      break;
    case layout::HashVersion::tea:
      absorb<4>(state, name, as_unsigned, tea_compress);
      hash = {state[0], state[1]};
      break;
    case layout::HashVersion::half_md4:
      absorb<8>(state, name, as_unsigned, half_md4_compress);
      hash = {state[1], state[2]};
      break;
  }
  hash.major &= ~std::uint32_t{1};
  if (hash.major == end_of_index) hash.major -= 2;
  return hash;
}

}  // namespace ext4
