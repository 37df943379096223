// SPDX-License-Identifier: BSD-2-Clause
// Pages of files, and what happens while the file server is at work.
#include "servers/memory/tests/address_spaces.hpp"

namespace memory {
namespace {

TEST_F(MemoryTest, FilesAreReadSixteenPagesAtATime) {
  files.make(9, 40 * page_size + 5);
  start(1);
  const u64 at = map_file(0, 9, 50, readable, Sharing::own);
  for (u64 page = 0; page <= 40; ++page)
    EXPECT_EQ(read(0, at + page * page_size), static_cast<int>(files.files[9].bytes[page * page_size]));
  EXPECT_LE(files.requests, 5u);
  EXPECT_EQ(read(0, at + 41 * page_size), -1);
  EXPECT_EQ(last.error(), Error::bus);
  end();
}

TEST_F(MemoryTest, PrivateFilePagesAreCopiedWhenWritten) {
  files.make(9, 3 * page_size);
  start(1);
  const u64 at = map_file(0, 9, 3, rw, Sharing::own);
  const int before = read(0, at + page_size);
  EXPECT_TRUE(write(0, at + page_size, before + 1));
  EXPECT_TRUE(write(0, at + 2 * page_size, 77)) << "never read before";
  EXPECT_EQ(read(0, at + page_size), before + 1);
  EXPECT_EQ(static_cast<int>(files.files[9].bytes[page_size]), before);
  EXPECT_EQ(read(0, at + 2 * page_size + 1), static_cast<int>(files.files[9].bytes[2 * page_size + 1]));
  ASSERT_TRUE(memory.fork(1, 2, 5));
  EXPECT_TRUE(write(5, at + page_size, 50));
  EXPECT_EQ(read(0, at + page_size), before + 1);
  end();
}

TEST_F(MemoryTest, SharedFilePagesBecomeWritableWhenWritten) {
  files.make(9, 3 * page_size);
  start(1);
  const u64 at = map_file(0, 9, 3, rw, Sharing::shared);
  const u64 other = map_file(0, 9, 1, readable, Sharing::shared, 1);
  read(0, at + page_size);
  EXPECT_FALSE(machine.spaces[0][UserPage::of(at + page_size)].rights & writable);
  EXPECT_TRUE(write(0, at + page_size, 44));
  EXPECT_EQ(read(0, other), 44);
  end();
}

TEST_F(MemoryTest, ASegmentsLastPageIsPartFilePartZeros) {
  files.make(1, 3 * page_size);
  ASSERT_TRUE(memory.begin_build(3, 1, 0x700000));
  const auto object = files.map_image(1, Image::program, rw);
  const ObjectIndex index = memory.objects().file(object->name, object->serial);
  const Segment data{0x400123, 5 * page_size, 0x123, page_size + 100, rw, index};
  ASSERT_TRUE(memory.build_segment(3, data));
  const Segment text{0x600000, 2 * page_size, page_size, 2 * page_size, readable | executable, index};
  ASSERT_TRUE(memory.build_segment(3, text));
  ASSERT_TRUE(memory.adopt(1, 3));
  EXPECT_EQ(read(3, 0x400123), static_cast<int>(files.files[1].bytes[0x123]));
  EXPECT_EQ(read(3, 0x400123 + page_size + 99), static_cast<int>(files.files[1].bytes[0x123 + page_size + 99]));
  EXPECT_EQ(read(3, 0x400123 + page_size + 100), 0);
  EXPECT_EQ(read(3, 0x404fff), 0);
  EXPECT_NE(access(3, 0x601000, Access::execute), nullptr);
  EXPECT_FALSE(write(3, 0x601000, 1));
  end();
}

TEST_F(MemoryTest, BrokenSegmentsAreRefused) {
  files.make(1, 3 * page_size);
  ASSERT_TRUE(memory.begin_build(3, 1, 0x700000));
  const auto object = files.map_image(1, Image::program, rw);
  const ObjectIndex index = memory.objects().file(object->name, object->serial);
  EXPECT_FALSE(memory.build_segment(3, {0x400123, 100, 0x124, 100, rw, index})) << "address and offset disagree";
  EXPECT_FALSE(memory.build_segment(3, {0x400000, 100, 0, 101, rw, index})) << "more file than memory";
  EXPECT_FALSE(memory.build_segment(3, {~u64{0} - 10, 100, 0xff5, 100, rw, index})) << "wraps around";
  EXPECT_FALSE(memory.build_segment(3, {0, page_size, 0, 1, rw, index})) << "page 0";
  EXPECT_FALSE(memory.build_segment(3, {0x400000, page_size, 0, 1, rw | executable, index}));
  ASSERT_TRUE(memory.build_segment(3, {0x400000, page_size, 0, 1, rw, index}));
  EXPECT_FALSE(memory.build_segment(3, {0x400000, page_size, 0, 1, rw, index})) << "on top of another";
  EXPECT_TRUE(memory.discard(3));
  end();
}

TEST_F(MemoryTest, ASpaceIsLeftAloneWhileAFileIsRead) {
  files.make(9, 3 * page_size);
  start(1);
  const u64 at = map_file(0, 9, 3, rw, Sharing::own);
  bool ran = false;
  files.meanwhile = [&] {
    ran = true;
    EXPECT_EQ(memory.unmap(0, at, page_size).error(), Error::busy);
    EXPECT_EQ(memory.protect(0, at, page_size, readable).error(), Error::busy);
    EXPECT_EQ(memory.forget(0, at, page_size).error(), Error::busy);
    EXPECT_EQ(memory.fork(1, 2, 5).error(), Error::busy);
    EXPECT_EQ(memory.release(1).error(), Error::busy);
    EXPECT_EQ(memory.map(0, {.address = at, .length = 1, .rights = rw, .fixed = true, .replace = true}).error(),
              Error::busy);
    EXPECT_TRUE(memory.map(0, {.length = page_size, .rights = rw})) << "what disturbs nothing goes on";
    EXPECT_TRUE(settled.spaces.empty());
  };
  EXPECT_GE(read(0, at), 0);
  EXPECT_TRUE(ran);
  EXPECT_TRUE(settled.spaces.contains(0));
  EXPECT_TRUE(memory.unmap(0, at, page_size));
  end();
}

TEST_F(MemoryTest, WhatWaitedForASpaceMayEndIt) {
  const auto released = [&] { EXPECT_TRUE(memory.release(1)); };
  {
    SCOPED_TRACE("the file server maps its page at the second try only");
    const SpaceIndex space = start(1);
    auto& file = files.make(3, 2 * page_size);
    const u64 at = map_file(space, 3, 8, readable, Sharing::own);
    files.meanwhile = [&] { files.meanwhile = [&] { file.bytes.resize(8 * page_size); }; };
    settled.then = released;
    EXPECT_TRUE(memory.fault(space, at + 5 * page_size, Access::read, false));
    EXPECT_FALSE(machine.spaces.contains(space));
  }
  {
    SCOPED_TRACE("a page is copied");
    const SpaceIndex space = start(1);
    const u64 at = map_file(space, 3, 8, rw, Sharing::own);
    settled.then = released;
    EXPECT_TRUE(memory.fault(space, at, Access::write, false));
    EXPECT_FALSE(machine.spaces.contains(space));
  }
  end();
}

TEST_F(MemoryTest, TwoThreadsMayFaultOnOnePage) {
  files.make(9, 3 * page_size);
  start(1);
  const u64 at = map_file(0, 9, 3, rw, Sharing::own);
  files.meanwhile = [&] { EXPECT_TRUE(write(0, at, 12)); };
  EXPECT_NE(access(0, at, Access::write), nullptr);
  EXPECT_EQ(read(0, at), 12) << "what the other thread wrote is not lost";
  EXPECT_TRUE(memory.fault(0, at, Access::write, false)) << "a copy that says too little of the page";
  end();
}

struct Bytes final : Mover {
  std::vector<std::byte> bytes;
  bool in = false;
  bool move(u64 done, std::span<std::byte> memory) override {
    if (in)
      std::memcpy(memory.data(), bytes.data() + done, memory.size());
    else
      bytes.insert(bytes.end(), memory.begin(), memory.end());
    return true;
  }
};

TEST_F(MemoryTest, ProcessReadsAndWritesWhatTheProgramCould) {
  files.make(9, 3 * page_size);
  start(1);
  const u64 at = map(0, 3);
  Bytes in;
  in.in = true;
  for (int value = 0; value < 5000; ++value) in.bytes.push_back(static_cast<std::byte>(value));
  ASSERT_TRUE(memory.store(0, at + 1000, in.bytes.size(), in));
  Bytes out;
  ASSERT_TRUE(memory.load(0, at + 1000, in.bytes.size(), out));
  EXPECT_EQ(in.bytes, out.bytes);
  EXPECT_EQ(read(0, at + 5999), static_cast<int>(in.bytes[4999]));

  const u64 file = map_file(0, 9, 3, readable, Sharing::own);
  Bytes text;
  ASSERT_TRUE(memory.load(0, file + 100, 2 * page_size, text));
  EXPECT_TRUE(std::equal(text.bytes.begin(), text.bytes.end(), files.files[9].bytes.begin() + 100));
  EXPECT_EQ(memory.store(0, file, 10, in).error(), Error::denied);
  EXPECT_EQ(memory.store(0, at + 3 * page_size - 5, 10, in).error(), Error::unmapped);
  Bytes untouched;
  ASSERT_TRUE(memory.load(0, at + 2 * page_size, 10, untouched));
  EXPECT_EQ(untouched.bytes, std::vector<std::byte>(10));
  ASSERT_TRUE(memory.protect(0, at, page_size, 0));
  EXPECT_FALSE(memory.load(0, at, 1, untouched));
  EXPECT_FALSE(memory.store(0, at, 1, in));
  end();
}

TEST_F(MemoryTest, ACutFileIsUnmapped) {
  files.make(9, 6 * page_size);
  start(1);
  const u64 at = map_file(0, 9, 6, rw, Sharing::own);
  read(0, at);
  write(0, at + 4 * page_size, 3);
  files.files[9].bytes.resize(2 * page_size);
  EXPECT_TRUE(memory.cut_object(9, 2));
  EXPECT_GE(read(0, at + page_size), 0);
  EXPECT_EQ(read(0, at + 4 * page_size), -1);
  EXPECT_EQ(last.error(), Error::bus);
  end();
}

}  // namespace
}  // namespace memory
