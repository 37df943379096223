// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "servers/ext4/layout/group.hpp"
#include "servers/ext4/tests/exercise.hpp"

namespace ext4::testing {
namespace {

/// A populated image and the blocks in it that are metadata.
struct Prepared {
  SparseImage image;
  std::vector<PhysicalBlock> metadata;
};

Prepared prepare(const std::string& options) {
  Mounted disk(make_image(16, options));
  std::set<std::uint64_t> written{0, 1};
  disk.device.written = &written;
  populate(disk);
  Prepared prepared{.image = disk.device.content(), .metadata = {}};
  for (const std::uint64_t block : written) prepared.metadata.push_back(PhysicalBlock{block});
  return prepared;
}

struct Outcome {
  bool mounted = false;
  bool noticed = false;  ///< by an error that says the image is wrong
};

Outcome try_image(const SparseImage& image, std::uint32_t seed, std::uint32_t budget = 2500) {
  Mounted disk(image);
  Outcome outcome{.mounted = disk.state.has_value(), .noticed = !disk.state.has_value()};
  if (!disk.state) return outcome;
  const Walk walk = exercise(disk.fs, seed, budget);
  for (const Error error : walk.errors)
    if (error == Error::bad_checksum || error == Error::damaged) outcome.noticed = true;
  outcome.noticed |= disk->damage().what != nullptr;
  (void)disk->unmount(disk.now());
  return outcome;
}

/// Bytes of metadata changed at random: nothing may crash, loop or run out of bounds (the sanitizers look), and with
/// checksums nearly everything must be noticed.
void sweep(const std::string& options, int changes_per_block, std::uint32_t seed, double least, double most) {
  const Prepared prepared = prepare(options);
  ASSERT_GE(prepared.metadata.size(), 30u);
  ASSERT_FALSE(try_image(prepared.image, 1).noticed) << "the sound image is noticed as well";
  std::mt19937 engine(seed);
  int tried = 0, noticed = 0;
  for (const PhysicalBlock block : prepared.metadata)
    for (int i = 0; i < changes_per_block; ++i) {
      SparseImage image = prepared.image;
      const auto bytes = image.write(block);
      // Where there is something: changing what is behind the last entry is of little interest.
      std::vector<std::size_t> places;
      for (std::size_t at = 0; at < block_size; ++at)
        if (bytes[at] != std::byte{0}) places.push_back(at);
      if (places.empty()) continue;
      const std::size_t at = places[engine() % places.size()];
      const auto before = bytes[at];
      bytes[at] = engine() % 3 == 0 ? static_cast<std::byte>(engine()) : bytes[at] ^ std::byte{1} << engine() % 8;
      if (bytes[at] == before) continue;
      ++tried;
      noticed += try_image(image, engine()).noticed ? 1 : 0;
    }
  const double share = static_cast<double>(noticed) / tried;
  std::printf("  %s: %d of %d changes noticed (%.0f%%)\n", options.c_str(), noticed, tried, share * 100);
  EXPECT_GE(share, least);
  EXPECT_LE(share, most);
}

// What stays unnoticed has no checksum: the padding of bitmaps, and targets of links.
TEST(Corruption, WithChecksumsIsNoticed) { sweep("-N 2000", 8, 1, 0.90, 1.0); }

// Without checksums much less is noticed, which is the control of the test above, and all checks of form and place
// are on their own.
TEST(Corruption, WithoutChecksumsIsSurvived) { sweep("-N 2000 -O ^metadata_csum", 20, 2, 0.05, 0.75); }

TEST(Corruption, OfWholeBlocksIsSurvived) {
  for (const char* options : {"-N 2000", "-N 2000 -O ^metadata_csum"}) {
    const Prepared prepared = prepare(options);
    std::mt19937 engine(3);
    for (const PhysicalBlock block : prepared.metadata)
      for (int way = 0; way < 3; ++way) {
        SparseImage image = prepared.image;
        const auto bytes = image.write(block);
        if (way == 0) std::ranges::fill(bytes, std::byte{0});
        if (way == 1) std::ranges::fill(bytes, std::byte{0xFF});
        if (way == 2)  // a block in the place of another, as a misdirected write leaves it
          std::ranges::copy(prepared.image.read(prepared.metadata[engine() % prepared.metadata.size()]), bytes.begin());
        try_image(image, engine(), 300);
      }
  }
}

/// Changes one thing in an image without checksums.
class Hostile : public ::testing::Test {
 protected:
  Hostile() : disk_{make_image(16, "-N 2000 -O ^metadata_csum")} {
    populate(disk_);
    again();  // finishes the orphan
    EXPECT_TRUE(disk_->sync(disk_.now()));
  }

