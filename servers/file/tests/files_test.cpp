// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Files : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Files, WhatIsWrittenIsRead) {
  const i64 f = init.open("/f", flags::create | flags::read_write);
  ASSERT_EQ(f, 3);
  EXPECT_EQ(init.read(f, 10), "");
  EXPECT_EQ(init.write(f, "hello, world"), 12);
  EXPECT_EQ(init.read(f, 10), "") << "the offset is behind what was written";
  EXPECT_EQ(init.seek(f, 0), 0);
  EXPECT_EQ(init.read(f, 5), "hello");
  EXPECT_EQ(init.read(f, 100), ", world");
  EXPECT_EQ(init.seek(f, -5, 2), 7);
  EXPECT_EQ(init.read(f, 100), "world");
  EXPECT_EQ(init.seek(f, 2), 2);
  EXPECT_EQ(init.write(f, "LL"), 2);
  EXPECT_EQ(init.contents("/f"), "heLLo, world");
  EXPECT_EQ(init.stat("/f").size, 12);
  EXPECT_EQ(init.stat("/f").blocks, 8);
  EXPECT_EQ(init.write(f, ""), 0);
}

// So much that it takes turns: ten pieces of a MiB each, from three places.
class LongTransfers : public Files {
 protected:
  static constexpr u64 piece = 1 << 20, pieces = 10, whole = piece * pieces;
  static constexpr u64 place(u64 number) { return FakeKernel::base + piece * (1 + number % 3); }

  LongTransfers() {
    for (u64 i = 0; i < 3; ++i) std::memset(init.at(place(i)), 'a' + static_cast<int>(i), piece);
    linux_abi::Vector list[pieces];
    for (u64 i = 0; i < pieces; ++i) list[i] = {place(i), piece};
    vectors = init.put_bytes({reinterpret_cast<const char*>(list), sizeof list});
  }
  i64 write(i64 f) {
    return init.call(
        [=, this](Caller& c) { return world.calls.write_vectors(c, static_cast<i32>(f), vectors, pieces); });
  }
  i64 read(i64 f) {
    return init.call(
        [=, this](Caller& c) { return world.calls.read_vectors(c, static_cast<i32>(f), vectors, pieces); });
  }
  i64 next_turn() {
    world.core.waits.expire(world.machine.now);
    return init.resume();
  }

  u64 vectors;
};

TEST_F(LongTransfers, LetOthersGoBetween) {
  Program other = init.fork(2);
  const i64 f = init.open("/f", flags::create | flags::read_write);
  ASSERT_EQ(write(f), parked);
  EXPECT_EQ(other.stat("/f").size, static_cast<i64>(bytes_in_turn)) << "others are served, and see how far it came";
  EXPECT_FALSE(world.core.waits.interrupt(init.thread())) << "no signal ends the writing of a file";
  EXPECT_EQ(next_turn(), parked);
  EXPECT_EQ(next_turn(), static_cast<i64>(whole));
  EXPECT_EQ(init.seek(f, 0, 1), static_cast<i64>(whole));
  for (u64 i = 0; i < pieces; ++i) {
    init.seek(f, static_cast<i64>(i * piece));
    EXPECT_EQ(init.read(f, 1000), std::string(1000, "abc"[i % 3])) << i;
  }
  EXPECT_EQ(init.seek(f, 0), 0);
  ASSERT_EQ(read(f), parked);
  EXPECT_EQ(next_turn(), parked);
  EXPECT_EQ(next_turn(), static_cast<i64>(whole));
  EXPECT_EQ(init.read(f, 1), "");
  EXPECT_EQ(read(f), 0) << "nothing is left of what the call before had done";
}

TEST_F(LongTransfers, AreWhatAFileHasLeft) {
  const i64 f = init.open("/f", flags::create | flags::read_write);
  EXPECT_EQ(init.ftruncate(f, bytes_in_turn + 5), 0);
  ASSERT_EQ(read(f), parked);
  EXPECT_EQ(next_turn(), static_cast<i64>(bytes_in_turn + 5));
  EXPECT_EQ(init.seek(f, -static_cast<i64>(bytes_in_turn), 1), 5);
  ASSERT_EQ(read(f), parked);
  EXPECT_EQ(next_turn(), static_cast<i64>(bytes_in_turn));
}

