// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class PipesTest : public testing::Test {
 protected:
  /// Process 2 has both ends as well.
  void SetUp() override {
    ASSERT_EQ(init.pipe(ends), 0);
    init.fork(2);
  }
  World world;
  Program init{world, 1};
  i32 ends[2] = {};
};

TEST_F(PipesTest, BytesComeOutAsTheyWentIn) {
  EXPECT_EQ(ends[0], 3);
  EXPECT_EQ(ends[1], 4);
  EXPECT_EQ(init.write(ends[1], "abc"), 3);
  EXPECT_EQ(init.write(ends[1], "def"), 3);
  EXPECT_EQ(init.read(ends[0], 4), "abcd");
  EXPECT_EQ(init.read(ends[0], 100), "ef");
  EXPECT_EQ(init.write(ends[0], "x"), error(Error::bad_descriptor));
  EXPECT_EQ(init.read_raw(ends[1], Program::scratch, 1), error(Error::bad_descriptor));
  EXPECT_EQ(init.fstat(ends[0]).mode & mode::type_mask, mode::fifo);
  EXPECT_EQ(init.read_raw(ends[0], Program::scratch, 0), 0);
}

TEST_F(PipesTest, AReaderWaitsForAWriter) {
  Program reader = init.fork(3);
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), parked);
  EXPECT_FALSE(reader.woken());
  EXPECT_EQ(init.write(ends[1], "now"), 3);
  EXPECT_EQ(reader.resume(), 3);
  EXPECT_EQ(reader.taken(3), "now");
}

TEST_F(PipesTest, TheEndComesWithTheLastWriter) {
  Program reader = init.fork(3);
  EXPECT_EQ(reader.close(ends[1]), 0);
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), parked);
  EXPECT_EQ(init.close(ends[1]), 0);
  EXPECT_FALSE(reader.woken()) << "the other process still has it";
  world.processes.exit(2);
  EXPECT_EQ(reader.resume(), 0);
  EXPECT_EQ(reader.read(ends[0], 10), "");
}

TEST_F(PipesTest, NobodyReadsAnyMore) {
  EXPECT_EQ(init.write(ends[1], "x"), 1);
  world.processes.exit(2);
  EXPECT_EQ(init.close(ends[0]), 0);
  EXPECT_EQ(init.write(ends[1], "x"), error(Error::broken_pipe));
  EXPECT_EQ(init.signal(), signal_pipe);
}

TEST_F(PipesTest, AWriterWaitsForRoomAndWritesAll) {
  const std::string big(100000, 'b');
  Program writer = init.fork(3);
  EXPECT_EQ(writer.write(ends[1], big), parked);
  std::string got = init.read(ends[0], 50000);
  EXPECT_EQ(got.size(), 50000u);
  EXPECT_EQ(writer.resume(), 100000);
  for (;;) {
    const std::string part = init.read(ends[0], 50000);
    got += part;
    if (got.size() == big.size()) break;
  }
  EXPECT_EQ(got, big);
}

TEST_F(PipesTest, SmallWritesAreWholeOrNot) {
  EXPECT_EQ(init.write(ends[1], std::string(65536 - 100, 'x')), 65536 - 100);
  Program writer = init.fork(3);
  EXPECT_EQ(writer.write(ends[1], std::string(200, 'y')), parked) << "100 bytes of room are not enough";
  EXPECT_EQ(init.read(ends[0], 50).size(), 50u);
  EXPECT_FALSE(writer.woken()) << "a page of room is what writers are woken for";
  EXPECT_EQ(init.read(ends[0], 8000).size(), 8000u);
  EXPECT_EQ(writer.resume(), 200);
}

TEST_F(PipesTest, NonBlockingEnds) {
  EXPECT_EQ(init.fcntl(ends[0], control::set_status_flags, flags::non_block), 0);
  EXPECT_EQ(init.fcntl(ends[1], control::set_status_flags, flags::non_block), 0);
  EXPECT_EQ(init.read_raw(ends[0], Program::scratch, 1), error(Error::again));
  EXPECT_EQ(init.write(ends[1], std::string(70000, 'x')), 65536);
  EXPECT_EQ(init.write(ends[1], "x"), error(Error::again));
  EXPECT_EQ(init.read(ends[0], 100).size(), 100u);
  EXPECT_EQ(init.write(ends[1], std::string(4096, 'x')), error(Error::again)) << "up to a page: whole or not at all";
  EXPECT_EQ(init.write(ends[1], std::string(5000, 'x')), 100) << "more may be cut";
  i32 more[2];
  EXPECT_EQ(init.pipe(more, flags::non_block | flags::close_on_exec), 0);
  EXPECT_EQ(init.read_raw(more[0], Program::scratch, 1), error(Error::again));
  EXPECT_EQ(init.fcntl(more[0], control::get_descriptor_flags), 1);
  EXPECT_EQ(init.pipe(more, 1), error(Error::invalid));
}

