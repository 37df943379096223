// SPDX-License-Identifier: BSD-2-Clause
// Names and links on a disk behind the real ext4 server.
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

}  // namespace
}  // namespace file
