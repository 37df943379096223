// SPDX-License-Identifier: BSD-2-Clause
// What happens while a handler waits for a server below: threads end, children are reaped, others ask the same.
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

class Meanwhile : public System {
 protected:
  static constexpr u64 tid_word = scratch + 0x80;

  /// A thread of the process, with a word that is to become 0 when it ends.
  Pid thread_of(Pid pid, u64 word = tid_word) {
    constexpr u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x200000;
    const i64 tid = call(pid, nr_clone, {flags, stack_top - 0x4000, 0, word});
    EXPECT_GT(tid, 0);
    return static_cast<Pid>(tid);
  }
  void exec(Pid tid, const char* path) {
    const Pid pid = static_cast<Pid>(world.threads.at(kernel_thread(tid)).tag);
    std::memcpy(world.at(pid, scratch + 0x100), path, std::strlen(path) + 1);
    EXPECT_EQ(call(tid, nr_execve, {scratch + 0x100, 0, 0}), no_thread);
  }
};

TEST_F(Meanwhile, TheLastTwoThreadsMayEndAtOnce) {
  const Pid child = fork(1), other = thread_of(child);
  EXPECT_EQ(call(child, nr_set_tid_address, {tid_word + 8}), child);
  world.meanwhile = [&] { EXPECT_EQ(call(child, nr_exit, {0}), no_thread); };
  EXPECT_EQ(call(other, nr_exit, {0}), no_thread);
  EXPECT_EQ(wait_for(1), child) << "each thought that the other would be the last";
}

TEST_F(Meanwhile, AThreadThatEndsDoesNotWriteIntoTheNextProgram) {
  world.programs["/bin/x"] = executable();
  const Pid child = fork(1), other = thread_of(child);
  // A robust list of nothing makes one downcall more.
  constexpr u64 list = scratch + 0x200;
  world.put<u64>(child, list, list);
  EXPECT_EQ(call(other, 273, {list, 24}), 0);
  world.meanwhile = [&] {
    exec(child, "/bin/x");
    world.put<u32>(child, tid_word, 4711);
  };
  EXPECT_EQ(call(other, nr_exit, {0}), no_thread);
  EXPECT_EQ(world.get<u32>(child, tid_word), 4711u);
  EXPECT_EQ(call(child, nr_getpid), child);
}

TEST_F(Meanwhile, AThreadThatEndsDoesNotMarkMutexesOfTheNextProgram) {
  world.programs["/bin/x"] = executable();
  constexpr u64 list = scratch + 0x200, entry = list + 0x40, word = entry + 0x10;
  for (unsigned downcall = 0; downcall < 3; ++downcall) {
    SCOPED_TRACE(downcall);
    const Pid child = fork(1), other = thread_of(child);
    const u64 head[] = {entry, 0x10, 0};
    world.put(child, list, head);
    world.put<u64>(child, entry, list);
    world.put<u32>(child, word, other);
    EXPECT_EQ(call(other, 273, {list, 24}), 0);
    unsigned left = downcall;
    const std::function<void()> reach = [&] {
      if (left-- != 0) {
        world.meanwhile = reach;
        return;
      }
      exec(child, "/bin/x");
      world.put(child, list, head);
      world.put<u64>(child, entry, list);
      world.put<u32>(child, word, other);
    };
    world.meanwhile = reach;
    EXPECT_EQ(call(other, nr_exit, {0}), no_thread);
    EXPECT_EQ(world.get<u32>(child, word), other);
    EXPECT_EQ(call(child, nr_exit_group, {0}), no_thread);
    EXPECT_EQ(wait_for(1), child);
  }
}

TEST_F(Meanwhile, AParentLearnsOfAnEndWhenAllOfItIsDone) {
  const Pid leader = fork(1);
  EXPECT_EQ(call(leader, nr_setsid), leader);
  handle_signal(1, sig_child, 0x400100);
  unsigned looks = 0;
  const std::function<void()> look = [&] {
    if (++looks < 2) world.meanwhile = look;
    EXPECT_EQ(wait_for(1, leader, 1), 0) << "its files are still open, or its terminal is its own";
  };
  world.meanwhile = look;
  EXPECT_EQ(call(leader, nr_exit_group, {0}), no_thread);
  world.meanwhile = nullptr;
  EXPECT_EQ(looks, 2u);
  EXPECT_EQ(world.ended_sessions, std::vector<Pid>{leader});
  EXPECT_EQ(registers(1).rip, 0x400100u) << "SIGCHLD";
  signal_return(1);
  EXPECT_EQ(wait_for(1, leader, 1), leader);
}

