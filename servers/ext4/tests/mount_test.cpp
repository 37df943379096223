// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/ext4/layout/group.hpp"
#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

layout::Superblock& superblock_of(SparseImage& image) {
  return image.at<layout::Superblock>(PhysicalBlock{0}, layout::superblock_offset);
}

/// Mounts an image whose superblock `change` has changed, with a right checksum.
template <typename Change>
Result<MountState> mount_changed(Change change, const std::string& options = "") {
  SparseImage image = make_image(16, options);
  layout::Superblock& superblock = superblock_of(image);
  change(superblock);
  superblock.checksum = superblock_checksum(superblock);
  return Mounted(std::move(image)).state;
}

TEST(Mount, RefusesWhatIsNoExt4) {
  EXPECT_EQ(Mounted(SparseImage(4096)).state.error(), Error::not_ext4);
  EXPECT_EQ(Mounted(SparseImage()).state.error(), Error::not_ext4);
  EXPECT_EQ(mount_changed([](auto& superblock) { superblock.magic = 0xEF54; }).error(), Error::not_ext4);
  EXPECT_EQ(mount_changed([](auto& superblock) { superblock.revision = 0; }).error(), Error::not_ext4);
}

TEST(Mount, RefusesOtherBlockSizes) {
  for (const char* size : {"1024", "2048"}) {
    const Folder folder;
    const std::string image = (folder.path() / "image").string();
    ASSERT_EQ(run("truncate -s 32M " + image + " && mke2fs -q -t ext4 -b " + size + " " + image).status, 0);
    SparseImage content = SparseImage::load(image);
    EXPECT_EQ(Mounted(std::move(content)).state.error(), Error::unsupported_block_size) << size;
  }
}

TEST(Mount, RefusesUnknownFeaturesAndTakesTheRestReadOnly) {
  for (int bit = 0; bit < 32; ++bit) {
    const std::uint32_t feature = 1u << bit;
    const bool known = (feature & (0x2 | 0x4 | 0x40 | 0x80 | 0x200 | 0x2000)) != 0;
    if (!known) {
      const auto state =
          mount_changed([&](auto& superblock) { superblock.incompatible = superblock.incompatible | feature; });
      EXPECT_EQ(state.error(), Error::unsupported_feature) << "incompatible " << bit;
    }
    const bool written = (feature & (0x1 | 0x2 | 0x8 | 0x20 | 0x40 | 0x400)) != 0;
    const auto state = mount_changed(
        [&](auto& superblock) { superblock.read_only_compatible = superblock.read_only_compatible | feature; });
    ASSERT_TRUE(state) << "read-only compatible " << bit;
    EXPECT_EQ(state->read_only, !written) << "read-only compatible " << bit;
    EXPECT_TRUE(mount_changed([&](auto& superblock) {
      if ((feature & 0x200) == 0) superblock.compatible = superblock.compatible | feature;
    })) << "compatible "
        << bit;
  }
}

TEST(Mount, AJournalThatNeedsRecoveryMakesItReadOnly) {
  SparseImage image = make_image(16);
  layout::Superblock& superblock = superblock_of(image);
  superblock.incompatible = superblock.incompatible | layout::incompatible::needs_recovery;
  superblock.checksum = superblock_checksum(superblock);
  Mounted disk(image);
  ASSERT_TRUE(disk.state);
  EXPECT_TRUE(disk.state->read_only);
  EXPECT_TRUE(disk.state->needs_recovery);
  EXPECT_EQ(disk.create(root_inode, "x").error(), Error::read_only);
  EXPECT_EQ(disk->unlink(root_inode, "lost+found", LastName::free_now, disk.caller()).error(), Error::read_only);
  std::array<Mapping, 1> mapping;
  EXPECT_EQ(disk->reserve(InodeNumber{12}, LogicalBlock{0}, 1, mapping, disk.caller()).error(), Error::read_only);
  EXPECT_TRUE(disk->lookup(root_inode, "lost+found"));
  EXPECT_TRUE(disk->sync(disk.now()));
  EXPECT_TRUE(disk->unmount(disk.now()));
  EXPECT_EQ(disk.device.writes, 0u);
}

