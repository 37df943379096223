// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "servers/ext4/extent_path.hpp"
#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

std::string block_of(int value) { return std::string(block_size, static_cast<char>(value)); }

std::uint32_t depth_of(Mounted& disk, InodeNumber file) {
  const auto inode = load_inode(disk->metadata(), file);
  return ExtentPath::find(disk->metadata(), *inode, LogicalBlock{0})->leaf_level();
}

std::vector<Mapping> mappings_of(Mounted& disk, InodeNumber file) {
  std::vector<Mapping> all(20'000);
  const std::uint64_t size = disk->attributes(file)->size;
  const auto count = disk->map(file, LogicalBlock{0}, static_cast<std::uint32_t>((size + 4095) / 4096), all);
  all.resize(count.value());
  return all;
}

TEST(Extents, ALargeWriteIsOnePiece) {
  Mounted disk(make_image(64));
  for (int i = 0; i < 20; ++i) {
    const InodeNumber file = disk.create(root_inode, "f" + std::to_string(i))->inode;
    ASSERT_TRUE(disk.write(file, 0, std::string(64 * 4096, 'x')));
    EXPECT_EQ(mappings_of(disk, file).size(), 1u) << i;
  }
  // A file that grows by sixteen blocks at a time stays in one piece as well.
  const InodeNumber file = disk.create(root_inode, "grows")->inode;
  for (int i = 0; i < 30; ++i)
    ASSERT_TRUE(disk.write(file, static_cast<std::uint64_t>(i) * 16 * 4096, std::string(16 * 4096, 'y')));
  EXPECT_EQ(mappings_of(disk, file).size(), 1u);
  EXPECT_EQ(disk.check(), "");
}

TEST(Extents, FilesThatGrowInTurnsBecomeDeepTreesAndShrinkAgain) {
  Mounted disk(make_image(128));
  const std::uint64_t free = disk->usage().free;
  const InodeNumber a = disk.create(root_inode, "a")->inode;
  const InodeNumber b = disk.create(root_inode, "b")->inode;
  constexpr int blocks = 6000;
  for (int i = 0; i < blocks; ++i) {
    ASSERT_TRUE(disk.write(a, static_cast<std::uint64_t>(i) * block_size, block_of(i)));
    ASSERT_TRUE(disk.write(b, static_cast<std::uint64_t>(i) * block_size, block_of(i + 1)));
  }
  EXPECT_EQ(depth_of(disk, a), 2u);
  EXPECT_GE(mappings_of(disk, a).size(), 1000u);
  ASSERT_EQ(disk.check(), "");
  const std::string content = disk.read(a).value();
  for (int i = 0; i < blocks; ++i) ASSERT_EQ(content[static_cast<std::size_t>(i) * block_size], static_cast<char>(i));
  for (const std::uint64_t left : {5000u, 4999u, 1400u, 1300u, 340u, 100u, 5u, 4u, 3u, 0u}) {
    ASSERT_TRUE(disk->set_size(a, left * block_size, disk.caller()));
    ASSERT_EQ(disk.check(), "") << left;
    ASSERT_EQ(disk.read(a)->size(), left * block_size);
  }
  EXPECT_EQ(depth_of(disk, a), 0u);
  ASSERT_TRUE(disk->unlink(root_inode, "a", LastName::free_now, disk.caller()));
  ASSERT_TRUE(disk->unlink(root_inode, "b", LastName::free_now, disk.caller()));
  EXPECT_EQ(disk.check(), "");
  EXPECT_EQ(disk->usage().free, free);
}

/// Writes single blocks in the order given, every other one first, so that nothing can be joined before the end.
void write_in_order(const std::vector<int>& order, std::uint32_t expected_depth) {
  Mounted disk(make_image(128));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  for (const int i : order) ASSERT_TRUE(disk.write(file, static_cast<std::uint64_t>(i) * 2 * block_size, block_of(i)));
  EXPECT_EQ(depth_of(disk, file), expected_depth);
  ASSERT_EQ(disk.check(), "");
  for (const int i : order)
    ASSERT_TRUE(disk.write(file, (static_cast<std::uint64_t>(i) * 2 + 1) * block_size, block_of(i + 100)));
  ASSERT_EQ(disk.check(), "");
  const std::string content = disk.read(file).value();
  for (const int i : order) {
    ASSERT_EQ(content[static_cast<std::size_t>(i) * 2 * block_size], static_cast<char>(i));
    ASSERT_EQ(content[(static_cast<std::size_t>(i) * 2 + 1) * block_size], static_cast<char>(i + 100));
  }
}

TEST(Extents, SparseFilesGrowForwards) {
  std::vector<int> order(3000);
  for (int i = 0; i < 3000; ++i) order[static_cast<std::size_t>(i)] = i;
  write_in_order(order, 2);
}

TEST(Extents, SparseFilesGrowBackwards) {
  std::vector<int> order(3000);
  for (int i = 0; i < 3000; ++i) order[static_cast<std::size_t>(i)] = 2999 - i;
  write_in_order(order, 2);
}

TEST(Extents, SparseFilesGrowInAnyOrder) {
  std::vector<int> order(4000);
  for (int i = 0; i < 4000; ++i) order[static_cast<std::size_t>(i)] = i;
  std::ranges::shuffle(order, std::mt19937(9));
  write_in_order(order, 2);
}

TEST(Extents, TheFarEndOfAFileIsReached) {
  Mounted disk(make_image(64));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  const std::uint64_t last = std::uint64_t{maximum_file_blocks - 1} * block_size;
  ASSERT_TRUE(disk.write(file, last, "end"));
  ASSERT_TRUE(disk.write(file, std::uint64_t{1} << 40, "middle"));
  ASSERT_TRUE(disk.write(file, 0, "start"));
  EXPECT_EQ(disk->attributes(file)->size, last + 3);
  std::array<Mapping, 9> mappings;
  EXPECT_EQ(disk->map(file, LogicalBlock{0}, maximum_file_blocks, mappings).value(), 5u);
  EXPECT_EQ(mappings[1].content, Content::hole);
  EXPECT_EQ(mappings[4].length, 1u);
  EXPECT_EQ(disk.check(), "");
  EXPECT_EQ(disk->map(file, LogicalBlock{1}, maximum_file_blocks, mappings).error(), Error::file_too_large);
  EXPECT_EQ(disk->map(file, LogicalBlock{0}, 0, mappings).error(), Error::bad_argument);
  EXPECT_EQ(disk->set_size(file, maximum_file_size + 1, disk.caller()).error(), Error::file_too_large);
  ASSERT_TRUE(disk->set_size(file, 5, disk.caller()));
  EXPECT_EQ(disk.read(file).value(), "start");
  EXPECT_EQ(disk.check(), "");
}

TEST(Unwritten, BlocksBecomeWrittenPieceByPiece) {
  Mounted disk(make_image(64));
  ASSERT_TRUE(disk.create(root_inode, "f"));
  ASSERT_TRUE(disk->unmount(disk.now()));
  for (const std::uint32_t seed : {1u, 2u, 3u}) {
    Mounted again(changed_by_debugfs(disk.device, "fallocate /f 0 299\nset_inode_field /f size 1228800\n"));
    const InodeNumber file = again.resolve("f").value();
    std::array<Mapping, 4> mappings;
    ASSERT_EQ(again->map(file, LogicalBlock{0}, 300, mappings).value(), 1u);
    ASSERT_EQ(mappings[0].content, Content::unwritten);
    std::string model(300 * block_size, '\0');
    std::mt19937 engine(seed);
    for (int i = 0; i < 120; ++i) {
      const std::size_t from = engine() % 300;
      const std::size_t count = std::min<std::size_t>(1 + engine() % 6, 300 - from);
      const std::string data(count * block_size, static_cast<char>('a' + i % 26));
      ASSERT_TRUE(again.write(file, from * block_size, data));
      model.replace(from * block_size, data.size(), data);
      if (i % 30 == 0) ASSERT_EQ(again.check(), "");
    }
    EXPECT_TRUE(again.read(file).value() == model);
    EXPECT_EQ(again.check(), "");
    EXPECT_EQ(again->attributes(file)->sectors / 8, 300u + (depth_of(again, file) == 0 ? 0 : 1));
  }
}

TEST(Reserve, IsForgottenByACrashAndCancelled) {
  Mounted disk(make_image(64));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  ASSERT_EQ(disk.check(), "");
  const std::uint64_t free = disk->usage().free;
  std::array<Mapping, 4> mappings;
  ASSERT_EQ(disk->reserve(file, LogicalBlock{10}, 50, mappings, disk.caller()).value(), 1u);
  EXPECT_EQ(mappings[0].content, Content::reserved);
  EXPECT_EQ(mappings[0].length, 50u);
  EXPECT_EQ(disk->usage().free, free - 50 - Reservations::slack);
  const Mapping first = mappings[0];
  ASSERT_EQ(disk->reserve(file, LogicalBlock{20}, 5, mappings, disk.caller()).value(), 1u);  // asked again
  EXPECT_EQ(mappings[0].physical, first.physical + 10);
  ASSERT_EQ(disk->map(file, LogicalBlock{0}, 60, mappings).value(), 1u);
  EXPECT_EQ(mappings[0].content, Content::hole);

  const InodeNumber other = disk.create(root_inode, "other")->inode;
  ASSERT_TRUE(disk.write(other, 0, std::string(500'000, 'o')));
  for (const Mapping& mapping : mappings_of(disk, other))
    EXPECT_FALSE(ext4::Run(mapping.run()).overlaps(first.run())) << "given out twice";
  EXPECT_EQ(disk.check(), "");  // nothing of it is on the disk
  const std::uint64_t free_later = disk->usage().free;
  ASSERT_TRUE(disk->cancel(file, LogicalBlock{10}, 20));
  EXPECT_EQ(disk->usage().free, free_later + 20);
  ASSERT_TRUE(disk->release(file, disk.caller()));
  EXPECT_EQ(disk->usage().free, free_later + 50 + Reservations::slack);

  ASSERT_EQ(disk->reserve(file, LogicalBlock{0}, 9, mappings, disk.caller()).value(), 1u);
  ASSERT_TRUE(disk.crash());
  EXPECT_EQ(disk->usage().free, free_later + 50 + Reservations::slack);
}

TEST(Link, TakesWhatWasReservedAndNothingElse) {
  Mounted disk(make_image(64));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  std::array<Mapping, 4> mappings;
  ASSERT_EQ(disk->reserve(file, LogicalBlock{0}, 8, mappings, disk.caller()).value(), 1u);
  const Mapping whole = mappings[0];
  const auto link = [&](std::uint32_t from, std::uint32_t count, std::uint64_t physical) {
    return disk->link_blocks(file, {LogicalBlock{from}, count, PhysicalBlock{physical}, Content::reserved}, 0,
                             disk.now());
  };
  EXPECT_EQ(link(0, 8, whole.physical.value + 1).error(), Error::bad_argument);
  EXPECT_EQ(link(0, 9, whole.physical.value).error(), Error::bad_argument);
  EXPECT_EQ(link(100, 1, whole.physical.value).error(), Error::bad_argument);
  EXPECT_EQ(link(0, 1, 0).error(), Error::bad_argument);
  ASSERT_TRUE(link(2, 3, whole.physical.value + 2));
  ASSERT_TRUE(link(2, 3, whole.physical.value + 2));  // asked again
  ASSERT_TRUE(link(0, 8, whole.physical.value));
  EXPECT_EQ(disk->attributes(file)->sectors, 64u);
  EXPECT_EQ(disk->attributes(file)->size, 0u);
  EXPECT_EQ(disk->reserve(root_inode, LogicalBlock{0}, 8, mappings, disk.caller()).error(), Error::is_a_directory);
  ASSERT_TRUE(disk->set_size(file, 8 * block_size, disk.caller()));
  EXPECT_EQ(disk.check(), "");
}

TEST(Freed, BlocksAreNotGivenOutBeforeTheyAreDurablyFree) {
  Mounted disk(make_image(16));
  const InodeNumber file = disk.create(root_inode, "f")->inode;
  ASSERT_TRUE(disk.write(file, 0, std::string(100 * block_size, 'x')));
  ASSERT_TRUE(disk->sync(disk.now()));
  const ext4::Run old = mappings_of(disk, file)[0].run();
  ASSERT_TRUE(disk->unlink(root_inode, "f", LastName::free_now, disk.caller()));
  const InodeNumber second = disk.create(root_inode, "g")->inode;
  ASSERT_TRUE(disk.write(second, 0, std::string(100 * block_size, 'y')));
  for (const Mapping& mapping : mappings_of(disk, second)) EXPECT_FALSE(mapping.run().overlaps(old));
  // A crash now finds the old file whole.
  ASSERT_TRUE(disk.crash());
  EXPECT_TRUE(disk.read(disk.resolve("f").value()).value() == std::string(100 * block_size, 'x'));
  // Once durable, they are.
  ASSERT_TRUE(disk->unlink(root_inode, "f", LastName::free_now, disk.caller()));
  ASSERT_TRUE(disk->sync(disk.now()));
  const InodeNumber third = disk.create(root_inode, "h")->inode;
  ASSERT_TRUE(disk.write(third, 0, std::string(100 * block_size, 'z')));
  EXPECT_TRUE(mappings_of(disk, third)[0].run().overlaps(old));
}

}  // namespace
}  // namespace ext4::testing
