// SPDX-License-Identifier: BSD-2-Clause
// execve(2).
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

class Exec : public System {
 protected:
  void put_string(Pid pid, u64 address, const char* string) {
    std::memcpy(world.at(pid, address), string, std::strlen(string) + 1);
  }
  i64 exec(Pid tid, const char* path, std::vector<const char*> arguments, std::vector<const char*> environment = {}) {
    const Pid pid = static_cast<Pid>(world.threads.at(kernel_thread(tid)).tag);
    u64 string = scratch + 0x2000, array = scratch + 0x400;
    const auto put_all = [&](const std::vector<const char*>& list) {
      const u64 begin = array;
      for (const char* one : list) {
        put_string(pid, string, one);
        world.put<u64>(pid, array, string);
        string += std::strlen(one) + 1;
        array += 8;
      }
      world.put<u64>(pid, array, 0);
      array += 8;
      return begin;
    };
    const u64 argv = put_all(arguments), envp = put_all(environment);
    put_string(pid, scratch + 0x100, path);
    return call(tid, nr_execve, {scratch + 0x100, argv, envp});
  }
  std::string stack_string(u64 address) {
    return reinterpret_cast<const char*>(world.built_stack.data() + (address - world.built_stack_at));
  }
  u64 stack_word(u64 index) {
    u64 word;
    std::memcpy(&word, world.built_stack.data() + index * 8, 8);
    return word;
  }
  std::vector<std::string> stack_arguments() {
    std::vector<std::string> result;
    for (u64 index = 0; index < stack_word(0); ++index) result.push_back(stack_string(stack_word(1 + index)));
    return result;
  }
};

TEST_F(Exec, TheFirstProcessHasTheCommandLine) {
  EXPECT_EQ(stack_arguments(), (std::vector<std::string>{"/sbin/init", "quiet", "exec"}));
}

TEST_F(Exec, RunsAProgram) {
  world.programs["/bin/x"] = executable(text + 0x100);
  const Pid child = fork(1);
  handle_signal(child, sig_interrupt, 0x400100);
  handle_signal(child, sig_quit, 1);
  EXPECT_EQ(exec(child, "/bin/x", {"x", "-l", ""}, {"A=1", "B=2"}), no_thread) << "a new thread in the kernel";
  ASSERT_EQ(state(child), World::State::running);
  EXPECT_EQ(registers(child).rip, text + 0x100);
  EXPECT_EQ(registers(child).rsp, world.built_stack_at);
  EXPECT_EQ(registers(child).rsp % 16, 0u);
  EXPECT_EQ(stack_arguments(), (std::vector<std::string>{"x", "-l", ""}));
  EXPECT_EQ(world.shown[child].first, "x");
  EXPECT_EQ(world.shown[child].second, std::string("x\0-l\0\0", 6)) << "no word of the environment";
  EXPECT_EQ(stack_word(4), 0u);
  EXPECT_EQ(stack_string(stack_word(5)), "A=1");
  EXPECT_EQ(stack_string(stack_word(6)), "B=2");
  EXPECT_EQ(stack_word(7), 0u);
  std::map<u64, u64> auxiliary;
  for (u64 index = 8; stack_word(index) != 0; index += 2) auxiliary[stack_word(index)] = stack_word(index + 1);
  EXPECT_EQ(auxiliary[6], 4096u);
  EXPECT_EQ(auxiliary[9], text + 0x100);
  EXPECT_EQ(auxiliary[3], 0x400000u + sizeof(elf::Header));
  EXPECT_EQ(stack_string(auxiliary[31]), "/bin/x");
  EXPECT_EQ(stack_string(auxiliary[15]), "x86_64");
  EXPECT_EQ(world.spaces.size(), 2u);
  EXPECT_FALSE(server->process_of(child)->disposition(sig_interrupt).handled());
  EXPECT_EQ(server->process_of(child)->disposition(sig_quit).handler, 1u);
  EXPECT_EQ(call(child, nr_getpid), child);
  EXPECT_STREQ(server->thread_of(child)->name.data(), "x");
}

TEST_F(Exec, FailsWithTheOldProgramUntouched) {
  world.programs["/bin/bad"] = text_file(
      "\x7f"
      "ELF but not really, and long enough to look at it with care .......");
  world.programs["/bin/empty"] = {};
  EXPECT_EQ(exec(1, "/bin/none", {"x"}), -2);
  EXPECT_EQ(exec(1, "/bin/bad", {"x"}), -8);
  EXPECT_EQ(exec(1, "/bin/empty", {"x"}), -8);
  EXPECT_EQ(exec(1, "", {"x"}), -2);
  EXPECT_EQ(call(1, nr_execve, {0x10, 0, 0}), -14);
  world.programs["/bin/x"] = executable();
  world.no_memory = true;
  EXPECT_EQ(exec(1, "/bin/x", {"x"}), -12);
  world.no_memory = false;
  EXPECT_EQ(call(1, nr_getpid), 1);
  EXPECT_EQ(world.spaces.size(), 1u);
}

