// SPDX-License-Identifier: BSD-2-Clause
// Disks, tables and memory that are full.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

TEST_F(Disk, ManySmallDirtyFiles) {
  // More than the ext4 server can promise blocks to at once.
  for (int i = 0; i < 600; ++i) p.make("/disk/f" + std::to_string(i), noise(100, static_cast<u32>(i) + 1));
  d.forget();
  for (int i = 0; i < 600; ++i)
    ASSERT_EQ(p.contents("/disk/f" + std::to_string(i)), noise(100, static_cast<u32>(i) + 1)) << i;
}

class SmallDisk : public Disk {
 protected:
  SmallDisk() : Disk(8) {}
};

TEST_F(SmallDisk, FullIsSaidToTheWriter) {
  const u64 before = d.free_blocks();
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  const std::string text = noise(300'000);
  u64 accepted = 0;
  i64 got = 0;
  while ((got = p.write(f, text)) > 0) accepted += static_cast<u64>(got);
  EXPECT_EQ(got, error(Error::no_space));
  EXPECT_GT(accepted, before * page / 2);
  d.forget();
  EXPECT_EQ(p.stat("/disk/f").size, static_cast<i64>(accepted));
  const std::string there = p.contents("/disk/f");
  ASSERT_EQ(there.size(), accepted);
  for (u64 at = 0; at < accepted; at += text.size())
    ASSERT_EQ(there.substr(at, text.size()), text.substr(0, accepted - at)) << at;
  p.close(f);
  EXPECT_EQ(p.unlink("/disk/f"), 0);
  EXPECT_EQ(d.free_blocks(), before);
}

class LittleMemory : public Disk {
 protected:
  LittleMemory() : Disk(64, 500) {}
};

TEST_F(LittleMemory, FilesLargerThanIt) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  for (u32 i = 0; i < 60; ++i) ASSERT_EQ(p.write(f, noise(100'000, i + 1)), 100'000) << i;
  p.seek(f, 0);
  for (u32 i = 0; i < 60; ++i) {
    std::string part;
    while (part.size() < 100'000) part += p.read(f, 100'000 - part.size());
    ASSERT_EQ(part, noise(100'000, i + 1)) << i;
  }
  for (int i = 0; i < 400; ++i) p.make("/disk/f" + std::to_string(i), "small");
  for (int i = 0; i < 400; ++i) ASSERT_EQ(p.contents("/disk/f" + std::to_string(i)), "small") << i;
}

TEST_F(Disk, AWriterWaitsForPromisesThatAnotherRedeems) {
  // As many files as the ext4 server keeps promises, and one more.
  for (int i = 0; i < 256; ++i) p.make("/disk/f" + std::to_string(i), "x");
  const i64 f = p.open("/disk/more", flags::create | flags::read_write);
  Program other = p.fork(2);
  i64 wrote = 0;
  d.during<contract::disk::Write>(false, [&] {
    d.disk.fail_writes = true;  // the other cannot help itself
    wrote = other.write(f, "more");
    d.disk.fail_writes = false;
  });
  EXPECT_TRUE(d.world.core.write_all());
  EXPECT_EQ(wrote, parked);
  EXPECT_EQ(other.resume(), 4);
  EXPECT_EQ(p.contents("/disk/more"), "more");
  // The control: nobody is writing back, and nothing can be.
  for (int i = 0; i < 256; ++i) p.make("/disk/f" + std::to_string(i), "yy");
  for (int i = 0; i < 255; ++i) p.make("/disk/g" + std::to_string(i), "x");
  d.disk.fail_writes = true;
  const i64 g = p.open("/disk/last", flags::create | flags::read_write);
  EXPECT_EQ(p.write(g, "x"), error(Error::no_space));
  d.disk.fail_writes = false;
  EXPECT_EQ(p.write(g, "x"), 1);
}

/// A disk without a free block.
class FullDisk : public Disk {
 protected:
  FullDisk() : Disk(8) {
    hole = p.open("/disk/hole", flags::create | flags::read_write);
    shared = p.open("/disk/shared", flags::create | flags::read_write);
    other = p.open("/disk/other", flags::create | flags::read_write);
    filler = p.open("/disk/filler", flags::create | flags::read_write);
    const std::string text = noise(page);
    EXPECT_EQ(p.ftruncate(hole, 10 * page), 0);
    // What is kept for the trees of promised blocks is free again when those are written.
    for (bool any = true; any; d.forget())
      for (any = false; p.write(filler, text) == static_cast<i64>(page); any = true) size += page;
    EXPECT_GT(size, 100 * page);
  }
  i64 hole, shared, other, filler;
  u64 size = 0;
};

TEST_F(FullDisk, AHoleIsCutNevertheless) {
  EXPECT_EQ(p.ftruncate(hole, 5 * page + 100), 0);
  EXPECT_EQ(p.ftruncate(hole, 7 * page + 1), 0);
  EXPECT_EQ(p.fstat(hole).blocks, 0);
  EXPECT_EQ(pwrite(hole, "x", 0), error(Error::no_space));
  EXPECT_EQ(p.ftruncate(filler, static_cast<i64>(size - page - 100)), 0);
  d.forget();
  EXPECT_EQ(p.ftruncate(filler, static_cast<i64>(size)), 0);
  EXPECT_EQ(p.contents("/disk/filler").substr(size - page - 101, 5),
            noise(page).substr(page - 101, 1) + std::string(4, '\0'));
}

TEST_F(FullDisk, WhoFindsNoRoomLeavesThePromisesOfOthers) {
  // Room for one page, with what its tree may need.
  for (u64 left = size; d.free_blocks() < 7; left -= page)
    ASSERT_EQ(p.ftruncate(filler, static_cast<i64>(left - page)), 0);
  ASSERT_LE(d.free_blocks(), 7u);
  Program second = p.fork(2);
  const auto write = [&](i64 f, u64 pages, u64 first) {
    const u64 address = second.put_bytes(noise(pages * page, 2));
    return second.call([&, address](Caller& c) {
      return d.world.calls.write_at(c, static_cast<i32>(f), address, pages * page, static_cast<i64>(first * page));
    });
  };
  d.after<contract::ext4::Reserve>(true, [&] {
    EXPECT_EQ(write(shared, 2, 0), error(Error::no_space));
    EXPECT_EQ(write(other, 1, 0), error(Error::no_space)) << "the room is promised";
  });
  EXPECT_EQ(pwrite(shared, noise(page, 1), page), static_cast<i64>(page));
  d.forget();
  EXPECT_EQ(p.contents("/disk/shared"), std::string(page, '\0') + noise(page, 1));
}

TEST_F(FullDisk, WhoFindsNoRoomKeepsNoPromises) {
  for (u64 left = size; d.free_blocks() < 7; left -= page)
    ASSERT_EQ(p.ftruncate(filler, static_cast<i64>(left - page)), 0);
  const u64 before = d.free_blocks();
  const NodeId id = d.world.core.tree.nodes.find(d.world.core.tree[*d.started].system, p.fstat(hole).inode);
  // Pages of a program's mapping: all of them, or none.
  EXPECT_EQ(d.world.core.contents.share(id, 0, 8).error_or(Error::io), Error::no_space);
  EXPECT_EQ(d.free_blocks(), before);
}

TEST_F(LittleMemory, MoreFilesThanAreKnownAtOnce) {
  // Their times wait to be written, so that none of them could be forgotten as it is.
  constexpr int count = 5000;
  for (int i = 0; i < count; ++i) p.make("/disk/f" + std::to_string(i), "x");
  for (int i = 0; i < count; i += 100) ASSERT_EQ(p.contents("/disk/f" + std::to_string(i)), "x") << i;
}

}  // namespace
}  // namespace file