TEST_F(PipesTest, SignalsInterrupt) {
  Program reader = init.fork(3);
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), parked);
  const Result<Interrupted> first = world.core.waits.interrupt(reader.thread());
  ASSERT_TRUE(first);
  EXPECT_EQ(first->caller, reader.endpoint());
  EXPECT_EQ(first->progress, 0u);
  EXPECT_EQ(init.write(ends[1], "late"), 4);
  EXPECT_FALSE(reader.woken()) << "it waits no more";
  // A writer that has written a part is answered with that.
  Program writer = init.fork(4);
  EXPECT_EQ(writer.write(ends[1], std::string(100000, 'x')), parked);
  const Result<Interrupted> second = world.core.waits.interrupt(writer.thread());
  ASSERT_TRUE(second);
  EXPECT_EQ(second->progress, 65536u - 4);
}

TEST_F(PipesTest, ASignalBeforeTheCallKeepsItFromParking) {
  Program reader = init.fork(3);
  EXPECT_FALSE(world.core.waits.interrupt(reader.thread()));
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), error(Error::retry));
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), parked) << "once only";
}

TEST_F(PipesTest, TheEndOfAProcessDropsItsCalls) {
  Program reader = init.fork(3);
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 10), parked);
  world.processes.exit(3);
  EXPECT_EQ(init.write(ends[1], "x"), 1);
  EXPECT_FALSE(reader.woken());
}

TEST_F(PipesTest, AnAbsentPageLosesNothing) {
  EXPECT_EQ(init.write(ends[1], std::string(6000, 'p')), 6000);
  const u64 address = Program::scratch + 100;
  world.kernel.absent.insert({init.thread(), address / abi::page_size});
  world.kernel.absent.insert({init.thread(), address / abi::page_size + 1});
  EXPECT_EQ(init.read_raw(ends[0], address, 6000), 6000);
  EXPECT_EQ(init.faults(), 2u);
  EXPECT_EQ(std::string(reinterpret_cast<char*>(init.at(address)), 6000), std::string(6000, 'p'));
  // A small write whose second page is absent is still one.
  std::memset(init.at(Program::scratch), 'q', 8192);
  world.kernel.absent.insert({init.thread(), Program::scratch / abi::page_size + 1});
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.write(c, ends[1], Program::scratch + 4000, 200); }), 200);
  EXPECT_EQ(init.read(ends[0], 1000), std::string(200, 'q'));
}

TEST_F(PipesTest, RandomTrafficAgreesWithAModel) {
  std::mt19937 random(99);
  init.fcntl(ends[0], control::set_status_flags, flags::non_block);
  init.fcntl(ends[1], control::set_status_flags, flags::non_block);
  std::string model;
  char next = 0;
  const u32 frames = world.frames.taken();
  for (int step = 0; step < 5000; ++step) {
    const u64 count = random() % (random() % 3 == 0 ? 40000 : 3000) + 1;
    if (random() % 2 == 0) {
      std::string text(count, 0);
      for (char& c : text) c = next++;
      const i64 wrote = init.write(ends[1], text);
      const u64 room = 65536 - model.size();
      const u64 expected = room == 0 || (count <= 4096 && room < count) ? 0 : std::min(count, room);
      ASSERT_EQ(wrote, expected == 0 ? error(Error::again) : static_cast<i64>(expected));
      model += text.substr(0, expected);
      next = static_cast<char>(next - static_cast<char>(count - expected));
    } else {
      const i64 got = init.read_raw(ends[0], Program::scratch, count);
      if (model.empty()) {
        ASSERT_EQ(got, error(Error::again));
      } else {
        ASSERT_EQ(got, static_cast<i64>(std::min<u64>(count, model.size())));
        ASSERT_EQ(init.taken(got), model.substr(0, static_cast<u64>(got)));
        model.erase(0, static_cast<u64>(got));
      }
    }
    ASSERT_LE(world.frames.taken(), frames + 16);
  }
  init.close(ends[0]);
  init.close(ends[1]);
  world.processes.exit(2);
  EXPECT_LE(world.frames.taken(), frames);
}