TEST_F(Exec, ArgumentsOnAbsentPagesAreReadWhenTheyAreThere) {
  world.programs["/bin/x"] = executable();
  world.absent_pages.insert((scratch + 0x2000) / page_size);
  world.absent_pages.insert((scratch + 0x400) / page_size);
  EXPECT_EQ(exec(1, "/bin/x", {"x", "y"}), no_thread);
  EXPECT_EQ(stack_arguments(), (std::vector<std::string>{"x", "y"}));
}

TEST_F(Exec, ScriptsRunTheirInterpreter) {
  world.programs["/bin/sh"] = executable();
  world.programs["/script"] = text_file("#!/bin/sh -e\necho");
  world.programs["/nested"] = text_file("#!/script one two\n");
  EXPECT_EQ(exec(1, "/script", {"s", "a"}), no_thread);
  EXPECT_EQ(stack_arguments(), (std::vector<std::string>{"/bin/sh", "-e", "/script", "a"}));
  EXPECT_EQ(exec(1, "/nested", {"n", "a"}), no_thread);
  EXPECT_EQ(stack_arguments(), (std::vector<std::string>{"/bin/sh", "-e", "/script", "one two", "/nested", "a"}));
  world.programs["/loop"] = text_file("#!/loop\n");
  EXPECT_EQ(exec(1, "/loop", {"l"}), -40);
  world.programs["/lost"] = text_file("#!/nowhere\n");
  EXPECT_EQ(exec(1, "/lost", {"l"}), -2);
}

TEST_F(Exec, LongArgumentListsArrive) {
  world.programs["/bin/x"] = executable();
  // More than a row of work space and more than one piece of stack.
  std::string big(3000, 'x');
  std::vector<const char*> arguments{"x"};
  for (int index = 0; index < 40; ++index) arguments.push_back(big.c_str());
  EXPECT_EQ(exec(1, "/bin/x", arguments), no_thread);
  EXPECT_EQ(stack_word(0), 41u);
  EXPECT_EQ(stack_arguments().back(), big);
}

TEST_F(Exec, EndsTheOtherThreads) {
  world.programs["/bin/x"] = executable();
  const Pid child = fork(1);
  const i64 thread = call(child, nr_clone, {0x100 | 0x200 | 0x400 | 0x800 | 0x10000, stack_top - 0x4000});
  ASSERT_GT(thread, 0);
  EXPECT_EQ(exec(static_cast<Pid>(thread), "/bin/x", {"x"}), no_thread);
  EXPECT_FALSE(exists(static_cast<Pid>(thread)));
  ASSERT_TRUE(exists(child)) << "the thread is the leader now";
  EXPECT_EQ(call(child, nr_gettid), child);
  EXPECT_EQ(call(child, nr_exit_group, {0}), no_thread);
  EXPECT_EQ(wait_for(1), child);
}

TEST_F(Exec, LetsAVforkParentGoOn) {
  world.programs["/bin/x"] = executable();
  call(1, nr_vfork);
  const Pid child = server->process_of(2)->pid;
  EXPECT_EQ(exec(child, "/bin/x", {"x"}), no_thread);
  EXPECT_EQ(state(1), World::State::running);
  EXPECT_EQ(result(1), child);
  EXPECT_NE(world.inhabitants.at(child), world.inhabitants.at(1));
  call(child, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(world.spaces.size(), 1u);
}

TEST_F(Exec, SetIdBitsChangeWhoItIs) {
  world.programs["/bin/su"] = executable();
  world.modes["/bin/su"] = 04755;
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_setuid, {1000}), 0);
  EXPECT_EQ(exec(child, "/bin/su", {"su"}), no_thread);
  EXPECT_EQ(call(child, 107), 77) << "the owner of the file";
  EXPECT_EQ(call(child, 102), 1000);
}

TEST_F(Exec, KilledInTheMiddleLeavesNothing) {
  world.programs["/bin/x"] = executable();
  const u64 tid_word = scratch + 0x80;
  unsigned killed = 0;
  for (bool reached = true; reached; ++killed) {
    SCOPED_TRACE(killed);
    const Pid child = fork(1);
    EXPECT_EQ(call(child, nr_set_tid_address, {tid_word}), child) << "a word to clear makes one downcall more";
    reached = false;
    unsigned downcalls = 0;
    const std::function<void()> count = [&] {
      if (downcalls++ < killed) {
        world.meanwhile = count;
        return;
      }
      reached = true;
      EXPECT_EQ(call(1, nr_kill, {child, sig_kill}), 0);
    };
    world.meanwhile = count;
    EXPECT_EQ(exec(child, "/bin/x", {"x"}), no_thread);
    world.meanwhile = nullptr;
    if (!reached) {
      EXPECT_EQ(call(1, nr_kill, {child, sig_kill}), 0);
    }
    EXPECT_FALSE(exists(child));
    EXPECT_EQ(wait_for(1), child);
    EXPECT_EQ(status(1), u32{sig_kill});
    EXPECT_EQ(world.spaces.size(), 1u);
    EXPECT_EQ(world.inhabitants.size(), 1u);
    EXPECT_EQ(server->process_count(), 1u);
  }
  EXPECT_GE(killed, 6u) << "downcalls of an exec";
}

}  // namespace
}  // namespace process::test