TEST_F(LongTransfers, OfADeviceEndWithASignal) {
  const i64 f = init.open("/dev/zero");
  ASSERT_EQ(read(f), parked);
  const Result<Interrupted> interrupted = world.core.waits.interrupt(init.thread());
  ASSERT_TRUE(interrupted);
  EXPECT_EQ(interrupted->progress, bytes_in_turn);
  ASSERT_EQ(read(f), parked);
  EXPECT_EQ(next_turn(), parked);
  EXPECT_EQ(next_turn(), static_cast<i64>(whole));
}

TEST_F(Files, SeekSaysWhatLinuxSays) {
  init.make("/f", "0123456789");
  const i64 f = init.open("/f");
  EXPECT_EQ(init.seek(f, -1), error(Error::invalid));
  EXPECT_EQ(init.seek(f, 5), 5);
  EXPECT_EQ(init.seek(f, -6, 1), error(Error::invalid));
  EXPECT_EQ(init.seek(f, 2, 1), 7);
  EXPECT_EQ(init.seek(f, 10, 2), 20);
  EXPECT_EQ(init.read(f, 1), "");
  EXPECT_EQ(init.seek(f, 0, 9), error(Error::invalid));
  EXPECT_EQ(init.seek(f, 3, 3), 3) << "SEEK_DATA";
  EXPECT_EQ(init.seek(f, 3, 4), 10) << "SEEK_HOLE";
  EXPECT_EQ(init.seek(f, 10, 3), error(Error::no_such_device));
  EXPECT_EQ(init.seek(99, 0), error(Error::bad_descriptor));
  i32 ends[2];
  ASSERT_EQ(init.pipe(ends), 0);
  EXPECT_EQ(init.seek(ends[0], 0), error(Error::illegal_seek));
  EXPECT_EQ(init.seek(f, 0x7fff'ffff'ffff'ffff, 2), error(Error::overflow));
}

TEST_F(Files, RightsOfDescriptors) {
  init.make("/f", "text");
  const i64 reader = init.open("/f"), writer = init.open("/f", flags::write_only);
  EXPECT_EQ(init.write(reader, "x"), error(Error::bad_descriptor));
  EXPECT_EQ(init.read_raw(writer, Program::scratch, 1), error(Error::bad_descriptor));
  const i64 path = init.open("/f", flags::path);
  EXPECT_EQ(init.read_raw(path, Program::scratch, 1), error(Error::bad_descriptor));
  EXPECT_EQ(init.fstat(path).size, 4);
  EXPECT_EQ(init.ftruncate(reader, 0), error(Error::invalid));
  const i64 directory = init.open("/");
  EXPECT_EQ(init.read_raw(directory, Program::scratch, 1), error(Error::is_directory));
  EXPECT_EQ(init.write(directory, "x"), error(Error::bad_descriptor));
  EXPECT_EQ(init.read_raw(77, Program::scratch, 1), error(Error::bad_descriptor));
  EXPECT_EQ(init.read_raw(-1, Program::scratch, 1), error(Error::bad_descriptor));
}

TEST_F(Files, AppendGoesToTheEnd) {
  init.make("/log", "one ");
  const i64 a = init.open("/log", flags::write_only | flags::append);
  const i64 b = init.open("/log", flags::write_only | flags::append);
  EXPECT_EQ(init.write(a, "two "), 4);
  EXPECT_EQ(init.write(b, "three "), 6);
  EXPECT_EQ(init.seek(a, 0), 0);
  EXPECT_EQ(init.write(a, "four"), 4);
  EXPECT_EQ(init.contents("/log"), "one two three four");
}

TEST_F(Files, HolesAreZeroAndCostNothing) {
  const i64 f = init.open("/sparse", flags::create | flags::read_write);
  ASSERT_EQ(init.seek(f, 1 << 20), 1 << 20);
  ASSERT_EQ(init.write(f, "end"), 3);
  EXPECT_EQ(init.fstat(f).size, (1 << 20) + 3);
  EXPECT_EQ(init.fstat(f).blocks, 8);
  const std::string all = init.contents("/sparse");
  ASSERT_EQ(all.size(), (1u << 20) + 3);
  EXPECT_EQ(all.find_first_not_of('\0'), 1u << 20);
  EXPECT_EQ(all.substr(1 << 20), "end");
}

TEST_F(Files, Truncates) {
  init.make("/f", std::string(10000, 'a'));
  EXPECT_EQ(init.truncate("/f", 5000), 0);
  EXPECT_EQ(init.contents("/f"), std::string(5000, 'a'));
  EXPECT_EQ(init.truncate("/f", 9000), 0);
  EXPECT_EQ(init.contents("/f"), std::string(5000, 'a') + std::string(4000, '\0')) << "nothing old comes to light";
  EXPECT_EQ(init.truncate("/f", 0), 0);
  EXPECT_EQ(init.stat("/f").blocks, 0);
  EXPECT_EQ(init.truncate("/f", -1), error(Error::invalid));
  EXPECT_EQ(init.truncate("/", 0), error(Error::is_directory));
  EXPECT_EQ(init.truncate("/dev/null", 0), error(Error::invalid));
  EXPECT_EQ(init.truncate("/none", 0), error(Error::no_entry));
  init.make("/f", "again");
  const i64 f = init.open("/f", flags::read_write | flags::truncate);
  EXPECT_EQ(init.contents("/f"), "");
  EXPECT_EQ(init.ftruncate(f, 3), 0);
  EXPECT_EQ(init.contents("/f"), std::string(3, '\0'));
  EXPECT_EQ(init.truncate("/f", i64{1} << 50), error(Error::file_too_large));
}

TEST_F(Files, VectorsGatherAndScatter) {
  const i64 f = init.open("/f", flags::create | flags::read_write);
  const u64 first = init.put_bytes("one"), second = init.put_bytes("two"), third = init.put_bytes("three");
  const linux_abi::Vector out[] = {{first, 3}, {0, 0}, {second, 3}, {third, 5}};
  const u64 vectors = init.put_value(out);
  const auto writev = [&](u64 count) {
    return init.call(
        [=, this](Caller& c) { return world.calls.write_vectors(c, static_cast<i32>(f), vectors, count); });
  };
  EXPECT_EQ(writev(4), 11);
  EXPECT_EQ(init.contents("/f"), "onetwothree");
  EXPECT_EQ(writev(0), 0);
  EXPECT_EQ(writev(1025), error(Error::invalid));
  const linux_abi::Vector in[] = {{Program::scratch, 4}, {Program::scratch + 100, 2}, {Program::scratch + 200, 100}};
  const u64 targets = init.put_value(in);
  const i64 got =
      init.call([=, this](Caller& c) { return world.calls.read_vectors_at(c, static_cast<i32>(f), targets, 3, 1); });
  EXPECT_EQ(got, 10);
  EXPECT_EQ(init.taken(4), "netw");
  EXPECT_EQ(std::string(reinterpret_cast<char*>(init.at(Program::scratch + 100)), 2), "ot");
  EXPECT_EQ(std::string(reinterpret_cast<char*>(init.at(Program::scratch + 200)), 4), "hree");
  const linux_abi::Vector bad[] = {{first, ~u64{0}}};
  const u64 negative = init.put_value(bad);
  EXPECT_EQ(init.call([=, this](Caller& c) { return world.calls.write_vectors(c, static_cast<i32>(f), negative, 1); }),
            error(Error::invalid));
}

TEST_F(Files, BadAddresses) {
  init.make("/f", std::string(100, 'f'));
  const i64 f = init.open("/f", flags::read_write);
  EXPECT_EQ(init.read_raw(f, 0, 10), error(Error::bad_address));
  EXPECT_EQ(init.read_raw(f, ~u64{0}, 10), error(Error::bad_address));
  EXPECT_EQ(init.seek(f, 0, 1), 0) << "nothing was read";
  const u64 end = FakeKernel::base + FakeKernel::arena_bytes;
  EXPECT_EQ(init.read_raw(f, end - 40, 100), 40) << "what could be copied counts";
  EXPECT_EQ(init.seek(f, 0, 1), 40);
  EXPECT_EQ(init.call([=, this](Caller& c) { return world.calls.write(c, static_cast<i32>(f), 1, 10); }),
            error(Error::bad_address));
  EXPECT_EQ(init.stat("/f").size, 100);
}

TEST_F(Files, AbsentPagesAreProvidedOnTheWay) {
  std::string text;
  for (int i = 0; i < 100000; ++i) text += static_cast<char>('a' + i % 23);
  const u64 address = Program::scratch;
  std::memcpy(init.at(address), text.data(), text.size());
  const i64 f = init.open("/f", flags::create | flags::read_write);
  for (u64 page = address / abi::page_size; page <= (address + text.size()) / abi::page_size; ++page)
    world.kernel.absent.insert({init.thread(), page});
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.write(c, static_cast<i32>(f), address, text.size()); }),
            static_cast<i64>(text.size()));
  EXPECT_EQ(init.faults(), 25u) << "each page faults once: what was done is not done again";
  EXPECT_EQ(init.contents("/f"), text);
  std::memset(init.at(address), 0, text.size());
  for (u64 page = address / abi::page_size; page <= (address + text.size()) / abi::page_size; ++page)
    world.kernel.absent.insert({init.thread(), page});
  EXPECT_EQ(init.seek(f, 0), 0);
  EXPECT_EQ(init.read_raw(f, address, text.size()), static_cast<i64>(text.size()));
  EXPECT_EQ(init.taken(static_cast<i64>(text.size())), text);
  EXPECT_EQ(init.faults(), 50u);
  EXPECT_EQ(init.seek(f, 0, 1), static_cast<i64>(text.size()));
}

