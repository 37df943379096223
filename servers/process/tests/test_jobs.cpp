// SPDX-License-Identifier: BSD-2-Clause
// Job control: processes that stand still, groups, sessions, and who may use the terminal.
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

class Jobs : public System {};

TEST_F(Jobs, AStoppedChildIsToldOnce) {
  const Pid child = fork(1);
  EXPECT_EQ(call(1, nr_kill, {child, sig_stop}), 0);
  events();
  EXPECT_EQ(state(child), World::State::stopped);
  EXPECT_EQ(wait_for(1, child, 1), 0) << "not asked for";
  EXPECT_EQ(wait_for(1, child, 3), child);
  EXPECT_EQ(status(1), 0x137fu);
  EXPECT_EQ(wait_for(1, child, 3), 0);
  EXPECT_EQ(call(1, nr_kill, {child, sig_terminate}), 0);
  EXPECT_FALSE(exists(child)) << "a signal that ends does not wait for the continuation";
}

TEST_F(Jobs, AContinuedChildIsTold) {
  const Pid child = fork(1), other = fork(1);
  EXPECT_EQ(wait_for(1, child, 2 | 8), parked);
  EXPECT_EQ(call(other, nr_kill, {child, sig_stop}), 0);
  events();
  EXPECT_EQ(result(1), child);
  EXPECT_EQ(status(1), 0x137fu);
  EXPECT_EQ(wait_for(1, child, 2 | 8), parked);
  EXPECT_EQ(call(other, nr_kill, {child, sig_continue}), 0);
  events();
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(1), child);
  EXPECT_EQ(status(1), 0xffffu);
}

TEST_F(Jobs, StopSignalsOfTheTerminalLeaveOrphansAlone) {
  const Pid leader = fork(1);
  EXPECT_EQ(call(leader, nr_setsid), leader);
  call(1, nr_kill, {leader, sig_terminal_stop});
  events();
  EXPECT_EQ(state(leader), World::State::running) << "nobody of its session could continue it";
  const Pid job = fork(leader);
  EXPECT_EQ(call(job, nr_setpgid, {0, 0}), 0);
  call(leader, nr_kill, {job, sig_terminal_stop});
  events();
  EXPECT_EQ(state(job), World::State::stopped);
  call(leader, nr_exit_group, {0});
  EXPECT_FALSE(exists(job)) << "hung up, as its group is orphaned now";
  EXPECT_EQ(world.ended_sessions, std::vector<Pid>{leader});
}

TEST_F(Jobs, BackgroundReadersStop) {
  const Pid shell = fork(1);
  call(shell, nr_setsid);
  const Pid job = fork(shell);
  call(job, nr_setpgid, {0, 0});
  EXPECT_EQ(call(job, nr_read), parked);
  world.reply(world.endpoint(kernel_thread(job)), {abi::Tag::of(abi::reply_again), {0, 0x200 + sig_terminal_input}});
  events();
  EXPECT_EQ(state(job), World::State::stopped);
  EXPECT_EQ(wait_for(shell, job, 3), job);
  EXPECT_EQ(status(shell), u32{sig_terminal_input} << 8 | 0x7f);
  call(shell, nr_kill, {job, sig_continue});
  events();
  EXPECT_EQ(call_again(job), parked);
  // Ignored: the read fails instead.
  world.reply(world.endpoint(kernel_thread(job)), {abi::Tag::of(abi::reply_value), {0}});
  handle_signal(job, sig_terminal_input, 1);
  EXPECT_EQ(call(job, nr_read), parked);
  world.reply(world.endpoint(kernel_thread(job)), {abi::Tag::of(abi::reply_again), {0, 0x200 + sig_terminal_input}});
  events();
  EXPECT_EQ(state(job), World::State::running);
  EXPECT_EQ(result(job), -5);
}

TEST_F(Jobs, WhoDoesNotFeelItMayWriteFromTheBackground) {
  const Pid shell = fork(1);
  call(shell, nr_setsid);
  const Pid job = fork(shell);
  call(job, nr_setpgid, {0, 0});
  set_mask(job, 0, bit(sig_terminal_output));
  call(job, nr_read);
  registers(job).call = registers(job).rax = call_ioctl;
  world.reply(world.endpoint(kernel_thread(job)), {abi::Tag::of(abi::reply_again), {0, 0x200 + sig_terminal_output}});
  events();
  EXPECT_EQ(state(job), World::State::running);
  EXPECT_EQ(registers(job).rax, u64{call_exempt_ioctl});
  EXPECT_EQ(registers(job).rip, text);
}

TEST_F(Jobs, GroupsGetSignalsTogether) {
  const Pid leader = fork(1);
  call(leader, nr_setpgid, {0, 0});
  const Pid a = fork(leader), b = fork(leader);
  EXPECT_EQ(call(1, nr_kill, {static_cast<u64>(-static_cast<i64>(leader)), sig_terminate}), 0);
  EXPECT_FALSE(exists(leader));
  EXPECT_FALSE(exists(a));
  EXPECT_FALSE(exists(b));
  EXPECT_EQ(call(1, nr_kill, {static_cast<u64>(-static_cast<i64>(leader)), 0}), 0) << "the leader is still a zombie";
}

TEST_F(Jobs, GroupsAndSessionsHaveRules) {
  const Pid shell = fork(1);
  EXPECT_EQ(call(shell, nr_setsid), shell);
  EXPECT_EQ(call(shell, nr_setsid), -1);
  EXPECT_EQ(call(shell, nr_setpgid, {0, 0}), -1) << "it leads a session";
  const Pid job = fork(shell);
  EXPECT_EQ(call(shell, nr_setpgid, {job, job}), 0);
  EXPECT_EQ(call(shell, nr_getpgid, {job}), job);
  EXPECT_EQ(call(1, nr_setpgid, {job, job}), -3) << "not its child";
  EXPECT_EQ(call(shell, nr_setpgid, {job, 4711}), -1) << "no such group";
  EXPECT_EQ(call(shell, nr_setpgid, {job, shell}), 0);
  EXPECT_EQ(world.log_of_files.back(),
            "session " + std::to_string(job) + " " + std::to_string(shell) + " " + std::to_string(shell));
}

TEST_F(Jobs, AnIdentifierOfALivingGroupIsNotGivenAgain) {
  const Pid leader = fork(1);
  call(leader, nr_setpgid, {0, 0});
  const Pid member = fork(leader);
  call(leader, nr_exit_group, {0});
  EXPECT_EQ(wait_for(1), leader);
  for (int round = 0; round < 40000; ++round) {
    const Pid child = fork(1);
    ASSERT_NE(child, leader);
    call(child, nr_exit_group, {0});
    ASSERT_EQ(wait_for(1, child), child);
  }
  EXPECT_EQ(call(1, nr_kill, {static_cast<u64>(-static_cast<i64>(leader)), sig_kill}), 0);
  EXPECT_FALSE(exists(member));
}

}  // namespace
}  // namespace process::test
