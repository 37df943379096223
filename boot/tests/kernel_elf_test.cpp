// SPDX-License-Identifier: BSD-2-Clause
#include "boot/kernel_elf.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <vector>

namespace boot {
namespace {

using abi::u16;

constexpr std::size_t headers_at = 64, header_bytes = 56, note_at = 400, contents_at = 512;

/// A kernel of one segment of code, one of zeros, and a note.
class File {
 public:
  File() : bytes_(1024) {
    for (std::size_t i = 0; i < 7; ++i)
      put<abi::u8>(i,
                   "\x7f"
                   "ELF\2\1\1"[i]);
    put<u16>(16, 2);
    put<u16>(18, 62);
    put<u64>(32, headers_at);
    put<u16>(54, header_bytes);
    put<u16>(56, 3);
    segment(0, 1, contents_at, 0x10'0000, 256, 256);
    segment(1, 1, 0, 0x10'2000, 0, 0x1000);
    segment(2, 4, note_at, 0x10'0000, 20, 20);
    const u32 note[] = {4, 4, 18, 0x6e'6558, 0x10'0010};
    std::memcpy(bytes_.data() + note_at, note, sizeof note);
  }
  template <typename T>
  File& put(std::size_t at, T value) {
    std::memcpy(bytes_.data() + at, &value, sizeof value);
    return *this;
  }
  File& segment(unsigned index, u32 type, u64 offset, u64 address, u64 file_size, u64 memory_size) {
    const std::size_t at = headers_at + index * header_bytes;
    return put(at, type).put(at + 8, offset).put(at + 24, address).put(at + 32, file_size).put(at + 40, memory_size);
  }
  std::vector<std::byte>& bytes() { return bytes_; }
  ElfError error() const {
    const auto kernel = read_kernel(bytes_);
    EXPECT_FALSE(kernel);
    return kernel ? ElfError::not_elf : kernel.error();
  }

 private:
  std::vector<std::byte> bytes_;
};

TEST(KernelElf, ReadsSegmentsAndEntry) {
  File file;
  const auto kernel = read_kernel(file.bytes());
  ASSERT_TRUE(kernel);
  ASSERT_EQ(kernel->segment_count, 2u);
  EXPECT_EQ(kernel->segments[0].contents.data(), file.bytes().data() + contents_at);
  EXPECT_EQ(kernel->segments[1].contents.size(), 0u);
  EXPECT_EQ(kernel->segments[1].size, 0x1000u);
  EXPECT_EQ(kernel->entry, 0x10'0010u);
  EXPECT_EQ(kernel->place, (Range{0x10'0000, 0x10'3000}));
}

TEST(KernelElf, RefusesOtherFiles) {
  EXPECT_EQ(File().put<abi::u8>(0, 0x7e).error(), ElfError::not_elf);
  EXPECT_EQ(File().put<abi::u8>(4, 1).error(), ElfError::not_elf);
  EXPECT_EQ(File().put<u16>(16, 3).error(), ElfError::other_machine);
  EXPECT_EQ(File().put<u16>(18, 3).error(), ElfError::other_machine);
  EXPECT_EQ(File().put<u16>(54, 32).error(), ElfError::other_machine);
}

TEST(KernelElf, RefusesWhatPointsOutOfTheFile) {
  EXPECT_EQ(File().put<u64>(32, 1000).error(), ElfError::cut_short);
  EXPECT_EQ(File().put<u64>(32, ~u64{0} - 8).error(), ElfError::cut_short);
  EXPECT_EQ(File().segment(0, 1, 1000, 0x10'0000, 256, 256).error(), ElfError::cut_short);
  EXPECT_EQ(File().segment(0, 1, ~u64{0} - 8, 0x10'0000, 256, 256).error(), ElfError::cut_short);
  EXPECT_EQ(File().segment(2, 4, 1020, 0, 20, 20).error(), ElfError::cut_short);
}

TEST(KernelElf, RefusesSegmentsOutOfPlace) {
  EXPECT_EQ(File().segment(0, 1, contents_at, 0xf'f000, 256, 256).error(), ElfError::out_of_place);
  EXPECT_EQ(File().segment(0, 1, contents_at, highest_end - 255, 256, 256).error(), ElfError::out_of_place);
  EXPECT_EQ(File().segment(0, 1, contents_at, ~u64{0} - 100, 256, 256).error(), ElfError::out_of_place);
  EXPECT_EQ(File().segment(0, 1, contents_at, 0x10'0000, 256, ~u64{0}).error(), ElfError::out_of_place);
  EXPECT_EQ(File().segment(0, 1, contents_at, 0x10'0000, 256, 255).error(), ElfError::out_of_place);
}

TEST(KernelElf, RefusesOneWithoutAnEntryInItsCode) {
  EXPECT_EQ(File().put<u32>(note_at + 8, 17).error(), ElfError::no_entry);
  EXPECT_EQ(File().put<char>(note_at + 12, 'x').error(), ElfError::no_entry);
  EXPECT_EQ(File().put<u32>(note_at + 16, 0x10'0100).error(), ElfError::no_entry);
  EXPECT_EQ(File().put<u32>(note_at, ~u32{0}).error(), ElfError::no_entry);
  EXPECT_EQ(File().put<u32>(note_at + 4, ~u32{0}).error(), ElfError::no_entry);
}

TEST(KernelElf, EveryBeginningOfItIsRefused) {
  File file;
  for (std::size_t size = 0; size < contents_at + 256; ++size) {
    const std::vector<std::byte> part(file.bytes().begin(), file.bytes().begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_FALSE(read_kernel(part)) << size;
  }
}

}  // namespace
}  // namespace boot
