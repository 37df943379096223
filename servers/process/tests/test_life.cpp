// SPDX-License-Identifier: BSD-2-Clause
// Processes and threads made, ended and waited for.
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

using Life = System;

TEST_F(Life, TheFirstProcessRuns) {
  EXPECT_EQ(call(1, nr_getpid), 1);
  EXPECT_EQ(call(1, nr_gettid), 1);
  EXPECT_EQ(call(1, nr_getppid), 0);
  ASSERT_EQ(world.built_segments.size(), 1u);
  EXPECT_EQ(registers(1).rip, text + 2);
}

TEST_F(Life, ForkExitWait) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_getpid), child);
  EXPECT_EQ(call(child, nr_getppid), 1);
  EXPECT_EQ(call(child, nr_exit_group, {7}), no_thread);
  EXPECT_FALSE(exists(child));
  EXPECT_FALSE(world.file_processes.contains(child));
  EXPECT_FALSE(world.inhabitants.contains(child));
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), 7u << 8);
  EXPECT_EQ(wait_for(1), -10);
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Life, AParentMayWaitFirst) {
  const Pid child = fork(1);
  EXPECT_EQ(wait_for(1), parked);
  call(child, nr_exit_group, {3});
  EXPECT_EQ(state(1), World::State::running);
  EXPECT_EQ(result(1), child);
  EXPECT_EQ(status(1), 3u << 8);
}

TEST_F(Life, AnExitSignalIsForWhoMadeTheChild) {
  const Pid parent = fork(1);
  const i64 child = call(parent, nr_clone, {sig_kill, 0, 0, 0, 0});
  ASSERT_GT(child, 0);
  const Pid maker = fork(1);
  const i64 orphan = call(maker, nr_clone, {sig_kill, 0, 0, 0, 0});
  call(maker, nr_exit_group, {0});
  call(static_cast<Pid>(orphan), nr_exit_group, {0});
  EXPECT_EQ(state(1), World::State::running) << "the heir never agreed to that signal";
  call(static_cast<Pid>(child), nr_exit_group, {0});
  EXPECT_FALSE(exists(parent));
}

TEST_F(Life, AnExitSignalIsNotForTheNextProgram) {
  world.programs["/bin/x"] = executable();
  const auto execute = [&](Pid pid) {
    std::memcpy(world.at(pid, scratch), "/bin/x", 7);
    EXPECT_EQ(call(pid, nr_execve, {scratch, 0, 0}), no_thread);
  };
  const Pid parent = fork(1);
  const Pid first = static_cast<Pid>(call(parent, nr_clone, {sig_kill, 0, 0, 0, 0}));
  execute(first);
  call(first, nr_exit_group, {0});
  EXPECT_TRUE(exists(parent));
  const Pid second = static_cast<Pid>(call(parent, nr_clone, {sig_kill, 0, 0, 0, 0}));
  execute(parent);
  call(second, nr_exit_group, {0});
  EXPECT_TRUE(exists(parent));
}

TEST_F(Life, WaitWithoutHanging) {
  const Pid child = fork(1);
  EXPECT_EQ(wait_for(1, -1, 1), 0);
  EXPECT_EQ(wait_for(1, static_cast<i64>(child) + 5), -10);
  EXPECT_EQ(wait_for(1, -1, 0x100), -22);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1, child, 1), child);
}

TEST_F(Life, WaitSelectsByGroup) {
  const Pid a = fork(1), b = fork(1);
  EXPECT_EQ(call(1, nr_setpgid, {b, b}), 0);
  call(a, nr_exit_group, {1});
  EXPECT_EQ(wait_for(1, -static_cast<i64>(b), 1), 0);
  call(b, nr_exit_group, {2});
  EXPECT_EQ(wait_for(1, -static_cast<i64>(b), 1), b);
  EXPECT_EQ(wait_for(1, 0, 1), a);
}

TEST_F(Life, AStatusThatCannotBeToldIsKept) {
  const Pid child = fork(1);
  call(child, nr_exit_group, {4});
  EXPECT_EQ(call(1, nr_wait4, {u64(-1), 0x10, 0, 0}), -14);
  world.absent_pages.insert(scratch / page_size);
  EXPECT_EQ(wait_for(1), child) << "delivered again when the page was there";
  EXPECT_EQ(status(1), 4u << 8);
}

