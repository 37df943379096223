// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "servers/ext4/index_path.hpp"
#include "servers/ext4/tests/image.hpp"

namespace ext4::testing {
namespace {

class Names final : public EntrySink {
 public:
  explicit Names(std::size_t limit = ~std::size_t{0}) : limit_{limit} {}
  bool take(const Entry& entry) override {
    if (names.size() == limit_) return false;
    names.emplace_back(entry.name);
    return true;
  }
  std::vector<std::string> names;

 private:
  std::size_t limit_;
};

std::multiset<std::string> list(Mounted& disk, InodeNumber directory, std::size_t at_once) {
  std::multiset<std::string> all;
  for (ScanEnd end{}; !end.complete;) {
    Names some(at_once);
    const auto result = disk->read_directory(directory, end.cookie, some);
    EXPECT_TRUE(result);
    if (!result) break;
    end = *result;
    all.insert(some.names.begin(), some.names.end());
  }
  return all;
}

std::string long_name(int i) { return std::to_string(i) + std::string(150 + i % 90, 'n'); }

TEST(LargeDirectory, TwentyThousandNamesAreFoundListedAndRemoved) {
  Mounted disk(make_image(256, "-N 40000"));
  const InodeNumber directory = disk.create(root_inode, "large", FileKind::directory)->inode;
  constexpr int count = 20'000;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(disk.create(directory, "name" + std::to_string(i))) << i;
  ASSERT_EQ(disk.check(), "");
  const auto shown = debugfs(disk.device, "htree /large");
  EXPECT_NE(shown.find("Indirect levels: 0"), std::string::npos) << shown.substr(0, 300);
  auto all = list(disk, directory, 700);
  EXPECT_EQ(all.size(), count + 2u);
  for (int i = 0; i < count; ++i) ASSERT_EQ(all.count("name" + std::to_string(i)), 1u);
  for (int i = 0; i < count; i += 7) ASSERT_TRUE(disk->lookup(directory, "name" + std::to_string(i)));
  EXPECT_EQ(disk->lookup(directory, "name20000").error(), Error::not_found);
  for (int i = 0; i < count; ++i)
    ASSERT_TRUE(disk->unlink(directory, "name" + std::to_string(i), LastName::free_now, disk.caller())) << i;
  EXPECT_EQ(disk.check(), "");
  EXPECT_EQ(list(disk, directory, 10).size(), 2u);
  EXPECT_TRUE(disk->remove_directory(root_inode, "large", LastName::free_now, disk.caller()));
  EXPECT_EQ(disk.check(), "");
}

TEST(LargeDirectory, GrowsToTwoLevelsOfIndex) {
  Mounted disk(make_image(128, "-N 20000"));
  const InodeNumber directory = disk.create(root_inode, "deep", FileKind::directory)->inode;
  const InodeNumber file = disk.create(root_inode, "file")->inode;
  constexpr int count = 12'000;
  for (int i = 0; i < count; ++i) ASSERT_TRUE(disk->link(file, directory, long_name(i), disk.caller())) << i;
  ASSERT_EQ(disk.check(), "");
  EXPECT_NE(debugfs(disk.device, "htree /deep").find("Indirect levels: 1"), std::string::npos);
  const auto all = list(disk, directory, 100);
  EXPECT_EQ(all.size(), count + 2u);
  for (int i = 0; i < count; ++i) ASSERT_EQ(all.count(long_name(i)), 1u) << i;
  for (int i = 0; i < count; i += 3)
    ASSERT_TRUE(disk->unlink(directory, long_name(i), LastName::free_now, disk.caller()));
  for (int i = 0; i < count; i += 6) ASSERT_TRUE(disk->link(file, directory, long_name(i), disk.caller()));
  EXPECT_EQ(disk.check(), "");
  ASSERT_TRUE(disk.remount());
  for (int i = 0; i < count; ++i)
    ASSERT_EQ(disk->lookup(directory, long_name(i)).has_value(), i % 3 != 0 || i % 6 == 0);
}

TEST(LargeDirectory, MoreSubdirectoriesThanLinksCount) {
  Mounted disk(make_image(700, "-N 80000"));
  const InodeNumber directory = disk.create(root_inode, "many", FileKind::directory)->inode;
  constexpr int count = 65'005;
  for (int i = 0; i < count; ++i) {
    const auto made = disk.create(directory, "d" + std::to_string(i), FileKind::directory);
    ASSERT_TRUE(made) << i << " " << describe(made.error());
    if (i == 64'997) EXPECT_EQ(disk->attributes(directory)->links, 65'000u);
  }
  EXPECT_EQ(disk->attributes(directory)->links, 1u);
  EXPECT_EQ(disk.check(), "");
  for (int i = 0; i < 100; ++i)
    ASSERT_TRUE(disk->remove_directory(directory, "d" + std::to_string(i), LastName::free_now, disk.caller()));
  EXPECT_EQ(disk->attributes(directory)->links, 1u);
  EXPECT_EQ(disk.check(), "");
}

/// Inodes named once and then never again, while the directory is read and grows, splits and shrinks.
TEST(ReadDirectory, SeesWhatStaysExactlyOnce) {
  for (const int initial : {0, 10, 30, 500, 3000}) {
    Mounted disk(make_image(64, "-N 12000"));
    std::mt19937 engine(static_cast<std::uint32_t>(initial));
    const InodeNumber directory = disk.create(root_inode, "d", FileKind::directory)->inode;
    std::set<std::string> stays{".", ".."};
    for (int i = 0; i < initial; ++i) {
      const std::string name = "stays" + std::to_string(i);
      ASSERT_TRUE(disk.create(directory, name));
      stays.insert(name);
    }
    // A linear directory that becomes an indexed one while it is read may repeat names, as on Linux.
    const bool becomes_indexed = initial < 100;
    std::multiset<std::string> seen;
    std::vector<std::string> passing;
    for (ScanEnd end{}; !end.complete;) {
      Names some(1 + engine() % 40);
      const auto result = disk->read_directory(directory, end.cookie, some);
      ASSERT_TRUE(result);
      end = *result;
      seen.insert(some.names.begin(), some.names.end());
      for (int i = 0; i < 30; ++i) {
        const std::string name = "passing" + std::to_string(engine());
        ASSERT_TRUE(disk.create(directory, name));
        passing.push_back(name);
      }
      while (passing.size() > 4000) {
        ASSERT_TRUE(disk->unlink(directory, passing.back(), LastName::free_now, disk.caller()));
        passing.pop_back();
      }
      if (becomes_indexed && seen.size() > 3000) break;
    }
    for (const std::string& name : stays) {
      EXPECT_GE(seen.count(name), 1u) << name << " of " << initial;
      if (!becomes_indexed) EXPECT_EQ(seen.count(name), 1u) << name << " of " << initial;
    }
  }
}

TEST(ReadDirectory, SurvivesTheRemovalOfWhatItIsAbout) {
  Mounted disk(make_image(64, "-N 12000"));
  for (const int count : {20, 4000}) {
    const InodeNumber directory = disk.create(root_inode, "d" + std::to_string(count), FileKind::directory)->inode;
    for (int i = 0; i < count; ++i) ASSERT_TRUE(disk.create(directory, "name" + std::to_string(i)));
    int removed = 0;
    // As `rm -r` does it: read some, remove them, read on.
    for (ScanEnd end{}; !end.complete;) {
      Names some(13);
      end = disk->read_directory(directory, end.cookie, some).value();
      for (const std::string& name : some.names) {
        if (name == "." || name == "..") continue;
        ASSERT_TRUE(disk->unlink(directory, name, LastName::free_now, disk.caller()));
        ++removed;
      }
    }
    EXPECT_EQ(removed, count);
    EXPECT_TRUE(disk->remove_directory(root_inode, "d" + std::to_string(count), LastName::free_now, disk.caller()));
  }
  EXPECT_EQ(disk.check(), "");
}

TEST(ReadDirectory, ALinearDirectoryOfManyBlocksIsKept) {
  // debugfs and mke2fs -d make such; only a first block that is full is turned into an index.
  Mounted disk(make_image(64, "-O ^dir_index -N 12000"));
  const InodeNumber directory = disk.create(root_inode, "d", FileKind::directory)->inode;
  for (int i = 0; i < 3000; ++i) ASSERT_TRUE(disk.create(directory, "name" + std::to_string(i)));
  EXPECT_EQ(list(disk, directory, 17).size(), 3002u);
  for (int i = 0; i < 3000; i += 2)
    ASSERT_TRUE(disk->unlink(directory, "name" + std::to_string(i), LastName::free_now, disk.caller()));
  EXPECT_EQ(list(disk, directory, 17).size(), 1502u);
  EXPECT_EQ(disk.check(), "");
}

/// Pairs of long names with the same major hash, by the birthday paradox.
std::vector<std::string> colliding_names(const HashParameters& hashing) {
  std::vector<std::pair<std::uint32_t, int>> hashes;
  const auto name = [](int i) { return std::to_string(i) + std::string(170, 'c'); };
  for (int i = 0; i < 700'000; ++i) hashes.emplace_back(hash_name(hashing, name(i)).major, i);
  std::ranges::sort(hashes);
  std::vector<std::string> result;
  for (std::size_t i = 1; i < hashes.size(); ++i)
    if (hashes[i].first == hashes[i - 1].first) {
      result.push_back(name(hashes[i - 1].second));
      result.push_back(name(hashes[i].second));
    }
  return result;
}

TEST(Htree, NamesOfOneHashGoOnInTheNextLeaf) {
  Mounted disk(make_image(64));
  const std::vector<std::string> names =
      colliding_names({disk->geometry().hash_version, disk->geometry().hash_unsigned, disk->geometry().hash_seed});
  ASSERT_GE(names.size(), 100u);
  const InodeNumber directory = disk.create(root_inode, "d", FileKind::directory)->inode;
  for (const std::string& name : names) ASSERT_TRUE(disk.create(directory, name));
  EXPECT_EQ(disk.check(), "");

  const InodePin inode = load_inode(disk->metadata(), directory).value();
  IndexPath path = IndexPath::root(disk->metadata(), inode).value();
  ASSERT_TRUE(path.descend(0));
  int continued = 0;
  while (path.has_next_leaf()) {
    continued += static_cast<int>(path.next_hash() & 1);
    ASSERT_TRUE(path.next_leaf());
  }
  EXPECT_GE(continued, 1) << "no pair was divided, so nothing was tested";

  const auto all = list(disk, directory, 1);
  EXPECT_EQ(all.size(), names.size() + 2);
  for (const std::string& name : names) {
    EXPECT_EQ(all.count(name), 1u);
    EXPECT_TRUE(disk->lookup(directory, name));
    EXPECT_TRUE(disk->unlink(directory, name, LastName::free_now, disk.caller()));
  }
  EXPECT_EQ(disk.check(), "");
}

TEST(Htree, ChecksumsThatAreNotRefreshedAreNoticed) {
  // The control of all tests that end with check(): e2fsck does see a stale checksum.
  Mounted disk(make_image(64));
  disk->metadata().stop_refreshing_checksums();
  for (int i = 0; i < 400; ++i) ASSERT_TRUE(disk.create(root_inode, "name" + std::to_string(i)));
  const std::string said = disk.check();
  EXPECT_NE(said.find("checksum"), std::string::npos) << said.substr(0, 500);
}

}  // namespace
}  // namespace ext4::testing
