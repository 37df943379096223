// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

using abi::trace::Kind, abi::trace::Record;

class TracesTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(init.pipe(ends), 0);
    process = world.core.find_process(1);
    ASSERT_NE(process, nullptr);
    ASSERT_TRUE(traces().begin(*process, ends[1]));
  }
  Traces& traces() { return world.processes.traces; }
  void put(u16 number, Process* whose = nullptr) {
    const Record record{.number = number};
    traces().put(whose != nullptr ? *whose : *process, std::as_bytes(std::span(&record, 1)));
  }
  std::vector<Record> read() {
    const std::string bytes = init.read(ends[0], pipe_bytes);
    std::vector<Record> records(bytes.size() / sizeof(Record));
    std::memcpy(records.data(), bytes.data(), bytes.size());
    return records;
  }

  World world;
  Program init{world, 1};
  Process* process = nullptr;
  i32 ends[2] = {};
};

TEST_F(TracesTest, RecordsComeOutInOrder) {
  for (u16 number = 0; number < 100; ++number) put(number);
  const auto records = read();
  ASSERT_EQ(records.size(), 100u);
  for (u16 number = 0; number < 100; ++number) EXPECT_EQ(records[number].number, number);
}

TEST_F(TracesTest, OnlyIntoThePipesEndThatIsWritten) {
  EXPECT_EQ(traces().begin(*process, ends[0]).error(), Error::invalid);
  EXPECT_EQ(traces().begin(*process, 99).error(), Error::bad_descriptor);
  put(1);
  EXPECT_EQ(read().size(), 1u) << "the trace goes on as before";
}

TEST_F(TracesTest, WhatFindsNoRoomIsCounted) {
  constexpr u32 room = pipe_bytes / sizeof(Record);
  EXPECT_TRUE(traces().has_room(*process));
  for (u32 i = 0; i < room + 7; ++i) put(3);
  EXPECT_FALSE(traces().has_room(*process));
  EXPECT_EQ(read().size(), room);
  EXPECT_TRUE(traces().has_room(*process));
  put(4);
  const auto after = read();
  ASSERT_EQ(after.size(), 2u);
  EXPECT_EQ(after[0].kind, Kind::lost);
  EXPECT_EQ(after[0].result, 7);
  EXPECT_EQ(after[1].number, 4);
  put(5);
  EXPECT_EQ(read().size(), 1u) << "told once";
}

TEST_F(TracesTest, TheEndComesWithTheLastWhoIsTraced) {
  Program reader = init.fork(2);
  init.fork(3);
  EXPECT_EQ(reader.close(ends[1]), 0);
  ASSERT_TRUE(traces().begin(*world.core.find_process(2), -1));
  EXPECT_EQ(init.close(ends[1]), 0);
  world.processes.exit(1);
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 100), parked) << "a child is traced as well";
  put(8, world.core.find_process(3));
  EXPECT_EQ(reader.resume(), 100 < sizeof(Record) ? 100 : static_cast<i64>(sizeof(Record)));
  EXPECT_EQ(reader.read_raw(ends[0], Program::scratch, 100), parked);
  world.processes.exit(3);
  EXPECT_EQ(reader.resume(), 0);
}

TEST_F(TracesTest, NobodyReadsAnyMore) {
  init.fork(2);
  EXPECT_EQ(init.close(ends[0]), 0);
  world.processes.exit(2);
  EXPECT_TRUE(traces().has_room(*process)) << "who is traced goes on";
  put(1);
}

}  // namespace
}  // namespace file
