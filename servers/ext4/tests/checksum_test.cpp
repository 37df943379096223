// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>
#include <sstream>

#include "lib/base/crc32c.hpp"
#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

std::uint32_t bit_by_bit(std::uint32_t crc, std::span<const std::byte> bytes) {
  for (const std::byte byte : bytes) {
    crc ^= static_cast<std::uint32_t>(byte);
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
  }
  return crc;
}

TEST(Crc32c, HasTheValuesOfRfc3720) {
  const std::string_view digits = "123456789";
  EXPECT_EQ(base::crc32c(std::as_bytes(std::span(digits))), 0xE3069283);
  std::array<std::byte, 32> bytes{};
  EXPECT_EQ(base::crc32c(bytes), 0x8A9136AA);
  bytes.fill(std::byte{0xFF});
  EXPECT_EQ(base::crc32c(bytes), 0x62A8AB43);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i);
  EXPECT_EQ(base::crc32c(bytes), 0x46DD794E);
}

TEST(Crc32c, OfAnyLengthInAnyPiecesIsThatOfItsBits) {
  std::mt19937 engine(1);
  std::vector<std::byte> bytes(200);
  for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine());
  for (std::size_t from = 0; from < 9; ++from)
    for (std::size_t length = 0; from + length <= bytes.size(); ++length) {
      const auto part = std::span(bytes).subspan(from, length);
      const std::uint32_t expected = bit_by_bit(7, part);
      ASSERT_EQ(base::crc32c_continue(7, part), expected);
      const std::size_t cut = length / 3;
      ASSERT_EQ(base::crc32c_continue(base::crc32c_continue(7, part.first(cut)), part.subspan(cut)), expected);
    }
}

/// What debugfs says the hash of a name is.
NameHash hash_by_debugfs(const MemoryDevice& device, const std::string& version, const std::string& seed,
                         const std::string& name) {
  const std::string text = debugfs(device, "dx_hash -h " + version + " -s " + seed + " \"" + name + "\"");
  NameHash hash;
  const std::size_t at = text.find(" is 0x");
  EXPECT_NE(at, text.npos) << text;
  if (at != text.npos) std::sscanf(text.c_str() + at, " is 0x%x (minor 0x%x)", &hash.major, &hash.minor);
  return hash;
}

TEST(NameHash, IsThatOfDebugfs) {
  const MemoryDevice device(make_image(16));
  const std::string seed = "01234567-89ab-cdef-0123-456789abcdef";
  // The bytes of the seed, in words as they lie on the disk.
  const std::array<std::uint32_t, 4> words{0x67452301, 0xEFCDAB89, 0x67452301, 0xEFCDAB89};
  const struct {
    const char* number;  // as the format has it
    HashParameters parameters;
  } versions[] = {
      {"0", {layout::HashVersion::legacy, false, words}},   {"3", {layout::HashVersion::legacy, true, words}},
      {"1", {layout::HashVersion::half_md4, false, words}}, {"4", {layout::HashVersion::half_md4, true, words}},
      {"2", {layout::HashVersion::tea, false, words}},      {"5", {layout::HashVersion::tea, true, words}},
  };
  std::vector<std::string> names{
      "a", "ab", "abc", "abcd", "passwd", "lost+found", "ein\xc3\xa4\xff", std::string(16, 'q')};
  names.push_back(std::string(31, 'x') + "y");
  names.push_back(std::string(33, 'z'));
  names.push_back(std::string(255, 'w'));
  int unlike = 0;
  for (const auto& version : versions)
    for (const std::string& name : names) {
      const NameHash expected = hash_by_debugfs(device, version.number, seed, name);
      const NameHash hash = hash_name(version.parameters, name);
      EXPECT_EQ(hash.major, expected.major) << version.number << " " << name.size() << " " << name;
      if (version.parameters.version != layout::HashVersion::legacy) EXPECT_EQ(hash.minor, expected.minor);
      HashParameters other = version.parameters;
      other.characters_unsigned = !other.characters_unsigned;
      unlike += hash_name(other, name).major != hash.major ? 1 : 0;
    }
  EXPECT_EQ(unlike, 6);  // only the name with bytes above 127 tells signed from unsigned
}

TEST(NameHash, IsNeverTheIndexEndMark) {
  // Names whose hash would be the mark are not to be found by trying; the rule is about every hash.
  std::mt19937 engine(2);
  for (int i = 0; i < 100'000; ++i) {
    const std::string name = std::to_string(engine());
    const NameHash hash = hash_name({layout::HashVersion::tea, false, {}}, name);
    ASSERT_EQ(hash.major & 1, 0u);
    ASSERT_LT(hash.major, 0xFFFFFFFEu);
  }
}

}  // namespace
}  // namespace ext4::testing
