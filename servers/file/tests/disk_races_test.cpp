// SPDX-License-Identifier: BSD-2-Clause
// Threads of the file server that meet in the contents of one file.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

TEST_F(Disk, AWriterIsNotOvertakenByAReader) {
  p.make("/disk/f", noise(2 * page, 1));
  const i64 f = p.open("/disk/f", flags::read_write);
  d.forget();
  Program reader = p.fork(2);
  // The writer waits for the ext4 server; a reader begins to load the page, and waits for the disk; the writer goes on.
  std::string after;
  i64 wrote = 0;
  d.during<contract::disk::Read>(false, [&] { wrote = pwrite(f, noise(page, 2), 0); });
  EXPECT_EQ(p.call([&](Caller& c) { return d.world.calls.read(c, static_cast<i32>(f), Program::scratch, 100); }), 100);
  if (wrote == parked) wrote = pwrite(f, noise(page, 2), 0);
  EXPECT_EQ(wrote, static_cast<i64>(page));
  EXPECT_EQ(p.contents("/disk/f").substr(0, page), noise(page, 2));
}

TEST_F(Disk, AReaderThatBeginsWhileAWriterAsksForRoomDoesNotUndoTheWrite) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  EXPECT_EQ(p.ftruncate(f, static_cast<i64>(3 * page)), 0);
  d.forget();
  Program reader = p.fork(2);
  d.during<contract::ext4::Reserve>(true, [&] { EXPECT_EQ(reader.read(f, 10), std::string(10, '\0')); });
  EXPECT_EQ(pwrite(f, noise(page, 2), 0), static_cast<i64>(page));
  EXPECT_EQ(p.contents("/disk/f").substr(0, page), noise(page, 2));
}

TEST_F(Disk, CutWhileItIsLoaded) {
  p.make("/disk/f", noise(40 * page));
  d.forget();
  const i64 f = p.open("/disk/f", flags::read_write);
  Program other = p.fork(2);
  i64 cut = 0;
  d.during<contract::disk::Read>(false, [&] { cut = other.ftruncate(f, 10); });
  EXPECT_EQ(p.read(f, 100), noise(40 * page).substr(0, 100));
  EXPECT_EQ(cut, parked) << "pages that are being read cannot be cut away";
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(p.contents("/disk/f"), noise(40 * page).substr(0, 10));
}

TEST_F(Disk, WrittenWhileItIsWrittenBack) {
  p.make("/disk/f", noise(2 * page, 1));
  const i64 f = p.open("/disk/f", flags::read_write);
  d.during<contract::disk::Write>(false, [&] { EXPECT_EQ(pwrite(f, "newer", page), 5); });
  EXPECT_TRUE(d.world.core.write_all());
  EXPECT_NE(d.world.core.tree.cache.dirty_pages(), 0u) << "it was changed since";
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), noise(2 * page, 1).replace(page, 5, "newer"));
}

TEST_F(Disk, UnlinkedWhileItIsWrittenBack) {
  const u64 before = d.free_blocks();
  p.make("/disk/f", noise(20 * page));
  d.during<contract::disk::Write>(false, [&] { EXPECT_EQ(p.unlink("/disk/f"), 0); });
  static_cast<void>(d.world.core.write_all());
  EXPECT_EQ(d.free_blocks(), before);
}

TEST_F(Disk, ClosedWhileAnotherIsWrittenBack) {
  p.make("/disk/first", "x");
  const i64 second = p.open("/disk/second", flags::create | flags::read_write);
  EXPECT_EQ(p.write(second, "y"), 1);
  EXPECT_EQ(p.unlink("/disk/second"), 0);
  const u64 before = d.free_blocks();
  d.during<contract::disk::Write>(false, [&] { p.close(second); });
  EXPECT_TRUE(d.world.core.write_all()) << "what is gone need not be written";
  EXPECT_GE(d.free_blocks() + 1, before);
}

TEST_F(Disk, CutWhileItsBlocksAreLookedFor) {
  p.make("/disk/f", noise(40 * page));
  d.forget();
  const i64 f = p.open("/disk/f", flags::read_write);
  Program other = p.fork(2);
  // A reader of the beginning learns of blocks just before they are freed.
  d.during<contract::ext4::SetSize>(true, [&] { EXPECT_EQ(other.read(f, 10), noise(10)); });
  EXPECT_EQ(p.ftruncate(f, static_cast<i64>(20 * page)), 0);
  p.make("/disk/g", noise(20 * page, 3));
  EXPECT_EQ(pwrite(f, noise(20 * page, 4), static_cast<i64>(20 * page)), static_cast<i64>(20 * page));
  d.forget();
  EXPECT_EQ(p.contents("/disk/g"), noise(20 * page, 3));
  EXPECT_EQ(p.contents("/disk/f"), noise(40 * page).substr(0, 20 * page) + noise(20 * page, 4));
}

