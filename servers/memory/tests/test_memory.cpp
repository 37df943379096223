// SPDX-License-Identifier: BSD-2-Clause
// Address spaces on a strict kernel and file server, against a model that knows what each process should see.
#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <random>
#include <set>

#include "servers/memory/memory.hpp"
#include "servers/memory/tests/fake_machine.hpp"

namespace memory {
namespace {

using test::FakeFiles;
using test::FakeMachine;

constexpr u32 frames = 6000;
constexpr u8 rw = readable | writable;

struct Settled final : Watcher {
  std::set<SpaceIndex> spaces;
  std::function<void()> then;
  void settled(SpaceIndex space) override {
    spaces.insert(space);
    if (then) std::exchange(then, nullptr)();
  }
};

class MemoryTest : public testing::Test {
 protected:
  FakeMachine machine{frames};
  FakeFiles files{machine};
  Settled settled;
  std::vector<Region> regions = std::vector<Region>(600);
  std::vector<Space> spaces = std::vector<Space>(32);
  std::vector<Inhabitant> inhabitants = std::vector<Inhabitant>(64);
  Memory memory{machine, files, settled, {regions, spaces, inhabitants}, 4000};

  SpaceIndex start(u32 pid, SpaceIndex index = 0) {
    EXPECT_TRUE(memory.begin_build(index, pid, 0x600000));
    EXPECT_TRUE(memory.build_stack(index, program_range.end.address() - 100));
    EXPECT_TRUE(memory.adopt(pid, index));
    return index;
  }
  void end() {
    for (u32 pid = 1; pid < inhabitants.size(); ++pid) EXPECT_TRUE(memory.release(pid));
    memory.release_unused();
    for (const auto& [name, file] : files.files) EXPECT_FALSE(file.held) << name;
    files.forget_cache();
    memory.return_stock();
    EXPECT_EQ(machine.free_frames(), frames - 1);
    EXPECT_TRUE(machine.spaces.empty());
    EXPECT_EQ(memory.promised(), 0u);
    EXPECT_EQ(memory.regions().available(), regions.size() - 1);
  }

  u64 map(SpaceIndex space, u64 pages, u8 rights = rw, Sharing sharing = Sharing::own, u64 address = 0) {
    const auto result =
        memory.map(space, {.address = address, .length = pages * page_size, .rights = rights, .sharing = sharing});
    EXPECT_TRUE(result);
    return result.value_or(0);
  }
  u64 map_file(SpaceIndex space, u64 name, u64 pages, u8 rights, Sharing sharing, u64 first = 0) {
    const auto object = files.map_descriptor(1, static_cast<int>(name), rights, sharing == Sharing::shared);
    const ObjectIndex index = memory.objects().file(object->name, object->serial);
    const auto result = memory.map(
        space, {.length = pages * page_size, .rights = rights, .sharing = sharing, .object = index, .first = first});
    memory.objects().settle(index);
    EXPECT_TRUE(result);
    return result.value_or(0);
  }