TEST_F(PipesTest, FifosMeet) {
  const u64 path = init.put("/fifo");
  ASSERT_EQ(init.call([&](Caller& c) { return world.calls.make_node(c, -100, path, mode::fifo | 0600, 0); }), 0);
  EXPECT_EQ(init.stat("/fifo").mode, mode::fifo | 0600);
  EXPECT_EQ(init.open("/fifo", flags::write_only | flags::non_block), error(Error::no_such_device));
  Program reader = init.fork(3), writer = init.fork(4);
  EXPECT_EQ(reader.open("/fifo"), parked);
  EXPECT_GE(writer.open("/fifo", flags::write_only), 0);
  EXPECT_EQ(reader.resume(), 5);
  EXPECT_EQ(writer.write(5, "through"), 7);
  EXPECT_EQ(reader.read(5, 100), "through");
  EXPECT_EQ(writer.close(5), 0);
  EXPECT_EQ(reader.read(5, 100), "");
  EXPECT_EQ(reader.close(5), 0);
  // A writer that came and went while the reader slept counts.
  EXPECT_EQ(reader.open("/fifo"), parked);
  EXPECT_EQ(writer.open("/fifo", flags::write_only), 5);
  EXPECT_EQ(writer.close(5), 0);
  EXPECT_EQ(reader.resume(), 5);
  EXPECT_EQ(reader.read(5, 1), "");
  EXPECT_EQ(reader.close(5), 0);
  EXPECT_EQ(writer.open("/fifo", flags::write_only), parked);
  EXPECT_EQ(reader.open("/fifo", flags::non_block), 5) << "a non-blocking reader opens at once";
  EXPECT_EQ(writer.resume(), 5);
  EXPECT_EQ(init.open("/fifo", flags::read_write), 5) << "both ends never wait";
  // Interrupted while waiting: the end that was open already is closed.
  world.processes.exit(3);
  world.processes.exit(4);
  EXPECT_EQ(init.close(5), 0);
  Program third = init.fork(5);
  EXPECT_EQ(third.open("/fifo"), parked);
  const Result<Interrupted> interrupted = world.core.waits.interrupt(third.thread());
  ASSERT_TRUE(interrupted);
  EXPECT_NE(interrupted->held, 0u);
  world.core.descriptions.drop(static_cast<DescriptionId>(interrupted->held - 1));
  EXPECT_EQ(init.open("/fifo", flags::write_only | flags::non_block), error(Error::no_such_device));
}

struct Polled {
  i64 result;
  std::vector<u32> ready;
};

class PollTest : public PipesTest {
 protected:
  Polled poll(Program& program, std::vector<linux_abi::Poll> entries, i32 timeout) {
    const u64 address =
        program.put_bytes({reinterpret_cast<char*>(entries.data()), entries.size() * sizeof(linux_abi::Poll)});
    at = address;
    count = entries.size();
    const i64 result = program.call(
        [=, this](Caller& c) { return world.calls.poll(c, address, static_cast<u32>(entries.size()), timeout); });
    return {result, ready_of(program)};
  }
  std::vector<u32> ready_of(Program& program) {
    std::vector<u32> ready;
    for (u64 i = 0; i < count; ++i)
      ready.push_back(program.get<linux_abi::Poll>(at + i * sizeof(linux_abi::Poll)).ready);
    return ready;
  }
  u64 at = 0, count = 0;
  static constexpr u16 in = 1, out = 4;
};

TEST_F(PollTest, SaysWhatIsReady) {
  const auto none = poll(init, {{ends[0], in, 0}, {ends[1], out, 0}, {-1, in, 9}, {88, in, 0}}, 0);
  EXPECT_EQ(none.result, 2);
  EXPECT_EQ(none.ready, (std::vector<u32>{0, 4, 0, linux_abi::poll_invalid}));
  init.write(ends[1], "x");
  EXPECT_EQ(poll(init, {{ends[0], in, 0}}, 0).ready, (std::vector<u32>{1}));
  EXPECT_EQ(poll(init, {{ends[0], out, 0}}, 0).result, 0);
  init.write(ends[1], std::string(65535, 'x'));
  EXPECT_EQ(poll(init, {{ends[1], out, 0}}, 0).result, 0);
  world.processes.exit(2);
  init.close(ends[1]);
  EXPECT_EQ(poll(init, {{ends[0], 0, 0}}, 0).ready, (std::vector<u32>{linux_abi::poll_hang_up}));
  EXPECT_EQ(poll(init, {{ends[0], in, 0}}, 0).ready, (std::vector<u32>{in | linux_abi::poll_hang_up}));
}