TEST_F(Disk, AReaderThatFailsTakesNoFramesFromAWriter) {
  p.make("/disk/f", noise(2 * page, 1));
  d.forget();
  const i64 f = p.open("/disk/f", flags::read_write);
  Program reader = p.fork(2);
  i64 failed = 0;
  d.during<contract::ext4::Reserve>(true, [&] {
    d.disk.fail_reads = true;
    failed = reader.read_raw(f, Program::scratch, 10);
    d.disk.fail_reads = false;
  });
  EXPECT_EQ(pwrite(f, noise(page, 2), 0), static_cast<i64>(page));
  EXPECT_EQ(failed, error(Error::io));
  EXPECT_EQ(p.contents("/disk/f").substr(0, page), noise(page, 2));
}

TEST_F(Disk, AWriterThatFailsTakesNoPagesFromAnother) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  Program other = p.fork(2);
  const u64 address = other.put_bytes(noise(page, 2));
  d.during<contract::ext4::Cancel>(true, [&] {
    EXPECT_EQ(other.call([&](Caller& c) {
      return d.world.calls.write_at(c, static_cast<i32>(f), address, page, static_cast<i64>(2 * page));
    }),
              static_cast<i64>(page));
  });
  EXPECT_EQ(p.call([&](Caller& c) { return d.world.calls.write_at(c, static_cast<i32>(f), 1, 4 * page, 0); }),
            error(Error::bad_address));
  EXPECT_EQ(p.contents("/disk/f"), std::string(2 * page, '\0') + noise(page, 2));
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), std::string(2 * page, '\0') + noise(page, 2));
}

TEST_F(Disk, CutWhileAWriterAsksForRoom) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  Program other = p.fork(2);
  i64 cut = 0;
  d.during<contract::ext4::Reserve>(true, [&] { cut = other.ftruncate(f, 10); });
  EXPECT_EQ(p.write(f, "text"), 4);
  EXPECT_EQ(cut, 0) << "nothing of it is there yet";
  d.forget();
  d.during<contract::ext4::Reserve>(true, [&] { cut = other.ftruncate(f, 3); });
  EXPECT_EQ(pwrite(f, noise(3 * page), 2 * page), static_cast<i64>(3 * page));
  EXPECT_EQ(cut, parked);
  EXPECT_EQ(other.resume(), 0);
  // The same where the writer fails, so that nothing is ever written back.
  d.forget();
  d.during<contract::ext4::Cancel>(true, [&] { cut = other.ftruncate(f, 2); });
  EXPECT_EQ(p.call([&](Caller& c) { return d.world.calls.write_at(c, static_cast<i32>(f), 1, page, page); }),
            error(Error::bad_address));
  EXPECT_EQ(cut, parked);
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(p.contents("/disk/f"), "te");
}

TEST_F(Disk, GrowsWhileItIsCut) {
  p.make("/disk/f", noise(2 * page));
  d.forget();
  const i64 f = p.open("/disk/f", flags::read_write);
  Program other = p.fork(2);
  const u64 address = other.put_bytes("end");
  d.during<contract::disk::Read>(false, [&] {
    EXPECT_EQ(other.call([&](Caller& c) {
      return d.world.calls.write_at(c, static_cast<i32>(f), address, 3, static_cast<i64>(40 * page));
    }),
              3);
  });
  EXPECT_EQ(p.ftruncate(f, 100), 0) << "nobody would wake it";
  EXPECT_EQ(p.contents("/disk/f"), noise(100));
}

TEST_F(Disk, GrowsWhileItIsLoadedAndShowsNothingOld) {
  const std::string text = noise(100);
  p.make("/disk/f", text);
  d.forget();
  // As another system may leave it: the last block has more in it than the file.
  std::vector<std::byte> block(page);
  u64 at = 0;
  while (at < d.device.block_count()) {
    ASSERT_TRUE(d.device.read(::ext4::PhysicalBlock{at}, 1, block));
    if (std::memcmp(block.data(), text.data(), text.size()) == 0) break;
    ++at;
  }
  ASSERT_LT(at, d.device.block_count());
  std::memset(block.data() + text.size(), 'x', page - text.size());
  ASSERT_TRUE(d.device.write(::ext4::PhysicalBlock{at}, 1, block));
  const i64 f = p.open("/disk/f", flags::read_write);
  Program other = p.fork(2);
  d.during<contract::disk::Read>(false, [&] {
    const u64 address = other.put_bytes("end");
    EXPECT_EQ(
        other.call([&](Caller& c) { return d.world.calls.write_at(c, static_cast<i32>(f), address, 3, 5 * page); }), 3);
  });
  EXPECT_EQ(p.read(f, 10), text.substr(0, 10));
  EXPECT_EQ(p.contents("/disk/f"), text + std::string(5 * page - 100, '\0') + "end");
}

}  // namespace
}  // namespace file