TEST_F(Files, AnAppendWithFaultsIsOnePiece) {
  init.make("/f", "begin ");
  const i64 f = init.open("/f", flags::write_only | flags::append);
  const std::string text(9000, 'x');
  std::memcpy(init.at(Program::scratch), text.data(), text.size());
  world.kernel.absent.insert({init.thread(), Program::scratch / abi::page_size + 1});
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.write(c, static_cast<i32>(f), Program::scratch, 9000); }),
            9000);
  EXPECT_EQ(init.contents("/f"), "begin " + text);
}

TEST_F(Files, RandomReadsAndWritesAgreeWithAModel) {
  std::mt19937 random(4711);
  std::string model;
  const i64 f = init.open("/f", flags::create | flags::read_write);
  for (int step = 0; step < 2000; ++step) {
    const u64 offset = random() % 300000;
    const u64 count = random() % (step % 7 == 0 ? 150000 : 5000);
    switch (random() % 5) {
      case 0:
      case 1: {
        std::string text(count, static_cast<char>('a' + random() % 26));
        if (model.size() < offset + count && count != 0) model.resize(offset + count);
        if (count != 0) model.replace(offset, count, text);
        ASSERT_EQ(init.seek(f, static_cast<i64>(offset)), static_cast<i64>(offset));
        ASSERT_EQ(init.write(f, text), static_cast<i64>(count));
        break;
      }
      case 2:
      case 3: {
        ASSERT_EQ(init.seek(f, static_cast<i64>(offset)), static_cast<i64>(offset));
        const std::string expected = offset < model.size() ? model.substr(offset, count) : "";
        ASSERT_EQ(init.read(f, count), expected) << step;
        break;
      }
      default:
        if (random() % 4 != 0) break;
        model.resize(offset);
        ASSERT_EQ(init.ftruncate(f, static_cast<i64>(offset)), 0);
        break;
    }
    ASSERT_EQ(init.fstat(f).size, static_cast<i64>(model.size()));
  }
}

}  // namespace
}  // namespace file
