// SPDX-License-Identifier: BSD-2-Clause
// What is kept of a file besides its bytes: links, times, sizes, and room for them.
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Attributes : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Attributes, AnUnlinkedFileLivesAsLongAsItIsOpen) {
  const i64 f = init.open("/f", flags::create | flags::read_write);
  EXPECT_EQ(init.write(f, "ghost"), 5);
  EXPECT_EQ(init.unlink("/f"), 0);
  EXPECT_EQ(init.fstat(f).links, 0u);
  EXPECT_EQ(init.seek(f, 0), 0);
  EXPECT_EQ(init.read(f, 10), "ghost");
  const u32 nodes = world.core.tree.nodes.used();
  EXPECT_EQ(init.close(f), 0);
  EXPECT_EQ(world.core.tree.nodes.used(), nodes - 1);
}

TEST_F(Attributes, TimesMoveAsTheyShould) {
  init.make("/f", "x");
  const auto nanoseconds = [](i64 seconds, i64 rest) { return seconds * 1'000'000'000 + rest; };
  const auto modified = [&] {
    const linux_abi::Stat s = init.stat("/f");
    return nanoseconds(s.modify_seconds, s.modify_nanoseconds);
  };
  const auto changed = [&] {
    const linux_abi::Stat s = init.stat("/f");
    return nanoseconds(s.change_seconds, s.change_nanoseconds);
  };
  const auto accessed = [&] {
    const linux_abi::Stat s = init.stat("/f");
    return nanoseconds(s.access_seconds, s.access_nanoseconds);
  };
  const i64 first = modified();
  EXPECT_GT(first, FakeMachine::start);
  const i64 f = init.open("/f", flags::read_write);
  EXPECT_EQ(modified(), first);
  init.write(f, "y");
  EXPECT_GT(modified(), first);
  const i64 written = modified();
  EXPECT_EQ(changed(), written);
  init.seek(f, 0);
  init.read(f, 1);
  EXPECT_GT(accessed(), written) << "the first reading after a change";
  const i64 read = accessed();
  init.seek(f, 0);
  init.read(f, 1);
  EXPECT_EQ(accessed(), read) << "relatime";
  init.chmod("/f", 0600);
  EXPECT_EQ(modified(), written);
  EXPECT_GT(changed(), written);
  const linux_abi::TimeSpec times[2] = {{100, 5}, {-200, 999'999'999}};
  const u64 address = init.put_value(times), path = init.put("/f");
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_times(c, -100, path, address, 0); }), 0);
  EXPECT_EQ(accessed(), nanoseconds(100, 5));
  EXPECT_EQ(modified(), nanoseconds(-200, 999'999'999));
  const linux_abi::TimeSpec omit[2] = {{0, linux_abi::time_omit}, {0, linux_abi::time_now}};
  const u64 address2 = init.put_value(omit);
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_times(c, -100, path, address2, 0); }), 0);
  EXPECT_EQ(accessed(), nanoseconds(100, 5));
  EXPECT_GT(modified(), FakeMachine::start);
  const linux_abi::TimeSpec bad[2] = {{0, 1'000'000'000}, {0, 0}};
  const u64 address3 = init.put_value(bad);
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_times(c, -100, path, address3, 0); }),
            error(Error::invalid));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.set_times(c, static_cast<i32>(f), 0, 0, 0); }), 0)
      << "futimens";
}

TEST_F(Attributes, AFullFileSystemSaysSo) {
  World small(FakeFrames::count, 20);
  Program user(small, 1);
  const i64 f = user.open("/f", flags::create | flags::read_write);
  EXPECT_EQ(user.write(f, std::string(200000, 'x')), 20 * 4096) << "as much as there is room for";
  EXPECT_EQ(user.write(f, "x"), error(Error::no_space));
  EXPECT_EQ(user.seek(f, 0), 0);
  EXPECT_EQ(user.write(f, "overwriting is no new page"), 26);
  EXPECT_EQ(user.ftruncate(f, 4096), 0);
  EXPECT_EQ(user.seek(f, 0, 2), 4096);
  EXPECT_EQ(user.write(f, std::string(5000, 'y')), 5000);
}

TEST_F(Attributes, MemoryThatRunsOutIsNoSpace) {
  World small(300, 100000);
  Program user(small, 1);
  const i64 f = user.open("/f", flags::create | flags::read_write);
  i64 total = 0;
  for (;;) {
    const i64 written = user.write(f, std::string(100000, 'x'));
    if (written < 0) {
      EXPECT_EQ(written, error(Error::no_space));
      break;
    }
    total += written;
  }
  EXPECT_GT(total, 100 * 4096);
  EXPECT_EQ(user.fstat(f).size, total);
  EXPECT_EQ(user.unlink("/f"), 0);
  EXPECT_EQ(user.close(f), 0);
  EXPECT_EQ(small.core.tree.cache.pages(), 0u);
  user.make("/g", "room again");
  EXPECT_EQ(user.contents("/g"), "room again");
}

TEST_F(Attributes, SizeLimit) {
  EXPECT_TRUE(world.processes.set_limits(1, 1024, 10));
  const i64 f = init.open("/f", flags::create | flags::read_write);
  EXPECT_EQ(init.write(f, "0123456789abc"), 10);
  EXPECT_EQ(init.write(f, "x"), error(Error::file_too_large));
  EXPECT_EQ(init.signal(), signal_file_size);
  EXPECT_EQ(init.ftruncate(f, 11), error(Error::file_too_large));
}

TEST_F(Attributes, SendFile) {
  init.make("/from", std::string(100000, 's'));
  const i64 from = init.open("/from"), to = init.open("/to", flags::create | flags::write_only);
  const auto sendfile = [&](i64 target, i64 source, u64 offset, u64 count) {
    return init.call([=, this](Caller& c) {
      return world.calls.send_file(c, static_cast<i32>(target), static_cast<i32>(source), offset, count);
    });
  };
  EXPECT_EQ(sendfile(to, from, 0, 70000), 70000);
  EXPECT_EQ(sendfile(to, from, 0, 70000), 30000);
  EXPECT_EQ(sendfile(to, from, 0, 70000), 0);
  EXPECT_EQ(init.contents("/to"), std::string(100000, 's'));
  const u64 offset = init.put_value(u64{99990});
  EXPECT_EQ(sendfile(to, from, offset, 100), 10);
  EXPECT_EQ(init.get<u64>(offset), 100000u);
  EXPECT_EQ(sendfile(from, from, 0, 1), error(Error::bad_descriptor));
  i32 ends[2];
  init.pipe(ends);
  init.seek(from, 0);
  EXPECT_EQ(sendfile(ends[1], from, 0, 100000), 65536);
  EXPECT_EQ(sendfile(ends[1], from, 0, 100000), parked);
  EXPECT_EQ(sendfile(to, ends[0], 0, 1), error(Error::invalid));
}

TEST_F(Attributes, Statistics) {
  const u64 path = init.put("/dev");
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.file_system_status(c, path, Program::scratch); }), 0);
  EXPECT_EQ(init.get<linux_abi::StatFs>(Program::scratch).type, 0x0102'1994);
  i32 ends[2];
  init.pipe(ends);
  EXPECT_EQ(
      init.call([&](Caller& c) { return world.calls.file_system_status_descriptor(c, ends[0], Program::scratch); }), 0);
  EXPECT_EQ(init.get<linux_abi::StatFs>(Program::scratch).type, 0x5049'5045);
}

}  // namespace
}  // namespace file
