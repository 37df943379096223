// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/random.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace file {

namespace {
void quarter_round(u32& a, u32& b, u32& c, u32& d) {
  a += b, d = std::rotl(d ^ a, 16);
  c += d, b = std::rotl(b ^ c, 12);
  a += b, d = std::rotl(d ^ a, 8);
  c += d, b = std::rotl(b ^ c, 7);
}
}  // namespace

void Random::block(u32 (&out)[16]) {
  const u32 input[16] = {0x6170'7865,
                         0x3320'646e,
                         0x7962'2d32,
                         0x6b20'6574,
                         key_[0],
                         key_[1],
                         key_[2],
                         key_[3],
                         key_[4],
                         key_[5],
                         key_[6],
                         key_[7],
                         static_cast<u32>(counter_),
                         static_cast<u32>(counter_ >> 32),
                         0,
                         0};
  ++counter_;
  std::memcpy(out, input, sizeof input);
  for (int i = 0; i < 10; ++i) {
    quarter_round(out[0], out[4], out[8], out[12]);
    quarter_round(out[1], out[5], out[9], out[13]);
    quarter_round(out[2], out[6], out[10], out[14]);
    quarter_round(out[3], out[7], out[11], out[15]);
    quarter_round(out[0], out[5], out[10], out[15]);
    quarter_round(out[1], out[6], out[11], out[12]);
    quarter_round(out[2], out[7], out[8], out[13]);
    quarter_round(out[3], out[4], out[9], out[14]);
  }
  for (int i = 0; i < 16; ++i) out[i] += input[i];
}

void Random::seed(std::span<const u32, 8> words) {
  u32 out[16];
  block(out);
  for (int i = 0; i < 8; ++i) key_[i] = out[i] ^ words[static_cast<std::size_t>(i)];
}

void Random::fill(std::span<std::byte> to) {
  u32 next[16];
  block(next);
  while (!to.empty()) {
    u32 out[16];
    block(out);
    const std::size_t count = std::min(to.size(), sizeof out);
    std::memcpy(to.data(), out, count);
    to = to.subspan(count);
  }
  std::memcpy(key_, next, sizeof key_);
}

}  // namespace file