TEST(Mount, ReadOnlyWritesNothing) {
  Mounted disk(make_image(16), FileSystem::Access::read_only);
  ASSERT_TRUE(disk.state);
  EXPECT_TRUE(disk.state->read_only);
  EXPECT_EQ(disk.create(root_inode, "x").error(), Error::read_only);
  EXPECT_TRUE(disk->unmount(disk.now()));
  EXPECT_EQ(disk.device.writes, 0u);
}

TEST(Mount, RefusesASuperblockThatMakesNoSense) {
  using Superblock = layout::Superblock;
  const struct {
    const char* what;
    void (*change)(Superblock&);
    Error error;
  } cases[] = {
      {"too many blocks", [](Superblock& s) { s.blocks_count_low = 4097; }, Error::device_too_small},
      {"more than 48 bits", [](Superblock& s) { s.blocks_count_high = 0x10000; }, Error::damaged},
      {"no blocks", [](Superblock& s) { s.blocks_count_low = 0; }, Error::damaged},
      {"first block", [](Superblock& s) { s.first_data_block = 1; }, Error::damaged},
      {"blocks per group 0", [](Superblock& s) { s.blocks_per_group = s.clusters_per_group = 0; }, Error::damaged},
      {"blocks per group", [](Superblock& s) { s.blocks_per_group = s.clusters_per_group = 32769; }, Error::damaged},
      {"clusters", [](Superblock& s) { s.clusters_per_group = 16; }, Error::damaged},
      {"cluster size", [](Superblock& s) { s.log_cluster_size = 3; }, Error::damaged},
      {"inodes", [](Superblock& s) { s.inodes_count = 5; }, Error::damaged},
      {"inodes per group", [](Superblock& s) { s.inodes_per_group = 0; }, Error::damaged},
      {"inode size", [](Superblock& s) { s.inode_size = 100; }, Error::damaged},
      {"inode size 0", [](Superblock& s) { s.inode_size = 0; }, Error::damaged},
      {"large inodes", [](Superblock& s) { s.inode_size = 8192; }, Error::damaged},
      {"first inode", [](Superblock& s) { s.first_inode = 2; }, Error::damaged},
      {"first inode behind", [](Superblock& s) { s.first_inode = 0xFFFFFFFF; }, Error::damaged},
      {"descriptor size", [](Superblock& s) { s.descriptor_size = 24; }, Error::damaged},
      {"reserved descriptors", [](Superblock& s) { s.reserved_descriptor_blocks = 0xFFFF; }, Error::damaged},
      {"flex", [](Superblock& s) { s.log_groups_per_flex = 99; }, Error::damaged},
      {"checksum type", [](Superblock& s) { s.checksum_type = 2; }, Error::unsupported_feature},
      {"journal", [](Superblock& s) { s.journal_inode = 0x7FFFFFFF; }, Error::damaged},
  };
  for (const auto& test : cases) {
    const auto state = mount_changed(test.change);
    ASSERT_FALSE(state) << test.what;
    EXPECT_EQ(state.error(), test.error) << test.what << ": " << describe(state.error());
  }
  EXPECT_TRUE(mount_changed([](Superblock&) {}));
  SparseImage image = make_image(16);
  superblock_of(image).mount_count = 7;
  EXPECT_EQ(Mounted(std::move(image)).state.error(), Error::bad_checksum);
}

TEST(Mount, RefusesDescriptorsThatPointOutside) {
  for (int field = 0; field < 3; ++field) {
    SparseImage image = make_image(16, "-O ^metadata_csum");
    auto& descriptor = image.at<layout::GroupDescriptor>(PhysicalBlock{1}, 0);
    layout::Little32* const fields[] = {&descriptor.block_bitmap_low, &descriptor.inode_bitmap_low,
                                        &descriptor.inode_table_low};
    *fields[field] = 4096;
    EXPECT_EQ(Mounted(std::move(image)).state.error(), Error::damaged) << field;
  }
  SparseImage image = make_image(16);
  image.at<layout::GroupDescriptor>(PhysicalBlock{1}, 0).free_blocks_low = 77;
  EXPECT_EQ(Mounted(std::move(image)).state.error(), Error::bad_checksum);
}

