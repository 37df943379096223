// SPDX-License-Identifier: BSD-2-Clause
#include "boot/multiboot.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

namespace boot {
namespace {

/// What GRUB would leave.
class Information {
 public:
  Information() : bytes_(8) {}
  Information& tag(u32 type, const std::string& body) {
    number(type);
    number(static_cast<u32>(body.size() + 8));
    for (const char each : body) bytes_.push_back(static_cast<std::byte>(each));
    while (bytes_.size() % 8 != 0) bytes_.push_back(std::byte{0xee});
    return *this;
  }
  std::vector<std::byte> done() {
    tag(0, "");
    const u32 size = static_cast<u32>(bytes_.size());
    std::memcpy(bytes_.data(), &size, sizeof size);
    return bytes_;
  }

 private:
  void number(u32 value) {
    const auto* const from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof value);
  }
  std::vector<std::byte> bytes_;
};

template <typename... Number>
std::string words(Number... numbers) {
  std::string result;
  (result.append(reinterpret_cast<const char*>(&numbers), sizeof numbers), ...);
  return result;
}

/// Entries of 32 bytes, as a later version of the protocol may have them.
std::string two_regions(u32 step) {
  std::string result = words(step, u32{0});
  for (u64 i = 0; i < 2; ++i) {
    result += words(i * 0x1000, u64{0x1000}, u32{1}, u32{0});
    result.append(step - sizeof(Region), 'x');
  }
  return result;
}

std::string module(u32 begin, u32 end, const char* text) { return words(begin, end) + text + '\0'; }

TEST(Multiboot, ReadsAllThatIsWanted) {
  const auto bytes = Information()
                         .tag(1, std::string("root=memory") + '\0')
                         .tag(99, "of no interest")
                         .tag(3, module(0x1000, 0x2000, "kernel crc32c=0001fe0f"))
                         .tag(3, module(0x3000, 0x5000, "image crc32c=xyz"))
                         .tag(14, "old pointer")
                         .tag(15, "new pointer")
                         .tag(14, "old pointer")
                         .tag(6, two_regions(32))
                         .done();
  const auto found = read_multiboot(bytes);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->command_line, "root=memory");
  ASSERT_NE(found->module("kernel"), nullptr);
  EXPECT_EQ(found->module("kernel")->place, (Range{0x1000, 0x2000}));
  EXPECT_EQ(expected_sum(*found->module("kernel")), 0x1fe0fu);
  EXPECT_EQ(expected_sum(*found->module("image")), std::nullopt);
  EXPECT_EQ(found->module("kern"), nullptr);
  EXPECT_EQ(std::memcmp(found->rsdp.data(), "new", 3), 0);
  Region regions[2];
  unsigned count = 0;
  ASSERT_TRUE(copy_regions(*found, regions, count));
  ASSERT_EQ(count, 2u);
  EXPECT_EQ(regions[1].range(), (Range{0x1000, 0x2000}));
  EXPECT_FALSE(copy_regions(*found, std::span{regions}.first(1), count));
}

TEST(Multiboot, EveryBeginningOfItIsCutShort) {
  const auto bytes = Information().tag(3, module(1, 2, "kernel")).tag(6, two_regions(24)).done();
  ASSERT_TRUE(read_multiboot(bytes));
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    std::vector<std::byte> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(read_multiboot(part).error(), MultibootError::cut_short) << size;
    // Its own word for how long it is does not help: the tag that ends it is missing.
    const u32 claimed = static_cast<u32>(size);
    if (size >= sizeof claimed) std::memcpy(part.data(), &claimed, sizeof claimed);
    EXPECT_EQ(read_multiboot(part).error(), MultibootError::cut_short) << size;
  }
}

TEST(Multiboot, RefusesTagsThatAreTooShort) {
  EXPECT_EQ(read_multiboot(Information().tag(3, "1234567").done()).error(), MultibootError::tag_too_short);
  EXPECT_EQ(read_multiboot(Information().tag(6, "1234").done()).error(), MultibootError::tag_too_short);
  EXPECT_EQ(read_multiboot(Information().tag(6, words(u32{16}, u32{0})).done()).error(), MultibootError::tag_too_short);
}

TEST(Multiboot, RefusesWhatIsNotThere) {
  EXPECT_EQ(read_multiboot(Information().tag(1, "x").done()).error(), MultibootError::no_memory_map);
  Information many;
  many.tag(6, two_regions(24));
  for (unsigned i = 0; i < Multiboot::most_modules; ++i) many.tag(3, module(1, 2, "image"));
  Information too_many = many;
  EXPECT_TRUE(read_multiboot(many.done()));
  EXPECT_EQ(read_multiboot(too_many.tag(3, module(1, 2, "image")).done()).error(), MultibootError::too_many_modules);
}

TEST(Multiboot, AModuleThatEndsBeforeItBeginsIsRefused) {
  EXPECT_EQ(read_multiboot(Information().tag(6, two_regions(24)).tag(3, module(2, 1, "image")).done()).error(),
            MultibootError::module_backwards);
}

}  // namespace
}  // namespace boot
