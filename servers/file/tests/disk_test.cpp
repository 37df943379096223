// SPDX-License-Identifier: BSD-2-Clause
// Contents of files on a disk behind the real ext4 server. e2fsck judges what each test leaves.
#include "servers/file/tests/disk_fixture.hpp"

namespace file {
namespace {

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