  /// What the processor does: one access, with a fault first where the entry does not allow it.
  std::byte* access(SpaceIndex space, u64 address, Access kind) {
    for (int tries = 0; tries < 3; ++tries) {
      auto& table = machine.spaces.at(space);
      const auto found = table.find(UserPage::of(address));
      const bool present = found != table.end();
      if (present) {
        const u64 rights = found->second.rights;
        const bool allowed = kind == Access::write     ? rights & writable
                             : kind == Access::execute ? rights & executable
                                                       : rights != 0;
        if (allowed) return &machine.bytes(found->second.frame)[address % page_size];
      }
      last = memory.fault(space, address, kind, present);
      if (!last) return nullptr;
    }
    ADD_FAILURE() << "the same fault again and again";
    return nullptr;
  }
  Result<void> last;
  bool write(SpaceIndex space, u64 address, int value) {
    std::byte* there = access(space, address, Access::write);
    if (there != nullptr) *there = static_cast<std::byte>(value);
    return there != nullptr;
  }
  int read(SpaceIndex space, u64 address) {
    const std::byte* there = access(space, address, Access::read);
    return there == nullptr ? -1 : static_cast<int>(*there);
  }
};

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

// Any operations of a family of processes, against what each should see.
TEST_F(MemoryTest, IsTheModelAfterAnyOperations) {
  struct ModelPage {
    std::shared_ptr<int> cell;
    Sharing sharing;
    u8 rights;
  };
  using Model = std::map<u64, ModelPage>;
  constexpr u64 base = 0x10'0000'0000, room = 60;
  for (unsigned seed = 0; seed < 30; ++seed) {
    SCOPED_TRACE(seed);
    std::mt19937 random(seed);
    const auto below = [&](u64 limit) { return random() % limit; };
    std::map<u32, Model> models;
    std::set<SpaceIndex> used{1};
    start(1, 1);
    models[1];
    for (int step = 0; step < 1500; ++step) {
      auto chosen = models.begin();
      std::advance(chosen, below(models.size()));
      const u32 pid = chosen->first;
      Model& model = chosen->second;
      const SpaceIndex space = *memory.space_of(pid);
      const u64 first = below(room), pages = 1 + below(std::min<u64>(room - first, 20));
      const u64 address = base + first * page_size;
      switch (below(8)) {
        case 0: {
          const Sharing sharing = below(4) == 0 ? Sharing::shared : Sharing::own;
          const u8 rights = below(5) == 0 ? readable : rw;
          ASSERT_TRUE(memory.map(space, {.address = address,
                                         .length = pages * page_size,
                                         .rights = rights,
                                         .sharing = sharing,
                                         .fixed = true,
                                         .replace = true}));
          for (u64 page = first; page < first + pages; ++page)
            model[page] = {std::make_shared<int>(0), sharing, rights};
          break;
        }
        case 1:
          ASSERT_TRUE(memory.unmap(space, address, pages * page_size));
          model.erase(model.lower_bound(first), model.lower_bound(first + pages));
          break;
        case 2: {
          bool all = true;
          for (u64 page = first; page < first + pages; ++page) all &= model.contains(page);
          const u8 rights = static_cast<u8>(below(4));
          ASSERT_EQ(memory.protect(space, address, pages * page_size, rights).has_value(), all);
          if (!all) break;
          for (u64 page = first; page < first + pages; ++page) model[page].rights = rights;
          break;
        }
        case 3: {
          if (models.size() >= 6) break;
          u32 child = 2;
          while (models.contains(child)) ++child;
          SpaceIndex index = 2;
          while (used.contains(index)) ++index;
          ASSERT_TRUE(memory.fork(pid, child, index));
          used.insert(index);
          Model copy;
          for (const auto& [page, what] : model)
            copy[page] = what.sharing == Sharing::shared
                             ? what
                             : ModelPage{std::make_shared<int>(*what.cell), what.sharing, what.rights};
          models[child] = copy;
          break;
        }
        case 4: {
          if (models.size() == 1) break;
          ASSERT_TRUE(memory.release(pid));
          used.erase(space);
          models.erase(pid);
          continue;
        }
        default: {
          for (u64 page = first; page < first + pages; ++page) {
            const auto found = model.find(page);
            const int value = static_cast<int>(below(256));
            if (below(2) == 0) {
              const bool may = found != model.end() && (found->second.rights & writable);
              ASSERT_EQ(write(space, base + page * page_size, value), may);
              if (may) *found->second.cell = value;
            } else {
              const bool may = found != model.end() && found->second.rights != 0;
              ASSERT_EQ(read(space, base + page * page_size), may ? *found->second.cell : -1) << page;
            }
          }
        }
      }
    }
    for (const auto& [pid, model] : models)
      for (const auto& [page, what] : model)
        if (what.rights != 0) ASSERT_EQ(read(*memory.space_of(pid), base + page * page_size), *what.cell);
    ASSERT_NO_FATAL_FAILURE(end());
  }
}

}  // namespace
}  // namespace memory
