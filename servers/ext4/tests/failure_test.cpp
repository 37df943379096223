// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>

#include "servers/ext4/tests/model.hpp"

namespace ext4::testing {
namespace {

/// Work on a device that fails every few requests. What was answered with an error must not have happened.
class FailingDevice : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(FailingDevice, RollsBackWhatItFailed) {
  Mounted disk(make_image(64));
  RandomWork random(disk, GetParam(), {.largest_write = 30'000, .most_nodes = 1500});
  random.failures_allowed = true;
  std::mt19937 engine(GetParam());
  const auto fails = [&](bool, PhysicalBlock) { return engine() % 5 == 0; };
  for (int batch = 0; batch < 8; ++batch) {
    for (int i = 0; i < 200; ++i) {
      // A mount anew now and then empties the cache, so that there is something to read.
      if (i % 25 == 0) {
        ASSERT_TRUE(disk->sync(disk.now()));
        ASSERT_EQ(random.release_all(), "");
        ASSERT_TRUE(disk.remount());
      }
      disk.device.fails = fails;
      const std::string wrong = random.step();
      disk.device.fails = nullptr;
      ASSERT_EQ(wrong, "") << batch << "/" << i;
    }
    ASSERT_EQ(random.compare(), "") << batch;
    ASSERT_EQ(random.release_all(), "") << batch;
    ASSERT_EQ(disk.check(), "") << batch;
  }
  EXPECT_GE(random.failed, 50u) << "nothing failed, so nothing was tested";
  EXPECT_GE(random.done, 300u);
}

INSTANTIATE_TEST_SUITE_P(Seeds, FailingDevice, ::testing::Range(1u, 5u));

TEST(Failure, OfEveryRequestOfAnOperationIsRolledBack) {
  // The n-th request of each operation fails, for every n, until the operation makes no n-th request.
  Mounted disk(make_image(64, "-N 4000"));
  const InodeNumber directory = disk.create(root_inode, "d", FileKind::directory)->inode;
  for (int i = 0; i < 600; ++i) ASSERT_TRUE(disk.create(directory, "name" + std::to_string(i)));
  const InodeNumber file = disk->lookup(directory, "name7")->inode;
  for (int i = 0; i < 700; ++i) ASSERT_TRUE(disk.write(file, static_cast<std::uint64_t>(i) * 8192, "data"));
  ASSERT_TRUE(disk->unmount(disk.now()));
  const SparseImage image = disk.device.content();

  std::vector<std::function<bool(Mounted&)>> operations{
      [&](Mounted& d) { return d.create(directory, std::string(200, 'x')).has_value(); },
      [&](Mounted& d) { return d.create(root_inode, "e", FileKind::directory).has_value(); },
      [&](Mounted& d) {
        return d->make_link(directory, "l", std::string(300, 't'), {}, Handle::none, d.caller()).has_value();
      },
      [&](Mounted& d) { return d->link(file, root_inode, "h", d.caller()).has_value(); },
      [&](Mounted& d) { return d->unlink(directory, "name3", LastName::free_now, d.caller()).has_value(); },
      [&](Mounted& d) { return d->unlink(directory, "name3", LastName::keep_inode, d.caller()).has_value(); },
      [&](Mounted& d) {
        return d->rename(directory, "name4", root_inode, "moved", Replace::allowed, LastName::free_now, d.caller())
            .has_value();
      },
      [&](Mounted& d) {
        return d->rename(root_inode, "d", root_inode, "D", Replace::allowed, LastName::free_now, d.caller())
            .has_value();
      },
      [&](Mounted& d) { return d->set_attributes(file, {.permissions = 0}, d.caller()).has_value(); },
      [&](Mounted& d) { return d.write(file, 4096, "in a hole").has_value(); },
      [&](Mounted& d) { return d->set_size(file, 2'000'000, d.caller()).has_value(); },
  };
  int failures = 0;
  for (std::size_t operation = 0; operation < operations.size(); ++operation) {
    for (int nth = 0;; ++nth) {
      Mounted fresh(image);
      int left = nth;
      bool failed = false;
      fresh.device.fails = [&](bool, PhysicalBlock) { return (failed |= left == 0), left-- == 0; };
      const bool done = operations[operation](fresh);
      fresh.device.fails = nullptr;
      if (!failed) {
        ASSERT_TRUE(done) << operation;
        break;
      }
      ++failures;
      if (!done) {
        ASSERT_EQ(fresh->metadata().has_unwritten_changes(), false) << operation << "/" << nth;
        ASSERT_TRUE(fresh->sync(fresh.now()));
        ASSERT_TRUE(fresh.device.content() == image) << operation << "/" << nth;
        ASSERT_TRUE(operations[operation](fresh)) << "again: " << operation << "/" << nth;
      }
      ASSERT_TRUE(fresh->sync(fresh.now()));
      ASSERT_TRUE(fresh.remount());  // finishes orphans, of which some operations leave one
      if (nth % 4 == 0) ASSERT_EQ(fresh.check(), "") << operation << "/" << nth;
    }
  }
  EXPECT_GE(failures, 25);
}

TEST(Failure, OfAWriteLeavesEverythingToBeWrittenLater) {
  Mounted disk(make_image(64));
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(disk.create(root_inode, "f" + std::to_string(i)));
  int written = 0;
  for (int allowed = 0;; ++allowed) {
    int left = allowed;
    disk.device.fails = [&](bool write, PhysicalBlock) { return write && left-- <= 0; };
    const auto synced = disk->sync(disk.now());
    disk.device.fails = nullptr;
    if (synced) break;
    EXPECT_EQ(synced.error(), Error::device_failed);
    EXPECT_TRUE(disk->metadata().has_unwritten_changes());
    EXPECT_TRUE(disk->lookup(root_inode, "f7"));
    ++written;
  }
  EXPECT_GE(written, 5);
  EXPECT_EQ(disk.check(), "");
  ASSERT_TRUE(disk.crash());
  for (int i = 0; i < 50; ++i) EXPECT_TRUE(disk->lookup(root_inode, "f" + std::to_string(i)));
}

TEST(Failure, OfTheDeviceAtMountIsSaidAndNoReason) {
  const SparseImage image = make_image(64);
  for (int nth = 0;; ++nth) {
    Mounted disk(image);
    ASSERT_TRUE(disk.state);
    ASSERT_TRUE(disk->unmount(disk.now()));
    int left = nth;
    bool failed = false;
    disk.device.fails = [&](bool, PhysicalBlock) { return (failed |= left == 0), left-- == 0; };
    const auto state = disk->mount(FileSystem::Access::read_write, disk.now());
    if (!failed) break;
    ASSERT_FALSE(state) << nth;
    EXPECT_EQ(state.error(), Error::device_failed);
    disk.device.fails = nullptr;
    EXPECT_TRUE(disk->mount(FileSystem::Access::read_write, disk.now()));
  }
}

}  // namespace
}  // namespace ext4::testing