TEST(Mount, ImagesOfManyKindsAreWrittenAndStayClean) {
  const struct {
    std::uint64_t megabytes;
    const char* options;
  } kinds[] = {
      {16, ""},
      {64, "-O ^has_journal"},
      {64, "-O ^metadata_csum"},
      {64, "-O ^64bit"},
      {64, "-O ^flex_bg,^resize_inode"},
      {64, "-O ^dir_index"},
      {64, "-O ^huge_file,^dir_nlink,^extra_isize"},
      {64, "-O metadata_csum_seed"},
      {64, "-O sparse_super2"},
      {64, "-O orphan_file"},
      {64, "-I 128"},
      {64, "-I 512"},
      {64, "-I 1024 -N 3000"},
      {300, "-g 8192"},
      {300, "-G 2 -g 16384"},
      {1000, "-E lazy_itable_init=1"},
      {131, "-N 1000"},
  };
  for (const auto& kind : kinds) {
    Mounted disk(make_image(kind.megabytes, kind.options));
    ASSERT_TRUE(disk.state) << kind.options << " " << describe(disk.state.error());
    ASSERT_FALSE(disk.state->read_only) << kind.options;
    for (int d = 0; d < 6; ++d) {
      const auto directory = disk.create(root_inode, "directory" + std::to_string(d), FileKind::directory);
      ASSERT_TRUE(directory) << kind.options << " " << describe(directory.error());
      for (int i = 0; i < 60; ++i) {
        const std::string name = std::string(60, 'n') + std::to_string(i);
        const auto file = disk.create(directory->inode, name);
        ASSERT_TRUE(file) << kind.options << " " << describe(file.error());
        ASSERT_TRUE(disk.write(file->inode, 0, std::string(9000, static_cast<char>('a' + i % 26))));
      }
      for (int i = 0; i < 60; i += 3)
        ASSERT_TRUE(disk->unlink(directory->inode, std::string(60, 'n') + std::to_string(i), LastName::free_now,
                                 disk.caller()));
    }
    EXPECT_EQ(disk.check(), "") << kind.options;
    ASSERT_TRUE(disk.remount()) << kind.options;
    EXPECT_EQ(disk.check(), "") << kind.options;
  }
}

TEST(Mount, TheHashOfTheSuperblockIsUsed) {
  for (const std::uint8_t version : {0, 1, 2})
    for (const std::uint32_t flag : {layout::flag::signed_hash, layout::flag::unsigned_hash}) {
      SparseImage image = make_image(16);
      layout::Superblock& superblock = superblock_of(image);
      superblock.default_hash_version = version;
      superblock.flags = flag;
      superblock.checksum = superblock_checksum(superblock);
      Mounted disk(std::move(image));
      for (int i = 0; i < 400; ++i) ASSERT_TRUE(disk.create(root_inode, "n\xe4me" + std::to_string(i)));
      EXPECT_EQ(disk.check(), "") << int{version} << " " << flag;
    }
}

TEST(Mount, SaysWhetherTheImageWasClean) {
  Mounted disk(make_image(16));
  EXPECT_TRUE(disk.state->was_clean);
  ASSERT_TRUE(disk.create(root_inode, "x"));
  ASSERT_TRUE(disk->sync(disk.now()));
  EXPECT_FALSE(disk.crash()->was_clean);
  EXPECT_FALSE(disk.remount()->was_clean);  // only e2fsck makes it clean again
  Mounted again(repaired(disk.device, "-fy"));
  EXPECT_TRUE(again.state->was_clean);
  ASSERT_TRUE(again.create(root_inode, "y"));
  EXPECT_TRUE(again.remount()->was_clean);
}

}  // namespace
}  // namespace ext4::testing
