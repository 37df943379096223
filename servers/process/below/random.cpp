// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/below/random.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace process {

namespace {

using State = std::array<u32, 16>;

void quarter_round(State& s, unsigned a, unsigned b, unsigned c, unsigned d) {
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 16);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 12);
  s[a] += s[b], s[d] = std::rotl(s[d] ^ s[a], 8);
  s[c] += s[d], s[b] = std::rotl(s[b] ^ s[c], 7);
}

}  // namespace

std::array<u32, 16> Random::block(u64 counter) const {
  State start{0x6170'7865, 0x3320'646e, 0x7962'2d32, 0x6b20'6574};
  std::ranges::copy(key_, start.begin() + 4);
  start[12] = static_cast<u32>(counter);
  start[13] = static_cast<u32>(counter >> 32);
  State state = start;
  for (unsigned round = 0; round < 10; ++round) {
    for (unsigned column = 0; column < 4; ++column) quarter_round(state, column, column + 4, column + 8, column + 12);
    for (unsigned diagonal = 0; diagonal < 4; ++diagonal)
      quarter_round(state, diagonal, 4 + (diagonal + 1) % 4, 8 + (diagonal + 2) % 4, 12 + (diagonal + 3) % 4);
  }
  for (std::size_t word = 0; word < state.size(); ++word) state[word] += start[word];
  return state;
}

void Random::add(std::span<const u64> entropy) {
  for (const u64 word : entropy) {
    key_[added_ % key_words] ^= static_cast<u32>(word);
    key_[(added_ + 1) % key_words] ^= static_cast<u32>(word >> 32);
    added_ += 2;
    const State mixed = block(added_);
    std::copy_n(mixed.begin(), key_words, key_.begin());
  }
}

void Random::fill(std::span<std::byte> to) {
  u64 counter = 1;
  while (!to.empty()) {
    const State bytes = block(counter++);
    const std::size_t count = std::min(to.size(), sizeof bytes);
    std::memcpy(to.data(), bytes.data(), count);
    to = to.subspan(count);
  }
  const State next = block(0);
  std::copy_n(next.begin(), key_words, key_.begin());
}

}  // namespace process
