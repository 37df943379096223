// SPDX-License-Identifier: BSD-2-Clause
#include "lib/base/crc32c.hpp"

#include <array>
#include <bit>

namespace base {
namespace {

static_assert(std::endian::native == std::endian::little, "a word is read in the order of its bytes");

constexpr std::uint32_t reflected_polynomial = 0x82F63B78;
constexpr std::size_t slices = 8;

// tables[k][b] is what a byte b adds to the register when k further bytes follow it, so that eight bytes are
// taken at a time with eight independent look-ups (Kounavis and Berry, "A Systematic Approach to Building High
// Performance Software-Based CRC Generators", 2005).
using Tables = std::array<std::array<std::uint32_t, 256>, slices>;

constexpr Tables tables = [] {
  Tables result{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t value = byte;
    for (int bit = 0; bit < 8; ++bit) value = value >> 1 ^ ((value & 1) != 0 ? reflected_polynomial : 0);
    result[0][byte] = value;
  }
  for (std::size_t slice = 1; slice < slices; ++slice)
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = result[slice - 1][byte];
      result[slice][byte] = before >> 8 ^ result[0][before & 0xFF];
    }
  return result;
}();

using Word [[gnu::may_alias, gnu::aligned(1)]] = std::uint64_t;

}  // namespace

std::uint32_t crc32c_continue(std::uint32_t shift_register, std::span<const std::byte> bytes) {
  const std::byte* at = bytes.data();
  std::size_t left = bytes.size();
  std::uint32_t crc = shift_register;
  for (; left >= slices; left -= slices, at += slices) {
    const std::uint64_t word = *reinterpret_cast<const Word*>(at) ^ crc;
    crc = tables[7][word & 0xFF] ^ tables[6][word >> 8 & 0xFF] ^ tables[5][word >> 16 & 0xFF] ^
          tables[4][word >> 24 & 0xFF] ^ tables[3][word >> 32 & 0xFF] ^ tables[2][word >> 40 & 0xFF] ^
          tables[1][word >> 48 & 0xFF] ^ tables[0][word >> 56];
  }
  for (; left != 0; --left, ++at) crc = crc >> 8 ^ tables[0][(crc ^ static_cast<std::uint32_t>(*at)) & 0xFF];
  return crc;
}

}  // namespace base
