// SPDX-License-Identifier: BSD-2-Clause
// Processes and their descriptors.
#include <gtest/gtest.h>

#include "servers/file/tests/world.hpp"

namespace file {
namespace {

class Processes : public testing::Test {
 protected:
  World world;
  Program init{world, 1};
};

TEST_F(Processes, TheFirstProcessHasTheConsole) {
  EXPECT_EQ(init.write(1, "hello\nworld\n"), 12);
  EXPECT_EQ(world.machine.lines, (std::vector<std::string>{"hello", "world"}));
  EXPECT_EQ(init.fstat(0).mode & mode::type_mask, mode::character_device);
  EXPECT_EQ(init.fcntl(3, control::get_descriptor_flags), error(Error::bad_descriptor));
  EXPECT_TRUE(world.processes.first(1)) << "told twice";
}

TEST_F(Processes, ForkSharesDescriptions) {
  init.make("/f", "abcdef");
  const i64 f = init.open("/f");
  Program child = init.fork(2);
  EXPECT_TRUE(world.processes.fork(1, 2, false, false)) << "told twice";
  EXPECT_EQ(child.read(f, 2), "ab");
  EXPECT_EQ(init.read(f, 2), "cd") << "one offset";
  EXPECT_EQ(child.close(f), 0);
  EXPECT_EQ(init.read(f, 2), "ef");
  EXPECT_EQ(child.chdir("/dev"), 0);
  EXPECT_EQ(init.getcwd(), "/");
  Program sharer = init.fork(3, true, true);
  EXPECT_EQ(sharer.close(f), 0);
  EXPECT_EQ(init.read_raw(f, Program::scratch, 1), error(Error::bad_descriptor)) << "one table";
  EXPECT_EQ(sharer.chdir("/dev"), 0);
  EXPECT_EQ(init.getcwd(), "/dev");
  EXPECT_FALSE(world.processes.fork(77, 78, false, false));
}

TEST_F(Processes, ExecClosesWhatIsMarked) {
  init.make("/f", "x");
  const i64 kept = init.open("/f"), marked = init.open("/f", flags::close_on_exec);
  EXPECT_EQ(init.fcntl(marked, control::get_descriptor_flags), 1);
  EXPECT_EQ(init.fcntl(kept, control::set_descriptor_flags, 1), 0);
  EXPECT_EQ(init.fcntl(kept, control::set_descriptor_flags, 0), 0);
  Program sharer = init.fork(2, true);
  EXPECT_TRUE(world.processes.exec(2));
  EXPECT_EQ(sharer.fstat(kept).size, 1);
  EXPECT_EQ(sharer.read_raw(marked, Program::scratch, 1), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(marked, 1), "x") << "the other has a table of its own now";
}

TEST_F(Processes, ExitLeavesNothing) {
  const u32 descriptions = world.core.descriptions.used();
  const u32 frames = world.frames.taken();
  Program child = init.fork(2);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(child.open("/", flags::directory), i + 3);
  i32 ends[2];
  EXPECT_EQ(child.pipe(ends), 0);
  child.write(ends[1], "data");
  world.processes.exit(2);
  EXPECT_EQ(world.core.descriptions.used(), descriptions);
  EXPECT_LE(world.frames.taken(), frames + 8);
  EXPECT_EQ(child.open("/"), error(Error::no_process));
}

TEST_F(Processes, DescriptorsAreDuplicated) {
  init.make("/f", "abc");
  const i64 f = init.open("/f");
  EXPECT_EQ(init.dup2(f, 10), 10);
  EXPECT_EQ(init.dup2(f, f), f);
  EXPECT_EQ(init.dup2(99, 10), error(Error::bad_descriptor));
  EXPECT_EQ(init.dup2(f, -1), error(Error::bad_descriptor));
  EXPECT_EQ(init.dup2(f, 5000), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(f, 1), "a");
  EXPECT_EQ(init.read(10, 1), "b");
  EXPECT_EQ(init.fcntl(f, control::duplicate, 7), 7);
  EXPECT_EQ(init.fcntl(f, control::duplicate, 7), 8);
  EXPECT_EQ(init.fcntl(f, control::duplicate_close_on_exec, 7), 9);
  EXPECT_EQ(init.fcntl(9, control::get_descriptor_flags), 1);
  EXPECT_EQ(init.fcntl(f, control::duplicate, 2000), error(Error::invalid));
  EXPECT_EQ(init.fcntl(f, 9999), error(Error::invalid));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.duplicate_to(c, 3, 3, 0, false); }), error(Error::invalid));
  EXPECT_EQ(init.call([&](Caller& c) { return world.calls.close_range(c, 7, 9, 0); }), 0);
  EXPECT_EQ(init.fcntl(8, control::get_status_flags), error(Error::bad_descriptor));
  EXPECT_EQ(init.read(10, 1), "c");
  EXPECT_EQ(init.fcntl(10, control::get_status_flags), flags::large_file);
}

TEST_F(Processes, TheDescriptorLimit) {
  EXPECT_TRUE(world.processes.set_limits(1, 8, ~u64{0}));
  for (i64 i = 3; i < 8; ++i) EXPECT_EQ(init.open("/"), i);
  EXPECT_EQ(init.open("/"), error(Error::too_many_files));
  i32 ends[2];
  EXPECT_EQ(init.pipe(ends), error(Error::too_many_files));
  EXPECT_EQ(init.close(5), 0);
  EXPECT_EQ(init.pipe(ends), error(Error::too_many_files)) << "one is not enough";
  EXPECT_EQ(init.open("/"), 5);
}

}  // namespace
}  // namespace file
