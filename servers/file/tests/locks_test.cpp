// SPDX-License-Identifier: BSD-2-Clause
// Locks of records and files.
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Locks : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Locks, RecordLocks) {
  init.make("/f", std::string(100, 'x'));
  const i64 f = init.open("/f", flags::read_write);
  Program other = init.fork(2);
  const auto lock = [&](Program& program, u32 command, u16 type, i64 start, i64 length) {
    const u64 address = program.put_value(linux_abi::Lock{type, 0, 0, start, length, 0, 0});
    const i64 result = program.fcntl(f, command, address);
    return std::pair{result, program.get<linux_abi::Lock>(address)};
  };
  constexpr u16 read = linux_abi::lock_read, write = linux_abi::lock_write, none = linux_abi::lock_none;
  EXPECT_EQ(lock(init, control::set_lock, write, 10, 10).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, read, 15, 1).first, error(Error::again));
  EXPECT_EQ(lock(other, control::set_lock, write, 20, 5).first, 0);
  const auto [result, found] = lock(other, control::get_lock, read, 0, 0);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(found.type, write);
  EXPECT_EQ(found.start, 10);
  EXPECT_EQ(found.length, 10);
  EXPECT_EQ(found.process, 1);
  EXPECT_EQ(lock(init, control::set_lock, none, 12, 2).first, 0) << "a hole in the middle";
  EXPECT_EQ(lock(other, control::set_lock, write, 12, 2).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, write, 14, 1).first, error(Error::again));
  EXPECT_EQ(lock(other, control::set_lock_wait, write, 10, 2).first, parked);
  EXPECT_EQ(lock(init, control::set_lock, none, 0, 0).first, 0);
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(lock(init, control::set_lock, read, 10, 1).first, error(Error::again));
  const i64 second = other.open("/f");
  EXPECT_EQ(other.close(second), 0);
  EXPECT_EQ(lock(init, control::set_lock, read, 10, 1).first, 0) << "closing any descriptor ends them all";
  EXPECT_EQ(lock(other, control::set_lock, read, 10, 1).first, 0);
  EXPECT_EQ(lock(other, control::set_lock, write, 10, 1).first, error(Error::again));
  world.processes.exit(2);
  EXPECT_EQ(lock(init, control::set_lock, write, 0, 0).first, 0);
  EXPECT_EQ(lock(init, control::set_lock, 7, 0, 0).first, error(Error::invalid));
}

TEST_F(Locks, FileLocks) {
  init.make("/f", "x");
  const i64 f = init.open("/f");
  Program other = init.fork(2);
  const i64 g = other.open("/f");
  const auto flock = [&](Program& program, i64 descriptor, u32 operation) {
    return program.call(
        [=, this](Caller& c) { return world.calls.lock_file(c, static_cast<i32>(descriptor), operation); });
  };
  EXPECT_EQ(flock(init, f, 2), 0);
  EXPECT_EQ(flock(other, f, 2 | 4), 0) << "the same description";
  EXPECT_EQ(flock(other, g, 2 | 4), error(Error::again));
  EXPECT_EQ(flock(other, g, 1), parked);
  EXPECT_EQ(flock(init, f, 8), 0);
  EXPECT_EQ(other.resume(), 0);
  EXPECT_EQ(flock(init, f, 2 | 4), error(Error::again));
  EXPECT_EQ(other.close(g), 0);
  EXPECT_EQ(flock(init, f, 2 | 4), 0);
  EXPECT_EQ(flock(init, f, 3), error(Error::invalid));
}

}  // namespace
}  // namespace file
