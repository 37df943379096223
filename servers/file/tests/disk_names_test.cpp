// SPDX-License-Identifier: BSD-2-Clause
// Names and links on a disk behind the real ext4 server, also while several threads change them.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

TEST_F(Disk, RenamesOverOpenFilesAndFreesThem) {
  p.make("/disk/warm", "x");
  p.unlink("/disk/warm");
  d.forget();
  const u64 before = d.free_blocks();
  p.make("/disk/a", noise(50'000, 1));
  p.make("/disk/b", noise(60'000, 2));
  const i64 old = p.open("/disk/b");
  EXPECT_EQ(p.rename("/disk/a", "/disk/b"), 0);
  EXPECT_EQ(p.contents("/disk/b"), noise(50'000, 1));
  EXPECT_EQ(p.read(old, 60'000), noise(60'000, 2));
  EXPECT_EQ(p.fstat(old).links, 0u);
  d.forget();
  EXPECT_LT(d.free_blocks(), before - 20);
  p.close(old);
  EXPECT_EQ(p.unlink("/disk/b"), 0);
  EXPECT_EQ(d.free_blocks(), before);
}

TEST_F(Disk, UnlinkedWhileOpen) {
  const u64 before = d.free_blocks();
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  EXPECT_EQ(p.write(f, noise(30'000)), 30'000);
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  d.forget();
  EXPECT_EQ(p.write(f, "more"), 4);
  EXPECT_EQ(p.seek(f, 0), 0);
  EXPECT_EQ(p.read(f, 65'000), noise(30'000) + "more");
  p.close(f);
  EXPECT_EQ(d.free_blocks(), before);
}

TEST_F(Disk, LinksAndDirectoriesAreCounted) {
  p.make("/disk/f", "x");
  EXPECT_EQ(p.link("/disk/f", "/disk/g"), 0);
  EXPECT_EQ(p.stat("/disk/g").links, 2u);
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  EXPECT_EQ(p.mkdir("/disk/d/e"), 0);
  EXPECT_EQ(p.stat("/disk/d").links, 3u);
  EXPECT_EQ(p.mkdir("/disk/other"), 0);
  EXPECT_EQ(p.rename("/disk/d/e", "/disk/other/e"), 0);
  EXPECT_EQ(p.stat("/disk/d").links, 2u);
  EXPECT_EQ(p.stat("/disk/other").links, 3u);
  EXPECT_EQ(p.rmdir("/disk/other"), error(Error::not_empty));
  EXPECT_EQ(p.rmdir("/disk/other/e"), 0);
  EXPECT_EQ(p.stat("/disk/other").links, 2u);
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  d.forget();
  EXPECT_EQ(p.stat("/disk/g").links, 1u);
  EXPECT_EQ(p.contents("/disk/g"), "x");
}

TEST_F(Disk, SymbolicLinksShortAndLong) {
  const std::string longer(200, 't'), longest(4000, 'u');
  EXPECT_EQ(p.symlink("short", "/disk/a"), 0);
  EXPECT_EQ(p.symlink(longer, "/disk/b"), 0);
  EXPECT_EQ(p.symlink(longest, "/disk/c"), 0);
  d.forget();
  EXPECT_EQ(p.readlink("/disk/a"), "short");
  EXPECT_EQ(p.readlink("/disk/b"), longer);
  EXPECT_EQ(p.readlink("/disk/c"), longest);
}

TEST_F(Disk, ListsWhatStaysExactlyOnce) {
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  for (int i = 0; i < 3000; ++i) p.make("/disk/d/f" + std::to_string(i));
  std::map<std::string, int> seen;
  const i64 f = p.open("/disk/d", flags::directory);
  for (int round = 0;; ++round) {
    const i64 got =
        p.call([&](Caller& c) { return d.world.calls.list(c, static_cast<i32>(f), Program::scratch, 4096); });
    ASSERT_GE(got, 0);
    if (got == 0) break;
    for (i64 at = 0; at < got;) {
      const auto head = p.get<linux_abi::DirectoryEntry>(Program::scratch + static_cast<u64>(at));
      ++seen[reinterpret_cast<const char*>(p.at(Program::scratch + static_cast<u64>(at) + sizeof head))];
      at += head.length;
    }
    // Even ones stay; odd ones go, and new ones come.
    p.unlink("/disk/d/f" + std::to_string(2 * round + 1));
    p.make("/disk/d/new" + std::to_string(round));
  }
  for (int i = 0; i < 3000; i += 2) EXPECT_EQ(seen["f" + std::to_string(i)], 1) << i;
}

/// Two threads change one directory: what the second does comes after the answer to the first, and before it is read.
class DiskNamesOfTwo : public Disk {
 protected:
  /// What is known to be absent is forgotten for what was wanted later.
  void forget_absent() {
    for (int i = 0; i < 1100; ++i) EXPECT_EQ(other.open("/disk/nothing" + std::to_string(i)), error(Error::no_entry));
  }
  Program other = p.fork(2);
};

TEST_F(DiskNamesOfTwo, ARemovedNameIsTakenByAnotherFile) {
  p.make("/disk/f", "old");
  p.make("/disk/x", "new");
  d.after<contract::ext4::Unlink>(true, [&] { EXPECT_EQ(other.rename("/disk/x", "/disk/f"), 0); });
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  EXPECT_EQ(p.contents("/disk/f"), "new");
}

TEST_F(DiskNamesOfTwo, ANewNameIsRenamed) {
  d.after<contract::ext4::Create>(true, [&] {
    forget_absent();
    EXPECT_EQ(other.rename("/disk/f", "/disk/g"), 0);
  });
  p.make("/disk/f", "text");
  EXPECT_EQ(p.contents("/disk/f"), "error 2");
  EXPECT_EQ(p.contents("/disk/g"), "text");
  EXPECT_EQ(p.mkdir("/disk/f"), 0);
}

TEST_F(DiskNamesOfTwo, ANewFileIsWrittenByTheOtherFirst) {
  d.after<contract::ext4::Create>(true, [&] {
    forget_absent();
    other.make("/disk/f", "written");
  });
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  EXPECT_EQ(p.read(f, 100), "written");
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), "written");
}

TEST_F(DiskNamesOfTwo, ALinkedNameStandsForAnother) {
  p.make("/disk/f", "old");
  p.make("/disk/x", "new");
  d.after<contract::ext4::Link>(true, [&] {
    forget_absent();
    EXPECT_EQ(other.rename("/disk/x", "/disk/g"), 0);
  });
  EXPECT_EQ(p.link("/disk/f", "/disk/g"), 0);
  EXPECT_EQ(p.contents("/disk/g"), "new");
  EXPECT_EQ(p.contents("/disk/f"), "old");
}

TEST_F(DiskNamesOfTwo, ARenamedNameIsTakenByAnotherFile) {
  p.make("/disk/a", "first");
  p.make("/disk/b", "second");
  p.make("/disk/c", "third");
  d.after<contract::ext4::Rename>(true, [&] { EXPECT_EQ(other.rename("/disk/c", "/disk/a"), 0); });
  EXPECT_EQ(p.rename("/disk/a", "/disk/b"), 0);
  EXPECT_EQ(p.contents("/disk/a"), "third");
  EXPECT_EQ(p.contents("/disk/b"), "first");
}

TEST_F(DiskNamesOfTwo, ARemovalMeetsAnotherFileThanItLookedFor) {
  p.make("/disk/f", "old");
  p.make("/disk/x", "new");
  EXPECT_EQ(p.link("/disk/x", "/disk/y"), 0);
  d.during<contract::ext4::Unlink>(true, [&] { EXPECT_EQ(other.rename("/disk/x", "/disk/f"), 0); });
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  EXPECT_EQ(p.contents("/disk/f"), "error 2");
  EXPECT_EQ(p.contents("/disk/y"), "new");
  EXPECT_EQ(p.stat("/disk/y").links, 1u);
}

TEST_F(DiskNamesOfTwo, ARenameReplacesAnotherFileThanItLookedFor) {
  p.make("/disk/a", "first");
  p.make("/disk/c", "third");
  EXPECT_EQ(p.link("/disk/c", "/disk/d"), 0);
  d.during<contract::ext4::Rename>(true, [&] { EXPECT_EQ(other.rename("/disk/c", "/disk/b"), 0); });
  EXPECT_EQ(p.rename("/disk/a", "/disk/b"), 0);
  EXPECT_EQ(p.contents("/disk/b"), "first");
  EXPECT_EQ(p.contents("/disk/d"), "third");
  EXPECT_EQ(p.contents("/disk/a"), "error 2");
}

TEST_F(DiskNamesOfTwo, ARenameMovesAnotherThanItLookedFor) {
  EXPECT_EQ(p.mkdir("/disk/to"), 0);
  EXPECT_EQ(p.mkdir("/disk/a"), 0);
  p.make("/disk/a/inside", "text");
  p.make("/disk/x", "new");
  d.during<contract::ext4::Rename>(true, [&] {
    EXPECT_EQ(other.rename("/disk/a", "/disk/b"), 0);
    EXPECT_EQ(other.rename("/disk/x", "/disk/a"), 0);
  });
  EXPECT_EQ(p.rename("/disk/a", "/disk/to/z"), 0);
  EXPECT_EQ(p.contents("/disk/to/z"), "new");
  EXPECT_EQ(p.contents("/disk/a"), "error 2");
  EXPECT_EQ(p.contents("/disk/b/inside"), "text");
  EXPECT_EQ(p.stat("/disk/b/..").inode, p.stat("/disk").inode);
  EXPECT_EQ(p.stat("/disk/to").links, 2u);
}

TEST_F(DiskNamesOfTwo, ARemovalMeetsAnotherDirectoryThatIsInUse) {
  EXPECT_EQ(p.mkdir("/disk/top"), 0);
  EXPECT_EQ(p.mkdir("/disk/top/d"), 0);
  EXPECT_EQ(p.mkdir("/disk/e"), 0);
  const i64 used = p.open("/disk/e", flags::directory);
  d.during<contract::ext4::Unlink>(true, [&] { EXPECT_EQ(other.rename("/disk/e", "/disk/top/d"), 0); });
  EXPECT_EQ(p.rmdir("/disk/top/d"), 0);
  EXPECT_EQ(p.fstat(used).links, 0u);
  EXPECT_EQ(p.stat("/disk/top").links, 2u);
  EXPECT_EQ(p.mkdir("/disk/top/d"), 0);
  EXPECT_EQ(p.rmdir("/disk/top/d"), 0);
  EXPECT_EQ(p.rmdir("/disk/top"), 0);
  p.close(used);
}

TEST_F(DiskNamesOfTwo, ThePlaceOfARemovedDirectoryIsTakenAtOnce) {
  EXPECT_EQ(p.mkdir("/disk/d"), 0);
  d.after<contract::ext4::Unlink>(true, [&] {
    forget_absent();
    EXPECT_EQ(other.mkdir("/disk/d"), 0);
    other.make("/disk/d/inside", "text");
  });
  EXPECT_EQ(p.rmdir("/disk/d"), 0);
  EXPECT_EQ(p.contents("/disk/d/inside"), "text");
  EXPECT_EQ(p.stat("/disk/d/..").inode, p.stat("/disk").inode);
}

TEST_F(DiskNamesOfTwo, TheLastOfTwoNamesIsGoneBeforeTheFirst) {
  const u64 before = d.free_blocks();
  p.make("/disk/f", noise(30 * page));
  EXPECT_EQ(p.link("/disk/f", "/disk/g"), 0);
  d.after<contract::ext4::Unlink>(true, [&] { EXPECT_EQ(other.unlink("/disk/g"), 0); });
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  EXPECT_EQ(d.free_blocks(), before) << "what has no name is freed";
}

TEST_F(DiskNamesOfTwo, ADirectoryKnowsWhereItIsNevertheless) {
  EXPECT_EQ(p.mkdir("/disk/top"), 0);
  d.after<contract::ext4::Create>(true, [&] { other.make("/disk/top/x"); });
  EXPECT_EQ(p.mkdir("/disk/top/d"), 0);
  EXPECT_EQ(p.stat("/disk/top/d/..").inode, p.stat("/disk/top").inode);
  d.after<contract::ext4::Rename>(true, [&] { other.make("/disk/y"); });
  EXPECT_EQ(p.rename("/disk/top/d", "/disk/e"), 0);
  EXPECT_EQ(p.stat("/disk/e/..").inode, p.stat("/disk").inode);
  EXPECT_EQ(p.rmdir("/disk/top/d"), error(Error::no_entry));
  d.after<contract::ext4::Rename>(true, [&] {
    forget_absent();
    EXPECT_EQ(other.rename("/disk/f", "/disk/top/f"), 0);
  });
  EXPECT_EQ(p.rename("/disk/e", "/disk/f"), 0);
  EXPECT_EQ(p.stat("/disk/top/f/..").inode, p.stat("/disk/top").inode);
  EXPECT_EQ(p.rename("/disk/top", "/disk/top/f/top"), error(Error::invalid));
  EXPECT_EQ(p.rmdir("/disk/top/f"), 0);
}

}  // namespace
}  // namespace file
