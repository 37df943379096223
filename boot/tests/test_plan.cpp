// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <cstring>
#include <vector>

#include "boot/multiboot2.hpp"
#include "boot/plan.hpp"

namespace boot {
namespace {

constexpr uint64_t mib = 1 << 20;

class Information {
 public:
  Information() : bytes_(8) {}
  template <class... Parts>
  Information& tag(uint32_t type, const Parts&... parts) {
    const std::size_t begin = bytes_.size();
    put(multiboot2::Tag{type, 0});
    (put(parts), ...);
    const auto size = static_cast<uint32_t>(bytes_.size() - begin);
    std::memcpy(bytes_.data() + begin + 4, &size, sizeof size);
    bytes_.resize((bytes_.size() + 7) & ~std::size_t{7});
    return *this;
  }
  Information& map(std::initializer_list<multiboot2::MemoryMapEntry> entries) {
    const std::size_t begin = bytes_.size();
    put(multiboot2::Tag{multiboot2::tag_memory_map, static_cast<uint32_t>(16 + entries.size() * 24)});
    put(std::array<uint32_t, 2>{24, 0});
    for (const auto& entry : entries) put(entry);
    EXPECT_EQ((bytes_.size() - begin) % 8, 0u);
    return *this;
  }
  std::span<const std::byte> end() {
    put(multiboot2::Tag{multiboot2::tag_end, 8});
    return bytes_;
  }