TEST_F(Life, OrphansGoToInit) {
  const Pid child = fork(1);
  const Pid grandchild = fork(child);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(call(grandchild, nr_getppid), 1);
  EXPECT_EQ(wait_for(1), parked);
  call(grandchild, nr_exit_group, {9});
  EXPECT_EQ(result(1), grandchild);
}

TEST_F(Life, OrphanedZombiesGoToInit) {
  const Pid child = fork(1);
  const Pid grandchild = fork(child);
  call(grandchild, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1, -1, 1), 0);
  call(child, nr_exit_group, {0});
  EXPECT_GT(wait_for(1), 0);
  EXPECT_GT(wait_for(1), 0);
  EXPECT_EQ(wait_for(1), -10);
}

TEST_F(Life, FileShowsZombiesUntilTheyAreWaitedFor) {
  const Pid child = fork(1);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(world.zombies, std::set<Pid>{child});
  EXPECT_EQ(wait_for(1), child);
  EXPECT_TRUE(world.zombies.empty());
  EXPECT_EQ(server->process_count(), 1u);
  EXPECT_EQ(wait_for(1), -10);

  const Pid second = fork(1);
  EXPECT_EQ(wait_for(1), parked);
  call(second, nr_exit_group, {0});
  EXPECT_EQ(result(1), second) << "it is waited for already: nothing lingers";
  EXPECT_TRUE(world.zombies.empty());

  const Pid parent = fork(1), orphan = fork(parent);
  call(orphan, nr_exit_group, {0});
  EXPECT_EQ(world.zombies, std::set<Pid>{orphan});
  handle_signal(1, sig_child, 1);
  call(parent, nr_exit_group, {0});
  EXPECT_TRUE(world.zombies.empty()) << "init does not want them";
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Life, AnOrphanedZombieIsToldToWhoWaitsAlready) {
  const Pid child = fork(1);
  const Pid grandchild = fork(child);
  call(grandchild, nr_exit_group, {3});
  EXPECT_EQ(wait_for(1), parked);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(result(1), grandchild) << "its record went while it was being told of";
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Life, ChildrenThatNobodyWantsAreReapedAtOnce) {
  handle_signal(1, sig_child, 1);
  const Pid child = fork(1);
  EXPECT_EQ(wait_for(1), parked);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(result(1), child) << "who waits already is told";
  const Pid other = fork(1);
  call(other, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1), -10);
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Life, AForkThatFailsLeavesNothing) {
  world.no_memory = true;
  EXPECT_EQ(call(1, nr_fork), -12);
  world.no_memory = false;
  world.file_refuses_fork = true;
  EXPECT_EQ(call(1, nr_fork), -12);
  world.file_refuses_fork = false;
  EXPECT_EQ(server->process_count(), 1u);
  EXPECT_EQ(world.inhabitants.size(), 1u);
  EXPECT_EQ(world.spaces.size(), 1u);
  fork(1);
}

TEST_F(Life, AForkWhoseParentIsKilledLeavesNothing) {
  const Pid parent = fork(1);
  world.meanwhile = [&] { EXPECT_EQ(call(1, nr_kill, {parent, sig_kill}), 0); };
  EXPECT_EQ(call(parent, nr_fork), no_thread);
  EXPECT_EQ(wait_for(1), parent);
  EXPECT_EQ(status(1), u32{sig_kill});
  EXPECT_EQ(server->process_count(), 1u);
  EXPECT_EQ(world.file_processes.size(), 1u);
  EXPECT_EQ(world.spaces.size(), 1u);
}

TEST_F(Life, VforkSuspendsUntilTheChildEnds) {
  const i64 answer = call(1, nr_vfork);
  EXPECT_EQ(answer, stopped);
  const Pid child = server->process_of(2)->pid;
  EXPECT_EQ(world.inhabitants.at(child), world.inhabitants.at(1));
  world.put<u32>(child, scratch + 64, 5);
  EXPECT_EQ(world.get<u32>(1, scratch + 64), 5u);
  call(child, nr_exit_group, {0});
  EXPECT_EQ(state(1), World::State::running);
  EXPECT_EQ(result(1), child);
  EXPECT_EQ(wait_for(1), child);
}

