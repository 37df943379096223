// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

TEST(Smoke, AnImageFromMke2fsMountsAndStaysClean) {
  Mounted disk(make_image(16));
  ASSERT_TRUE(disk.state) << describe(disk.state.error()) << " " << (disk.fs.damage().what ?: "");
  EXPECT_FALSE(disk.state->read_only);
  EXPECT_TRUE(disk.state->was_clean);
  const auto found = disk->lookup(root_inode, "lost+found");
  ASSERT_TRUE(found) << describe(found.error());
  EXPECT_EQ(found->kind, FileKind::directory);
  EXPECT_EQ(disk.check(), "");
}

TEST(Smoke, AFileIsWrittenAndReadBack) {
  Mounted disk(make_image(16));
  const auto file = disk.create(root_inode, "hello");
  ASSERT_TRUE(file) << describe(file.error());
  const std::string text(10000, 'x');
  const auto written = disk.write(file->inode, 0, text);
  ASSERT_TRUE(written) << describe(written.error());
  EXPECT_EQ(disk.read(file->inode).value(), text);
  EXPECT_EQ(disk.check(), "");
  EXPECT_EQ(debugfs(disk.device, "cat /hello"), text);
}

}  // namespace
}  // namespace ext4::testing