 private:
  template <class T>
  void put(const T& part) {
    const auto bytes = std::as_bytes(std::span(&part, 1));
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
  }
  std::vector<std::byte> bytes_;
};

TEST(Loader, IsUnderstood) {
  Information said;
  const auto given = read(said.tag(multiboot2::tag_command_line, std::to_array("root=memory"))
                              .tag(multiboot2::tag_module, uint32_t{0x20'0000}, uint32_t{0x30'0000}, std::to_array("k"))
                              .tag(multiboot2::tag_old_rsdp, std::array<char, 20>{})
                              .tag(multiboot2::tag_new_rsdp, std::array<char, 36>{})
                              .map({{0, 0x9'0000, 1, 0}})
                              .end());
  ASSERT_TRUE(given);
  EXPECT_EQ(given->command_line, "root=memory");
  ASSERT_EQ(given->module_count, 1u);
  EXPECT_EQ(given->modules[0].begin, 0x20'0000u);
  EXPECT_EQ(given->modules[0].size(), mib);
  EXPECT_EQ(given->rsdp.size(), 36u);
}

TEST(Loader, MemoryComesOutInOrderAndJoined) {
  Information said;
  const auto given = read(said.map({{8 * mib, mib, 4, 0},
                                    {0, mib, 1, 0},
                                    {9 * mib, 7 * mib, 1, 0},
                                    {mib, 7 * mib, 1, 0},
                                    {16 * mib, 0, 1, 0},
                                    {16 * mib, 16 * mib, 1, 0}})
                              .end());
  ASSERT_TRUE(given);
  const auto map = given->map();
  ASSERT_EQ(map.size(), 3u);
  EXPECT_EQ(map[0].begin, 0u);
  EXPECT_EQ(map[0].end(), 8 * mib);
  EXPECT_EQ(map[1].type, 4u);
  EXPECT_EQ(map[2].begin, 9 * mib);
  EXPECT_EQ(map[2].end(), 32 * mib);
}

TEST(Loader, WhatIsCutOffIsRefused) {
  Information said;
  const auto whole = said.map({{0, mib, 1, 0}}).end();
  EXPECT_TRUE(read(whole));
  EXPECT_FALSE(read(whole.first(40)));
  Information none;
  EXPECT_FALSE(read(none.end())) << "no memory map";
  Information backwards;
  EXPECT_FALSE(read(backwards.tag(multiboot2::tag_module, uint32_t{2}, uint32_t{1}, '\0').map({{0, mib, 1, 0}}).end()));
}

TEST(Places, AreTheHighestThatAreFree) {
  const Region map[] = {{0, 640 << 10, 1, 0},
                        {mib, 7 * mib, 1, 0},
                        {8 * mib, mib, 4, 0},
                        {9 * mib, 7 * mib, 1, 0},
                        {uint64_t{4} << 30, 64 * mib, 1, 0}};
  EXPECT_EQ(place(map, mib, {}), 15 * mib) << "not above 4 GiB";
  const Range at_end{14 * mib, 16 * mib};
  EXPECT_EQ(place(map, mib, {&at_end, 1}), 13 * mib);
  EXPECT_EQ(place(map, 6 * mib, {&at_end, 1}), 2 * mib);
  const Range obstacles[] = {{14 * mib + 10, 16 * mib}, {10 * mib, 12 * mib}};
  EXPECT_EQ(place(map, 2 * mib, obstacles), 12 * mib);
  EXPECT_EQ(place(map, 100, obstacles) % 4096, 0u);
  EXPECT_EQ(place(map, 8 * mib, {}), 0u);
}

TEST(Places, MustBeFreeThroughout) {
  const Region map[] = {{0, 640 << 10, 1, 0}, {mib, 7 * mib, 1, 0}};
  EXPECT_TRUE(is_free(map, {0x1'0000, 0x1'8000}));
  EXPECT_FALSE(is_free(map, {0x9'8000, 0xa'8000}));
  EXPECT_FALSE(is_free(map, {7 * mib, 9 * mib}));
}

/// A kernel's file with one segment of 16 bytes at `physical`, and a note that begins it.
std::vector<std::byte> kernel_file(uint64_t physical, uint32_t entry, uint64_t memory_size = 0x3000) {
  std::vector<std::byte> file(64 + 2 * 56 + 32);
  const auto put = [&](std::size_t at, const auto& value) { std::memcpy(file.data() + at, &value, sizeof value); };
  std::memcpy(file.data(), "\177ELF\2\1\1", 7);
  put(18, std::uint16_t{62});
  put(32, uint64_t{64});
  put(54, std::uint16_t{56});
  put(56, std::uint16_t{2});
  const auto part = [&](std::size_t at, uint32_t type, uint64_t file_size, uint64_t size) {
    put(at, type);
    put(at + 8, uint64_t{176});
    put(at + 24, physical);
    put(at + 32, file_size);
    put(at + 40, size);
  };
  part(64, 4, 20, 20);
  part(120, 1, 32, memory_size);
  put(176, std::array<uint32_t, 3>{4, 4, 18});
  std::memcpy(file.data() + 188, "Xen", 4);
  put(192, entry);
  return file;
}

TEST(KernelFile, IsUnderstood) {
  const auto kernel = read_kernel(kernel_file(mib, mib + 0x1000));
  ASSERT_TRUE(kernel) << kernel.error();
  EXPECT_EQ(kernel->entry, mib + 0x1000);
  ASSERT_EQ(kernel->segment_count, 1u);
  EXPECT_EQ(kernel->segments[0].file_size, 32u);
  EXPECT_EQ(kernel->memory.begin, mib);
  EXPECT_EQ(kernel->memory.end, mib + 0x3000);
}

TEST(KernelFile, WhatIsNoneIsRefused) {
  EXPECT_FALSE(read_kernel({}));
  auto file = kernel_file(mib, mib + 0x1000);
  EXPECT_FALSE(read_kernel(std::span(file).first(file.size() - 1))) << "a segment is cut off";
  file[18] = std::byte{3};
  EXPECT_FALSE(read_kernel(file)) << "of another machine";
  EXPECT_FALSE(read_kernel(kernel_file(mib, 0))) << "no entry";
  EXPECT_FALSE(read_kernel(kernel_file(mib, 64 * mib))) << "an entry elsewhere";
  EXPECT_FALSE(read_kernel(kernel_file(0x8000, 0x9000))) << "where firmware and trampoline are";
  EXPECT_FALSE(read_kernel(kernel_file(mib, mib + 0x1000, 16))) << "less memory than bytes";
}

}  // namespace
}  // namespace boot
