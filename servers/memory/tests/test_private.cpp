// SPDX-License-Identifier: BSD-2-Clause
// Memory that is no file's: anonymous pages, stack, heap, fork, and what is refused.
#include "servers/memory/tests/address_spaces.hpp"

namespace memory {
namespace {

TEST_F(MemoryTest, AnonymousPagesAreZeroAndCome) {
  start(1);
  const u64 at = map(0, 3);
  EXPECT_EQ(read(0, at), 0);
  EXPECT_TRUE(write(0, at + page_size, 7));
  EXPECT_EQ(read(0, at + page_size), 7);
  EXPECT_EQ(read(0, at + 3 * page_size), -1);
  EXPECT_EQ(last.error(), Error::unmapped);
  EXPECT_TRUE(memory.unmap(0, at, page_size));
  EXPECT_EQ(read(0, at), -1);
  EXPECT_EQ(read(0, at + page_size), 7);
  end();
}

TEST_F(MemoryTest, RightsAreKept) {
  start(1);
  const u64 at = map(0, 2, readable);
  EXPECT_FALSE(write(0, at, 1));
  EXPECT_EQ(last.error(), Error::denied);
  EXPECT_TRUE(memory.protect(0, at, page_size, rw));
  EXPECT_TRUE(write(0, at, 1));
  EXPECT_TRUE(memory.protect(0, at, page_size, 0));
  EXPECT_EQ(read(0, at), -1);
  EXPECT_TRUE(memory.protect(0, at, page_size, readable | executable));
  EXPECT_EQ(read(0, at), 1);
  EXPECT_NE(access(0, at, Access::execute), nullptr);
  EXPECT_FALSE(write(0, at, 2));
  EXPECT_EQ(memory.protect(0, at, page_size, rw | executable).error(), Error::denied);
  EXPECT_EQ(memory.map(0, {.length = 1, .rights = rw | executable}).error(), Error::denied);
  EXPECT_EQ(memory.protect(0, at, 3 * page_size, readable).error(), Error::unmapped);
  end();
}

TEST_F(MemoryTest, TheStackGrowsToItsLimit) {
  start(1);
  const u64 top = program_range.end.address();
  EXPECT_TRUE(write(0, top - 40 * page_size, 1));
  EXPECT_TRUE(memory.limit(1, {.stack = 64 * page_size}));
  EXPECT_TRUE(write(0, top - 64 * page_size, 1));
  EXPECT_FALSE(write(0, top - 65 * page_size, 1));
  EXPECT_EQ(last.error(), Error::unmapped);
  EXPECT_TRUE(memory.limit(1, {.stack = 1 << 30}));
  const u64 near = map(0, 1, rw, Sharing::own, top - 400 * page_size);
  EXPECT_TRUE(write(0, near + 300 * page_size, 1));
  EXPECT_FALSE(write(0, near + 100 * page_size, 1)) << "a gap stays below the stack";
  end();
}

TEST_F(MemoryTest, WhatIsPresentIsCountedHoweverLargeTheSpace) {
  start(1);
  const u64 before = memory.usage(1)->resident;
  const auto huge = memory.map(0, {.length = u64{1} << 46, .rights = 0});
  ASSERT_TRUE(huge);
  const u64 at = map(0, 200);
  for (const u64 page : {0, 1, 70, 199}) EXPECT_TRUE(write(0, at + page * page_size, 1));
  const auto calls = machine.calls;
  const auto usage = memory.usage(1);
  ASSERT_TRUE(usage);
  EXPECT_EQ(usage->resident, before + 4);
  EXPECT_GE(usage->pages, (u64{1} << 46) / page_size + 200);
  EXPECT_LT(machine.calls - calls, 20u) << "not all of the space is looked at";
  EXPECT_TRUE(memory.unmap(0, *huge, u64{1} << 46));
  end();
}

TEST_F(MemoryTest, TheHeapGrowsAndShrinks) {
  start(1);
  EXPECT_EQ(memory.set_heap_end(0, 0), 0x600000u);
  EXPECT_EQ(memory.set_heap_end(0, 0x600010), 0x600010u);
  EXPECT_TRUE(write(0, 0x600fff, 9));
  EXPECT_EQ(memory.set_heap_end(0, 0x605001), 0x605001u);
  EXPECT_TRUE(write(0, 0x605fff, 9));
  EXPECT_EQ(memory.set_heap_end(0, 0x600800), 0x600800u);
  EXPECT_FALSE(write(0, 0x605fff, 9));
  EXPECT_EQ(read(0, 0x600fff), 9);
  EXPECT_EQ(memory.set_heap_end(0, 0x602000), 0x602000u);
  EXPECT_EQ(read(0, 0x601000), 0) << "what was given back does not come again";
  EXPECT_EQ(memory.set_heap_end(0, u64{1} << 40), 0x602000u) << "not promised";
  end();
}

TEST_F(MemoryTest, ForkCopiesWhatIsWritten) {
  start(1);
  const u64 at = map(0, 40);
  for (u64 page = 0; page < 40; ++page) write(0, at + page * page_size, static_cast<int>(page + 1));
  ASSERT_TRUE(memory.fork(1, 2, 5));
  ASSERT_TRUE(memory.fork(1, 2, 5)) << "asked again";
  for (u64 page = 0; page < 40; page += 2) write(5, at + page * page_size, 100);
  for (u64 page = 1; page < 40; page += 2) write(0, at + page * page_size, 200);
  for (u64 page = 0; page < 40; ++page) {
    EXPECT_EQ(read(0, at + page * page_size), page % 2 ? 200 : static_cast<int>(page + 1)) << page;
    EXPECT_EQ(read(5, at + page * page_size), page % 2 ? static_cast<int>(page + 1) : 100) << page;
  }
  EXPECT_TRUE(memory.release(1));
  EXPECT_EQ(read(5, at + page_size), 2);
  EXPECT_TRUE(write(5, at + page_size, 3)) << "alone now, so without a copy";
  end();
}

TEST_F(MemoryTest, SharedMemoryIsSharedAlsoWhereItWasNotTouched) {
  start(1);
  const u64 at = map(0, 4, rw, Sharing::shared);
  write(0, at, 1);
  ASSERT_TRUE(memory.fork(1, 2, 5));
  write(5, at + page_size, 2);
  EXPECT_EQ(read(5, at), 1);
  EXPECT_EQ(read(0, at + page_size), 2);
  EXPECT_EQ(memory.locate(0, at + 10)->object, memory.locate(5, at + 10)->object);
  EXPECT_EQ(memory.locate(0, at + page_size + 4)->offset, page_size + 4);
  end();
}

TEST_F(MemoryTest, PrivateMemoryIsLocatedInItsSpace) {
  start(1);
  const u64 at = map(0, 1);
  ASSERT_TRUE(memory.fork(1, 2, 5));
  EXPECT_NE(memory.locate(0, at)->object, memory.locate(5, at)->object);
  EXPECT_EQ(memory.locate(0, at + page_size).error(), Error::unmapped);
  end();
}

TEST_F(MemoryTest, RemapKeepsWhatIsThere) {
  start(1);
  const u64 at = map(0, 4);
  for (u64 page = 0; page < 4; ++page) write(0, at + page * page_size, static_cast<int>(page + 1));
  const u64 other = map(0, 1, rw, Sharing::own, at - page_size);
  EXPECT_EQ(memory.remap(0, other, page_size, 3 * page_size, false, false, 0).error(), Error::no_memory);
  const auto moved = memory.remap(0, at, 4 * page_size, 9 * page_size, true, false, 0);
  ASSERT_TRUE(moved);
  for (u64 page = 0; page < 9; ++page)
    EXPECT_EQ(read(0, *moved + page * page_size), page < 4 ? static_cast<int>(page + 1) : 0);
  if (*moved != at) EXPECT_EQ(read(0, at), -1);
  EXPECT_EQ(memory.remap(0, *moved, 9 * page_size, 2 * page_size, false, false, 0), *moved);
  EXPECT_EQ(read(0, *moved + 2 * page_size), -1);
  end();
}

TEST_F(MemoryTest, PromisesAreKeptByRefusal) {
  start(1);
  const u64 before = memory.promised();
  EXPECT_EQ(memory.map(0, {.length = 5000 * page_size, .rights = rw}).error(), Error::no_memory);
  EXPECT_TRUE(memory.map(0, {.length = 5000 * page_size, .rights = 0})) << "nothing is promised";
  const auto big = memory.map(0, {.length = 2500 * page_size, .rights = rw});
  ASSERT_TRUE(big);
  EXPECT_EQ(memory.fork(1, 2, 5).error(), Error::no_memory);
  EXPECT_TRUE(memory.share(1, 2)) << "vfork promises nothing";
  EXPECT_TRUE(memory.release(2));
  EXPECT_TRUE(memory.unmap(0, *big, 2500 * page_size));
  EXPECT_EQ(memory.promised(), before);
  EXPECT_TRUE(memory.fork(1, 2, 5));
  end();
}

TEST_F(MemoryTest, LimitsAreKept) {
  start(1);
  ASSERT_TRUE(memory.limit(1, {.address_space = 100 * page_size, .data = no_limit, .stack = 64 * page_size}));
  EXPECT_EQ(memory.map(0, {.length = 80 * page_size, .rights = readable}).error(), Error::no_memory);
  ASSERT_TRUE(memory.fork(1, 2, 5));
  EXPECT_EQ(memory.map(5, {.length = 80 * page_size, .rights = readable}).error(), Error::no_memory);
  end();
}

TEST_F(MemoryTest, TablesThatAreFullAreSaidSo) {
  start(1);
  u64 count = 0;
  // Rights alternate, so that no two are one.
  for (; count < 2000; ++count)
    if (!memory.map(0, {.length = page_size, .rights = static_cast<u8>(count % 2)})) break;
  EXPECT_LT(count, regions.size());
  EXPECT_EQ(memory.fork(1, 2, 5).error(), Error::no_memory);
  end();
}

TEST_F(MemoryTest, WhoHasManyRegionsLeavesSomeToWhoHasFew) {
  start(1);
  start(2, 1);
  // Pages of the first, all in one region to begin with.
  const u64 at = map(0, 800, readable);
  u64 cuts = 0;
  while (cuts < 399 && memory.protect(0, at + 2 * cuts * page_size, page_size, rw)) ++cuts;
  EXPECT_LT(cuts, regions.size() * 3 / 8 + 1) << "each makes two more";
  EXPECT_EQ(memory.map(0, {.length = page_size, .rights = 0}).error(), Error::no_memory);
  EXPECT_EQ(memory.unmap(0, at + 798 * page_size, page_size).error(), Error::no_memory) << "a hole";
  EXPECT_EQ(memory.fork(1, 3, 2).error(), Error::no_memory);
  // It can give back, and the other does not notice.
  EXPECT_TRUE(memory.fork(2, 3, 2));
  for (unsigned i = 0; i < 32; ++i) map(1, 1, static_cast<u8>(i % 2));
  EXPECT_TRUE(memory.unmap(0, at, 800 * page_size));
  map(0, 1);
  end();
}

// Any operations of a family of processes, against what each should see.

}  // namespace
}  // namespace memory