TEST_F(PollTest, WaitsAndIsWoken) {
  Program poller = init.fork(3);
  EXPECT_EQ(poll(poller, {{ends[0], in, 0}}, -1).result, parked);
  init.write(ends[1], "x");
  EXPECT_EQ(poller.resume(), 1);
  EXPECT_EQ(ready_of(poller), (std::vector<u32>{in}));
}

TEST_F(PollTest, ManyAtOnce) {
  Program poller = init.fork(3);
  std::vector<linux_abi::Poll> entries;
  std::vector<i32> writers;
  for (int i = 0; i < 10; ++i) {
    i32 more[2];
    ASSERT_EQ(poller.pipe(more), 0);
    entries.push_back({more[0], in, 0});
    writers.push_back(more[1]);
  }
  EXPECT_EQ(poll(poller, entries, -1).result, parked);
  Program sender = poller.fork(4);
  sender.write(writers[7], "x");
  EXPECT_EQ(poller.resume(), 1);
  EXPECT_EQ(ready_of(poller)[7], in);
}

TEST_F(PollTest, TimeEnds) {
  Program poller = init.fork(3);
  const u64 before = world.machine.now;
  EXPECT_EQ(poll(poller, {{ends[0], in, 0}}, 50).result, parked);
  EXPECT_GE(world.core.waits.next_deadline(), before + 50'000'000);
  world.core.waits.expire(before + 1000);
  EXPECT_FALSE(poller.woken());
  world.machine.now = before + 60'000'000;
  world.core.waits.expire(world.machine.now);
  EXPECT_EQ(poller.resume(), 0);
  EXPECT_EQ(world.core.waits.next_deadline(), 0u);
  // Woken for nothing: the deadline stays that of the first call.
  EXPECT_EQ(poll(poller, {{ends[0], in, 0}}, 50).result, parked);
  const u64 deadline = world.core.waits.next_deadline();
  world.machine.now += 20'000'000;
  init.write(ends[1], "x");
  init.read(ends[0], 1);
  EXPECT_EQ(poller.resume(), parked);
  EXPECT_EQ(world.core.waits.next_deadline(), deadline);
  EXPECT_EQ(poll(poller, {}, 10).result, parked) << "a sleep";
}

TEST_F(PollTest, Select) {
  const auto select = [&](Program& program, i32 limit, u64 reads, u64 writes, u64 timeout) {
    return program.call([=, this](Caller& c) { return world.calls.select(c, limit, reads, writes, 0, timeout); });
  };
  const u64 zero_time = init.put_value(linux_abi::TimeValue{0, 0});
  u64 reads = init.put_value(u64{1} << ends[0]), writes = init.put_value(u64{1} << ends[1]);
  EXPECT_EQ(select(init, 5, reads, writes, zero_time), 1);
  EXPECT_EQ(init.get<u64>(reads), 0u);
  EXPECT_EQ(init.get<u64>(writes), u64{1} << ends[1]);
  reads = init.put_value(u64{1} << ends[0]);
  EXPECT_EQ(select(init, 5, reads, 0, zero_time), 0);
  EXPECT_EQ(init.get<u64>(reads), 0u);
  reads = init.put_value(u64{1} << 40);
  EXPECT_EQ(select(init, 64, reads, 0, zero_time), error(Error::bad_descriptor));
  EXPECT_EQ(select(init, -1, 0, 0, zero_time), error(Error::invalid));
  const u64 bad_time = init.put_value(linux_abi::TimeValue{-1, 0});
  EXPECT_EQ(select(init, 0, 0, 0, bad_time), error(Error::invalid));
  Program waiter = init.fork(3);
  const u64 waited = waiter.put_value(u64{1} << ends[0]);
  const u64 time = waiter.put_value(linux_abi::TimeValue{10, 0});
  EXPECT_EQ(select(waiter, 5, waited, 0, time), parked);
  world.machine.now += 500'000'000;
  init.write(ends[1], "x");
  EXPECT_EQ(waiter.resume(), 1);
  EXPECT_EQ(waiter.get<u64>(waited), u64{1} << ends[0]);
  EXPECT_EQ(waiter.get<linux_abi::TimeValue>(time).seconds, 9) << "what is left of the time";
}

}  // namespace
}  // namespace file