  layout::Inode& inode(InodeNumber number) {
    const Geometry& geometry = disk_->geometry();
    const auto& group = disk_.device.content().at<layout::GroupDescriptor>(PhysicalBlock{1}, 0);
    const std::uint32_t index = number.value - 1;
    return disk_.device.content().at<layout::Inode>(
        PhysicalBlock{group.inode_table_low + index / geometry.inodes_per_block},
        index % geometry.inodes_per_block * geometry.inode_size);
  }
  layout::Extent& extent(InodeNumber number, int position) {
    return *reinterpret_cast<layout::Extent*>(inode(number).map.data() + 12 + position * 12);
  }
  PhysicalBlock first_block(InodeNumber directory) { return PhysicalBlock{extent(directory, 0).physical_low}; }
  InodeNumber resolve(std::string_view path) { return disk_.resolve(path).value(); }
  /// Mounts anew, so that nothing sound is in the cache.
  void again() { ASSERT_TRUE(disk_.crash()); }

  Mounted disk_;
};

TEST_F(Hostile, ADirectoryThatIsItsOwnParentEndsRename) {
  const InodeNumber inner = resolve("deep/below/below"), outer = resolve("deep/below");
  // outer's ".." becomes inner: the chain of parents never comes to the root.
  auto entry = disk_.device.block(first_block(outer)).subspan(12);
  *reinterpret_cast<layout::Little32*>(entry.data()) = inner.value;
  again();
  const auto renamed =
      disk_->rename(root_inode, "indexed", inner, "x", Replace::allowed, LastName::free_now, disk_.caller());
  EXPECT_EQ(renamed.error(), Error::damaged);
}

TEST_F(Hostile, AnIndexThatPointsBackIsRefused) {
  const InodeNumber directory = resolve("indexed");
  auto root = disk_.device.block(first_block(directory));
  const Index index(root.data(), BlockKind::directory_root);
  ASSERT_GE(index.count(), 2u);
  index.entry(1).block = 0;
  again();
  int damaged = 0;
  for (int i = 0; i < 300; ++i) {
    const auto found = disk_->lookup(directory, "name" + std::to_string(i));
    damaged += !found && found.error() == Error::damaged ? 1 : 0;
  }
  EXPECT_GE(damaged, 50);
  class Nothing final : public EntrySink {
   public:
    bool take(const Entry&) override { return true; }
  } nothing;
  EXPECT_EQ(disk_->read_directory(directory, 0, nothing).error(), Error::damaged);
}

TEST_F(Hostile, AnEntryForTheJournalIsRefused) {
  const InodeNumber directory = resolve("deep");
  auto block = disk_.device.block(first_block(directory));
  // The entry behind "." and "..", whichever it is.
  const LeafEntry third = leaf_entry(block.first<block_size>(), 24);
  const std::string name(third.name);
  *reinterpret_cast<layout::Little32*>(block.data() + 24) = 8;
  again();
  EXPECT_EQ(disk_->lookup(directory, name).error(), Error::damaged);
  EXPECT_EQ(disk_->unlink(directory, name, LastName::free_now, disk_.caller()).error(), Error::damaged);
}

TEST_F(Hostile, ExtentsOverTheFileSystemsOwnBlocksAreRefused) {
  const InodeNumber file = resolve("deep/below/below/below/below/below/a");
  std::array<Mapping, 1> mapping;
  ASSERT_TRUE(disk_->map(file, LogicalBlock{0}, 1, mapping));
  const std::uint32_t inode_table =
      disk_.device.content().at<layout::GroupDescriptor>(PhysicalBlock{1}, 0).inode_table_low;
  for (const std::uint32_t where : {0u, 1u, inode_table, inode_table + 3, 4096u, 0xFFFFFFFFu}) {
    extent(file, 0).physical_low = where;
    again();
    EXPECT_EQ(disk_->map(file, LogicalBlock{0}, 1, mapping).error(), Error::damaged) << where;
    EXPECT_EQ(disk_->set_size(file, 0, disk_.caller()).error(), Error::damaged) << where;
  }
}

TEST_F(Hostile, ATreeThatPointsToItselfIsRefused) {
  const InodeNumber file = resolve("deep/holes");
  const auto& header = *reinterpret_cast<layout::ExtentHeader*>(inode(file).map.data());
  ASSERT_EQ(header.depth, 1);
  auto& index = *reinterpret_cast<layout::ExtentIndex*>(inode(file).map.data() + 12);
  const PhysicalBlock child{index.node_low};
  // The child becomes an inner node whose only child is itself.
  auto& child_header = disk_.device.content().at<layout::ExtentHeader>(child, 0);
  child_header.depth = 1;
  child_header.entries = 1;
  disk_.device.content().at<layout::ExtentIndex>(child, 12) = index;
  again();
  std::array<Mapping, 1> mapping;
  EXPECT_EQ(disk_->map(file, LogicalBlock{0}, 1, mapping).error(), Error::damaged);
  // As deep as the header may say, all the same block.
  *reinterpret_cast<layout::Little16*>(inode(file).map.data() + 6) = 5;
  again();
  EXPECT_EQ(disk_->map(file, LogicalBlock{0}, 1, mapping).error(), Error::damaged);
  *reinterpret_cast<layout::Little16*>(inode(file).map.data() + 6) = 6;
  again();
  EXPECT_EQ(disk_->map(file, LogicalBlock{0}, 1, mapping).error(), Error::damaged);
}

TEST_F(Hostile, AListOfOrphansThatRunsInACircleMakesItReadOnly) {
  const InodeNumber a = resolve("deep/below/below/below/below/below/a");
  const InodeNumber b = resolve("deep/below/below/below/below/below/b");
  auto& superblock = disk_.device.content().at<layout::Superblock>(PhysicalBlock{0}, layout::superblock_offset);
  superblock.last_orphan = a.value;
  inode(a).deletion_time = b.value;
  inode(b).deletion_time = a.value;
  const auto state = disk_.crash();
  ASSERT_TRUE(state);
  superblock.last_orphan = 8;  // the journal
  const auto other = disk_.crash();
  ASSERT_TRUE(other);
  EXPECT_TRUE(other->read_only);
}

TEST_F(Hostile, ADirectoryOfBoundlessSizeIsRefused) {
  const InodeNumber directory = resolve("deep/below");
  for (const std::uint32_t size : {0u, 100u, 0x7FFFF000u, 0xFFFFF000u}) {
    inode(directory).size_low = size;
    again();
    EXPECT_EQ(disk_->lookup(directory, "none").error(), Error::damaged) << size;
    EXPECT_EQ(disk_.create(directory, "none").error(), Error::damaged) << size;
  }
}

TEST_F(Hostile, ABitmapThatCallsUsedBlocksFreeIsNoticed) {
  const auto& group = disk_.device.content().at<layout::GroupDescriptor>(PhysicalBlock{1}, 0);
  std::ranges::fill(disk_.device.block(PhysicalBlock{group.block_bitmap_low}), std::byte{0});
  again();
  const auto made = disk_.create(root_inode, "d", FileKind::directory);
  EXPECT_EQ(made.error(), Error::damaged);
  std::ranges::fill(disk_.device.block(PhysicalBlock{group.inode_bitmap_low}), std::byte{0});
  again();
  EXPECT_EQ(disk_.create(root_inode, "f").error(), Error::damaged);
}

TEST_F(Hostile, ALinkOfWrongLengthIsRefused) {
  std::array<char, 5000> target;
  for (const std::uint32_t size : {0u, 60u, 4000u, 0xFFFFFFFFu}) {
    inode(resolve("deep/short")).size_low = size;
    again();
    EXPECT_EQ(disk_->read_link(resolve("deep/short"), target).error(), Error::damaged) << size;
  }
  for (const std::uint32_t size : {0u, 4096u, 0xFFFFFFFFu}) {
    inode(resolve("deep/long")).size_low = size;
    again();
    EXPECT_EQ(disk_->read_link(resolve("deep/long"), target).error(), Error::damaged) << size;
  }
}

}  // namespace
}  // namespace ext4::testing
