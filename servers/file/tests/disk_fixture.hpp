// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <random>

#include "servers/file/tests/disk_world.hpp"

namespace file {
inline constexpr std::size_t page = abi::page_size;

inline std::string noise(std::size_t size, u32 seed = 1) {
  std::minstd_rand generator(seed);
  std::string text(size, ' ');
  for (char& each : text) each = static_cast<char>('a' + generator() % 26);
  return text;
}

class Disk : public testing::Test {
 protected:
  explicit Disk(u64 megabytes = 64, u32 frames = FakeFrames::count)
      : d(::ext4::testing::make_image(megabytes), frames) {
    EXPECT_TRUE(d.started);
    EXPECT_TRUE(d.mounted);
  }
  void TearDown() override {
    EXPECT_EQ(d.judge(), "");
    EXPECT_TRUE(d.servers.reports.empty());
  }
  i64 pwrite(i64 descriptor, std::string_view text, i64 offset) {
    const u64 address = p.put_bytes(text);
    return p.call([=, this](Caller& c) {
      return d.world.calls.write_at(c, static_cast<i32>(descriptor), address, text.size(), offset);
    });
  }

  DiskWorld d;
  Program& p = d.init;
};

}  // namespace file
