// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/ext4/tests/model.hpp"

namespace ext4::testing {
namespace {

/// Work on a disk that is full most of the time.
class FullDisk : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FullDisk, StaysCleanAndKeepsToTheModel) {
  Mounted disk(make_image(16, "-N 600"));
  RandomWork random(disk, GetParam(),
                    {.create = 30, .unlink = 12, .write = 40, .largest_write = 300'000, .largest_file = 2'000'000});
  for (int batch = 0; batch < 5; ++batch) {
    for (int i = 0; i < 500; ++i) ASSERT_EQ(random.step(), "") << batch << "/" << i;
    ASSERT_EQ(random.compare(), "") << batch;
    ASSERT_EQ(random.release_all(), "") << batch;
    ASSERT_EQ(disk.check(), "") << batch;
  }
  EXPECT_GE(random.out_of_space, 100u) << "the disk was never full, so nothing was tested";
  EXPECT_GE(random.done, 500u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FullDisk, ::testing::Range(1u, 5u));

TEST(Space, AllOfItCanBeUsedAndComesBack) {
  Mounted disk(make_image(16));
  ASSERT_TRUE(disk.create(root_inode, "before"));
  const Usage before = disk->usage();
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  std::uint64_t size = 0;
  Result<void> result;
  while ((result = disk.write(file, size, std::string(block_size, 'x')))) size += block_size;
  EXPECT_EQ(result.error(), Error::no_space);
  // What is kept for an extent tree that might need it is all that is left.
  EXPECT_LE(disk->usage().free, Reservations::slack + 1);
  EXPECT_EQ(disk.create(root_inode, "d", FileKind::directory).has_value(), disk->usage().free > 0);
  EXPECT_EQ(disk.check(), "");
  ASSERT_TRUE(disk->unlink(root_inode, "f", LastName::free_now, disk.caller()));
  (void)disk->remove_directory(root_inode, "d", LastName::free_now, disk.caller());
  EXPECT_EQ(disk->usage().free, before.free);
  EXPECT_EQ(disk.check(), "");
}

TEST(Space, UsersLeaveTheSuperusersPart) {
  Mounted disk(make_image(16));
  const Usage usage = disk->usage();
  EXPECT_EQ(usage.free - usage.available, disk->geometry().reserved_blocks);
  EXPECT_GE(disk->geometry().reserved_blocks, 100u);
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  std::uint32_t at = 0;
  std::array<Mapping, 8> mappings;
  const auto as_user = [&] { return disk->reserve(file, LogicalBlock{at}, 64, mappings, {.now = disk.now()}); };
  Result<std::size_t> count;
  while ((count = as_user())) {
    for (const Mapping& mapping : std::span(mappings).first(*count)) {
      ASSERT_TRUE(disk->link_blocks(file, mapping, 0, disk.now()));
      at = mapping.end().value;
    }
  }
  EXPECT_EQ(count.error(), Error::no_space);
  EXPECT_GE(disk->usage().free, disk->geometry().reserved_blocks);
  EXPECT_EQ(disk->create(root_inode, "d", {.kind = FileKind::directory}, Handle::none, {.now = disk.now()}).error(),
            Error::no_space);
  EXPECT_TRUE(disk.create(root_inode, "d", FileKind::directory));  // as the superuser
  ASSERT_TRUE(disk->set_size(file, std::uint64_t{at} * block_size, disk.caller()));
  EXPECT_EQ(disk.check(), "");
}

TEST(Space, InodesRunOut) {
  Mounted disk(make_image(16, "-N 64"));
  int made = 0;
  Result<Attributes> result;
  while ((result = disk.create(root_inode, "f" + std::to_string(made)))) ++made;
  EXPECT_EQ(result.error(), Error::no_inodes);
  EXPECT_EQ(disk->usage().free_inodes, 0u);
  EXPECT_GE(made, 30);
  EXPECT_EQ(disk.check(), "");
  ASSERT_TRUE(disk->unlink(root_inode, "f0", LastName::free_now, disk.caller()));
  EXPECT_TRUE(disk.create(root_inode, "again"));
  EXPECT_EQ(disk.check(), "");
}

TEST(Space, AFullTableOfReservationsSaysSo) {
  Mounted disk(make_image(64));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  std::array<Mapping, 1> mapping;
  Result<std::size_t> result;
  std::uint32_t reserved = 0;
  while ((result = disk->reserve(file, LogicalBlock{reserved * 2}, 1, mapping, disk.caller()))) ++reserved;
  EXPECT_EQ(result.error(), Error::table_full);
  EXPECT_EQ(reserved, disk.storage->reservation_table.size());
  ASSERT_TRUE(disk->cancel(file, LogicalBlock{0}, 1));
  EXPECT_TRUE(disk->reserve(file, LogicalBlock{0}, 1, mapping, disk.caller()));
  ASSERT_TRUE(disk->release(file, disk.caller()));
  EXPECT_EQ(disk.check(), "");
}

}  // namespace
}  // namespace ext4::testing