TEST_F(Life, ThreadsComeAndGo) {
  const u64 tid_word = scratch + 0x80;
  const u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000 | 0x80000 | 0x100000 | 0x200000;
  const i64 thread = call(1, nr_clone, {flags, stack_top - 0x4000, tid_word, tid_word, 0x12345000});
  ASSERT_GT(thread, 1);
  const Pid tid = static_cast<Pid>(thread);
  EXPECT_EQ(world.get<u32>(1, tid_word), tid);
  EXPECT_EQ(registers(tid).rsp, stack_top - 0x4000);
  EXPECT_EQ(registers(tid).fs_base, 0x12345000u);
  EXPECT_EQ(call(tid, nr_getpid), 1);
  EXPECT_EQ(call(tid, nr_gettid), tid);
  // pthread_join: the leader waits for the word to become 0.
  EXPECT_EQ(call(1, nr_futex, {tid_word, 128, tid, 0}), parked);
  EXPECT_EQ(call(tid, nr_exit, {0}), no_thread);
  EXPECT_EQ(world.get<u32>(1, tid_word), 0u);
  EXPECT_EQ(state(1), World::State::running);
  EXPECT_EQ(result(1), 0);
  EXPECT_EQ(server->thread_of(tid), nullptr);
}

TEST_F(Life, AGroupExitEndsAllThreadsWhereverTheyAre) {
  const Pid child = fork(1);
  const u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;
  const Pid a = static_cast<Pid>(call(child, nr_clone, {flags, stack_top - 0x4000}));
  const Pid b = static_cast<Pid>(call(child, nr_clone, {flags, stack_top - 0x8000}));
  EXPECT_EQ(call(a, nr_read), parked);
  EXPECT_EQ(call(child, nr_pause), parked);
  EXPECT_EQ(call(b, nr_exit_group, {5}), no_thread);
  EXPECT_FALSE(exists(child));
  EXPECT_FALSE(exists(a));
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), 5u << 8);
}

TEST_F(Life, ForkBombsEndWithEagain) {
  std::vector<Pid> children;
  for (;;) {
    const i64 pid = call(1, nr_fork);
    if (pid < 0) {
      EXPECT_EQ(pid, -11);
      break;
    }
    children.push_back(static_cast<Pid>(pid));
    ASSERT_LT(children.size(), 3000u);
  }
  EXPECT_GT(children.size(), 800u);
  for (const Pid child : children) call(child, nr_exit_group, {0});
  for (std::size_t count = 0; count < children.size(); ++count) ASSERT_GT(wait_for(1), 0);
  EXPECT_EQ(server->process_count(), 1u);
  fork(1);
}

TEST_F(Life, IdentifiersInUseDifferInTheirPlace) {
  std::map<Pid, Pid> live;
  for (int round = 0; round < 5000; ++round) {
    const Pid child = fork(1);
    ASSERT_TRUE(live.emplace(child % 2048, child).second);
    if (live.size() > 5) {
      const Pid old = live.begin()->second;
      live.erase(live.begin());
      call(old, nr_exit_group, {0});
      ASSERT_EQ(wait_for(1, old), old);
    }
  }
}

TEST_F(Life, InitIsMadeAnew) {
  EXPECT_EQ(call(1, nr_exit_group, {1}), no_thread);
  ASSERT_TRUE(exists(1));
  EXPECT_EQ(call(1, nr_getpid), 1);
  EXPECT_EQ(server->process_count(), 1u);
}

TEST_F(Life, RebootSyncsFirst) {
  EXPECT_EQ(call(1, nr_reboot, {0xfee1dead, 672274793, 0x4321fedc}), -5);
  EXPECT_EQ(world.powered, 1);
  EXPECT_EQ(world.log_of_files.back(), "sync");
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_setuid, {5}), 0);
  EXPECT_EQ(call(child, nr_reboot, {0xfee1dead, 672274793, 0x4321fedc}), -1);
}

TEST_F(Life, ThreadPointersAreSet) {
  EXPECT_EQ(call(1, nr_arch_prctl, {0x1002, 0x77000}), 0);
  EXPECT_EQ(registers(1).fs_base, 0x77000u);
  EXPECT_EQ(call(1, nr_arch_prctl, {0x1003, scratch}), 0);
  EXPECT_EQ(world.get<u64>(1, scratch), 0x77000u);
  EXPECT_EQ(call(1, nr_arch_prctl, {0x1002, ~u64{0}}), -1);
}

}  // namespace
}  // namespace process::test
