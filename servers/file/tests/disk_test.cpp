// SPDX-License-Identifier: BSD-2-Clause
// Files on a disk, through the real ext4 server; e2fsck judges what each test leaves.
#include <random>

#include "servers/file/tests/disk_world.hpp"

namespace file {
namespace {

constexpr std::size_t page = abi::page_size;

std::string noise(std::size_t size, u32 seed = 1) {
  std::minstd_rand generator(seed);
  std::string text(size, ' ');
  for (char& each : text) each = static_cast<char>('a' + generator() % 26);
  return text;
}

class Disk : public testing::Test {
 protected:
  explicit Disk(u64 megabytes = 64, u32 frames = FakeFrames::count)
      : d(::ext4::testing::make_image(megabytes), frames) {
    EXPECT_TRUE(d.started);
    EXPECT_TRUE(d.mounted);
  }
  void TearDown() override {
    EXPECT_EQ(d.judge(), "");
    EXPECT_TRUE(d.servers.reports.empty());
  }
  i64 pwrite(i64 descriptor, std::string_view text, i64 offset) {
    const u64 address = p.put_bytes(text);
    return p.call([=, this](Caller& c) {
      return d.world.calls.write_at(c, static_cast<i32>(descriptor), address, text.size(), offset);
    });
  }

  DiskWorld d;
  Program& p = d.init;
};

TEST_F(Disk, KeepsWhatIsWritten) {
  const std::string text = noise(100'000);
  p.make("/disk/f", text);
  EXPECT_EQ(p.contents("/disk/f"), text);
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), text);
  const i64 f = p.open("/disk/f", flags::read_write);
  EXPECT_EQ(pwrite(f, "in place", 50'000), 8);
  EXPECT_EQ(p.seek(f, 0, 2), 100'000);
  EXPECT_EQ(p.write(f, "appended"), 8);
  p.close(f);
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), std::string(text).replace(50'000, 8, "in place") + "appended");
  EXPECT_EQ(d.judge(), "");
  EXPECT_EQ(::ext4::testing::debugfs(d.device, "cat /f"), p.contents("/disk/f"));
}

TEST_F(Disk, HolesAreZeroAndTakeNoBlocks) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  EXPECT_EQ(pwrite(f, "end", 40 * page), 3);
  d.forget();
  EXPECT_EQ(p.stat("/disk/f").blocks, 8);
  EXPECT_EQ(p.stat("/disk/f").size, static_cast<i64>(40 * page + 3));
  EXPECT_EQ(p.contents("/disk/f"), std::string(40 * page, '\0') + "end");
}

TEST_F(Disk, NothingOldComesToLight) {
  p.make("/disk/f", noise(5 * page));
  d.forget();
  EXPECT_EQ(p.truncate("/disk/f", page + 100), 0);
  EXPECT_EQ(p.truncate("/disk/f", 4 * page), 0);
  const std::string expected = noise(5 * page).substr(0, page + 100) + std::string(3 * page - 100, '\0');
  EXPECT_EQ(p.contents("/disk/f"), expected);
  d.forget();
  EXPECT_EQ(p.contents("/disk/f"), expected);
}

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

TEST_F(Disk, ManySmallDirtyFiles) {
  // More than the ext4 server can promise blocks to at once.
  for (int i = 0; i < 600; ++i) p.make("/disk/f" + std::to_string(i), noise(100, static_cast<u32>(i) + 1));
  d.forget();
  for (int i = 0; i < 600; ++i)
    ASSERT_EQ(p.contents("/disk/f" + std::to_string(i)), noise(100, static_cast<u32>(i) + 1)) << i;
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

TEST_F(Disk, MediumErrors) {
  p.make("/disk/f", noise(3 * page));
  d.disk.fail_writes = true;
  const i64 f = p.open("/disk/f", flags::read_write);
  const auto sync = [&] {
    return p.call([&](Caller& c) { return d.world.calls.synchronize_descriptor(c, static_cast<i32>(f)); });
  };
  EXPECT_EQ(sync(), error(Error::io));
  EXPECT_EQ(d.world.core.tree.cache.dirty_pages(), 3u);
  EXPECT_EQ(p.contents("/disk/f"), noise(3 * page));
  d.disk.fail_writes = false;
  EXPECT_EQ(sync(), 0);
  d.forget();
  d.disk.fail_reads = true;
  EXPECT_EQ(p.read_raw(f, Program::scratch, 10), error(Error::io));
  d.disk.fail_reads = false;
  EXPECT_EQ(p.read(f, 3 * page), noise(3 * page));
}

TEST_F(Disk, ABadAddressLeavesNothingBehindTheEnd) {
  const i64 f = p.open("/disk/f", flags::create | flags::read_write);
  const u64 edge = FakeKernel::base + FakeKernel::arena_bytes - 100;
  const i64 written = p.call([&](Caller& c) { return d.world.calls.write(c, static_cast<i32>(f), edge, 5 * page); });
  EXPECT_EQ(written, 100);
  EXPECT_EQ(p.call([&](Caller& c) { return d.world.calls.write_at(c, static_cast<i32>(f), 1, 100, 30 * page); }),
            error(Error::bad_address));
  EXPECT_EQ(p.fstat(f).size, 100);
  d.forget();
  EXPECT_EQ(d.world.core.tree.cache.dirty_pages(), 0u);
  EXPECT_EQ(p.fstat(f).blocks, 8);
}

TEST_F(Disk, AFaultInTheMiddleOfAPageLosesNothing) {
  p.make("/disk/f", noise(4 * page, 1));
  d.forget();
  const std::string fresh = noise(4 * page, 2);
  // Half a page before the boundary that is absent.
  const u64 start = Program::scratch + page / 2;
  std::memcpy(p.at(start), fresh.data(), fresh.size());
  d.world.kernel.absent.insert({p.thread(), start / page + 1});
  const i64 f = p.open("/disk/f", flags::read_write);
  EXPECT_EQ(p.call([&](Caller& c) { return d.world.calls.write(c, static_cast<i32>(f), start, 4 * page); }),
            static_cast<i64>(4 * page));
  EXPECT_EQ(p.contents("/disk/f"), fresh);
}

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

TEST_F(Disk, AgreesWithAModel) {
  std::map<std::string, std::string> model;
  std::minstd_rand random(4711);
  const auto name = [&] { return "/disk/n" + std::to_string(random() % 12); };
  for (int step = 0; step < 2000; ++step) {
    const std::string at = name(), to = name();
    const auto known = model.find(at);
    switch (random() % 7) {
      case 0:
      case 1:
      case 2: {
        const std::string text = noise(random() % 20'000, static_cast<u32>(random()));
        const u64 offset = random() % 40'000;
        const i64 f = p.open(at, flags::create | flags::read_write);
        ASSERT_EQ(pwrite(f, text, static_cast<i64>(offset)), static_cast<i64>(text.size()));
        p.close(f);
        std::string& contents = model[at];
        if (!text.empty()) {
          if (contents.size() < offset + text.size()) contents.resize(offset + text.size());
          contents.replace(offset, text.size(), text);
        }
        break;
      }
      case 3: {
        const u64 size = random() % 50'000;
        ASSERT_EQ(p.truncate(at, static_cast<i64>(size)), known == model.end() ? error(Error::no_entry) : 0);
        if (known != model.end()) known->second.resize(size);
        break;
      }
      case 4:
        ASSERT_EQ(p.rename(at, to), known == model.end() ? error(Error::no_entry) : 0);
        if (known != model.end() && at != to) {
          model[to] = known->second;
          model.erase(at);
        }
        break;
      case 5:
        ASSERT_EQ(p.unlink(at), known == model.end() ? error(Error::no_entry) : 0);
        model.erase(at);
        break;
      case 6:
        if (random() % 4 == 0) d.forget();
        ASSERT_EQ(p.contents(at), known == model.end() ? "error 2" : known->second) << step;
        break;
    }
  }
  d.forget();
  for (const auto& [path, contents] : model) EXPECT_EQ(p.contents(path), contents) << path;
}

}  // namespace
}  // namespace file