TEST_F(Meanwhile, AZombieMayBeReapedAsFileIsToldOfIt) {
  const Pid child = fork(1), other = thread_of(1);
  unsigned downcalls = 0;
  const std::function<void()> at_last = [&] {
    if (world.zombies.empty()) {
      world.meanwhile = at_last;
      return;
    }
    ++downcalls;
    EXPECT_EQ(wait_for(other, -1, 1), child);
  };
  world.meanwhile = at_last;
  EXPECT_EQ(call(child, nr_exit_group, {0}), no_thread);
  EXPECT_EQ(downcalls, 1u);
  EXPECT_TRUE(world.zombies.empty());
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Meanwhile, AnOrphanMayBeReapedAsItIsKilled) {
  const Pid parent = fork(1), child = fork(parent);
  EXPECT_EQ(call(child, nr_prctl, {1, sig_kill}), 0);
  EXPECT_EQ(wait_for(1), parked);
  call(parent, nr_exit_group, {0});
  EXPECT_EQ(result(1), child);
  EXPECT_EQ(wait_for(1), parent);
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Meanwhile, ASignalToTheGroupReachesTheChildThatIsBeingMade) {
  const Pid leader = fork(1);
  EXPECT_EQ(call(leader, nr_setpgid, {0, 0}), 0);
  handle_signal(leader, sig_interrupt, 0x400100);
  const u64 group = static_cast<u64>(-static_cast<i64>(leader));
  world.meanwhile = [&] { EXPECT_EQ(call(1, nr_kill, {group, sig_interrupt}), 0); };
  call(leader, nr_fork);
  EXPECT_EQ(registers(leader).rip, 0x400100u);
  signal_return(leader);
  const Pid child = static_cast<Pid>(result(leader));
  ASSERT_TRUE(exists(child));
  EXPECT_EQ(registers(child).rip, 0x400100u);
}

TEST_F(Meanwhile, AChildThatIsNotMadeAfterAllKeepsNoSignals) {
  constexpr unsigned realtime = 40;
  const Pid leader = fork(1);
  EXPECT_EQ(call(leader, nr_setpgid, {0, 0}), 0);
  handle_signal(leader, realtime, 0x400100);
  world.file_refuses_fork = true;
  const u64 group = static_cast<u64>(-static_cast<i64>(leader));
  for (std::size_t count = 0; count < SignalPool::capacity; ++count) {
    world.meanwhile = [&] { EXPECT_EQ(call(1, nr_kill, {group, realtime}), 0); };
    call(leader, nr_fork);
    ASSERT_EQ(registers(leader).rip, 0x400100u);
    signal_return(leader);
    ASSERT_EQ(result(leader), -12);
  }
  EXPECT_EQ(set_mask(leader, 0, bit(realtime)), 0);
  for (int count = 0; count < 2; ++count) EXPECT_EQ(call(1, nr_kill, {leader, realtime}), 0) << "there is no room";
}

TEST_F(Meanwhile, AFailedExecLeavesNoSpace) {
  world.programs["/bin/x"] = executable();
  world.no_memory_for_more_stack = true;
  // More arguments than one piece of stack holds.
  constexpr u64 array = scratch + 0x200, string = scratch + 0x1000, count = 30, length = 3000;
  for (u64 index = 0; index < count; ++index) world.put<u64>(1, array + index * 8, string);
  world.put<u64>(1, array + count * 8, 0);
  for (u64 at = 0; at < length; ++at) world.put<char>(1, string + at, 'x');
  world.put<char>(1, string + length, 0);
  std::memcpy(world.at(1, scratch + 0x100), "/bin/x", 7);
  EXPECT_EQ(call(1, nr_execve, {scratch + 0x100, array, 0}), -12);
  EXPECT_EQ(world.spaces.size(), 1u);
  fork(1);
}

TEST_F(Meanwhile, TerminalSignalsAreTakenOnce) {
  const Pid a = fork(1), b = fork(1);
  for (const Pid each : {a, b}) EXPECT_EQ(call(each, nr_setpgid, {0, 0}), 0);
  world.terminal_signals = {{a, sig_interrupt}};
  world.meanwhile = [&] {
    world.terminal_signals.push_back({b, sig_interrupt});
    server->take_terminal_signals();
    EXPECT_TRUE(exists(b)) << "left to whoever takes them already";
  };
  server->take_terminal_signals();
  EXPECT_FALSE(exists(a));
  EXPECT_FALSE(exists(b));
}

TEST_F(Meanwhile, AOneShotHandlerRunsOnce) {
  const Pid child = fork(1), other = thread_of(child);
  handle_signal(child, sig_terminate, 0x400100, action_reset_hand);
  // The second thread takes its signal while the first one's frame is being written.
  world.meanwhile = [&] { EXPECT_EQ(call(1, nr_tgkill, {child, other, sig_terminate}), 0); };
  EXPECT_EQ(call(1, nr_tgkill, {child, child, sig_terminate}), 0);
  events();
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_terminate});
}

TEST_F(Meanwhile, TheNextInitHasTheChildrenOfTheFirst) {
  const Pid child = fork(1);
  EXPECT_EQ(call(1, nr_exit_group, {1}), no_thread);
  EXPECT_EQ(call(child, nr_getppid), 1);
  call(child, nr_exit_group, {3});
  registers(1).rsp = stack_top;
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(server->process_count(), 1u);
}

}  // namespace
}  // namespace process::test
