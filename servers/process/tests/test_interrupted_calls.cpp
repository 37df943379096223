// SPDX-License-Identifier: BSD-2-Clause
// Calls that wait, and what signals do to them.
#include "servers/process/tests/system.hpp"
#include "servers/process/time/records.hpp"

namespace process::test {
namespace {

constexpr u64 handler = 0x400500;

class InterruptedCalls : public System {};

TEST_F(InterruptedCalls, ACallThatWaitsIsBrokenOffOrMadeAnew) {
  const Pid child = fork(1);
  registers(child).rsp = stack_top;
  handle_signal(child, 10, handler);
  EXPECT_EQ(call(child, nr_read, {5}), parked);
  call(1, nr_kill, {child, 10});
  events();
  EXPECT_EQ(registers(child).rip, handler);
  EXPECT_EQ(static_cast<i64>(frame_of(child).context.machine.rax), -4);
  EXPECT_EQ(frame_of(child).context.machine.rip, text + 2);
  signal_return(child);

  handle_signal(child, 10, handler, action_restart);
  EXPECT_EQ(call(child, nr_read, {5}), parked);
  call(1, nr_kill, {child, 10});
  events();
  EXPECT_EQ(registers(child).rip, handler);
  EXPECT_EQ(frame_of(child).context.machine.rip, text);
  EXPECT_EQ(frame_of(child).context.machine.rax, u64{nr_read});
  signal_return(child);
  EXPECT_EQ(call_again(child), parked);
}

TEST_F(InterruptedCalls, WaitingForChildrenToo) {
  const Pid parent = fork(1);
  registers(parent).rsp = stack_top;
  const Pid child = fork(parent);
  handle_signal(parent, sig_child, handler, action_restart);
  handle_signal(parent, 10, handler);
  EXPECT_EQ(wait_for(parent), parked);
  call(1, nr_kill, {parent, 10});
  events();
  EXPECT_EQ(static_cast<i64>(frame_of(parent).context.machine.rax), -4);
  signal_return(parent);
  EXPECT_EQ(wait_for(parent), parked);
  call(child, nr_exit_group, {6});
  events();
  EXPECT_EQ(registers(parent).rip, handler) << "SIGCHLD";
  EXPECT_EQ(frame_of(parent).context.machine.rax, child) << "but the wait was over first";
  const auto info = SignalInfo::decode(frame_of(parent).info.data());
  EXPECT_EQ(info.pid, child);
}

TEST_F(InterruptedCalls, SleepTellsWhatIsLeft) {
  const Pid child = fork(1);
  registers(child).rsp = stack_top;
  handle_signal(child, 10, handler, action_restart);
  world.put(child, scratch, TimeSpec{10, 0});
  EXPECT_EQ(call(child, nr_nanosleep, {scratch, scratch + 0x40}), parked);
  pass(4 * nanoseconds_per_second);
  call(1, nr_kill, {child, 10});
  events();
  EXPECT_EQ(static_cast<i64>(frame_of(child).context.machine.rax), -4);
  EXPECT_EQ(world.get<TimeSpec>(child, scratch + 0x40).seconds, 6);
}

TEST_F(InterruptedCalls, SleepGoesOnAfterAStop) {
  const Pid child = fork(1);
  world.put(child, scratch, TimeSpec{10, 0});
  EXPECT_EQ(call(child, nr_nanosleep, {scratch, 0}), parked);
  pass(4 * nanoseconds_per_second);
  call(1, nr_kill, {child, sig_stop});
  events();
  EXPECT_EQ(state(child), World::State::stopped);
  call(1, nr_kill, {child, sig_continue});
  events();
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(call_again(child), parked);
  pass(5 * nanoseconds_per_second);
  EXPECT_EQ(state(child), World::State::parked);
  pass(1 * nanoseconds_per_second);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(child), 0);
}

TEST_F(InterruptedCalls, SuspendTakesItsMaskBack) {
  handle_signal(1, 10, handler);
  set_mask(1, 0, bit(10) | bit(12));
  world.put(1, scratch, bit(12));
  EXPECT_EQ(call(1, nr_rt_sigsuspend, {scratch, 8}), parked);
  const Pid child = server->process_of(2) != nullptr ? 2 : 0;
  EXPECT_EQ(child, 0u);
  pass(1);
  server->take_terminal_signals();
  world.terminal_signals.push_back({1, 10});
  server->take_terminal_signals();
  events();
  EXPECT_EQ(registers(1).rip, handler);
  EXPECT_EQ(static_cast<i64>(frame_of(1).context.machine.rax), -4);
  EXPECT_EQ(frame_of(1).context.mask, bit(10) | bit(12));
  signal_return(1);
  EXPECT_EQ(mask_of(1), bit(10) | bit(12));
}

TEST_F(InterruptedCalls, MaskedPollGoesThroughHere) {
  const Pid child = fork(1);
  registers(child).rsp = stack_top;
  handle_signal(child, 10, handler, action_restart);
  set_mask(child, 2, bit(10));
  world.put<u64>(child, scratch, 0);
  call(child, nr_ppoll, {0, 0, 0, scratch, 8});
  // File answers: install the mask.
  world.reply(world.endpoint(kernel_thread(child)), {abi::Tag::of(abi::reply_again), {0, 0x1001}});
  events();
  EXPECT_EQ(registers(child).rax, u64{call_masked_ppoll});
  EXPECT_EQ(mask_of(child), 0u);
  EXPECT_EQ(call_again(child), parked);
  // It ends by itself: the old mask is back.
  world.reply(world.endpoint(kernel_thread(child)), {abi::Tag::of(abi::reply_stop), {3, 0x1002}});
  events();
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(child), 3);
  EXPECT_EQ(mask_of(child), bit(10));
  // It is broken off: the handler runs, and afterwards the old mask is back.
  call(child, nr_ppoll, {0, 0, 0, scratch, 8});
  world.reply(world.endpoint(kernel_thread(child)), {abi::Tag::of(abi::reply_again), {0, 0x1001}});
  events();
  call_again(child);
  call(1, nr_kill, {child, 10});
  events();
  EXPECT_EQ(registers(child).rip, handler);
  EXPECT_EQ(static_cast<i64>(frame_of(child).context.machine.rax), -4);
  EXPECT_EQ(frame_of(child).context.mask, bit(10));
}

TEST_F(InterruptedCalls, AThreadInAPageFaultIsInNoCall) {
  const Pid child = fork(1);
  handle_signal(child, 10, handler);
  registers(child).rsp = stack_top;
  registers(child).rip = 0x400777;
  registers(child).rax = nr_read;  // by chance
  registers(child).call = abi::no_call;
  // The kernel stops the thread once the fault is settled.
  KernelThreadState& thread = world.threads.at(kernel_thread(child));
  thread.state = World::State::calling;
  EXPECT_EQ(call(1, nr_kill, {child, 10}), 0);
  ASSERT_TRUE(thread.stop_wanted);
  world.leave(thread);
  events();
  ASSERT_EQ(registers(child).rip, handler);
  signal_return(child);
  EXPECT_EQ(registers(child).rip, 0x400777u);
  EXPECT_EQ(registers(child).rax, u64{nr_read});
}

TEST_F(InterruptedCalls, FutexesWaitWakeAndTimeOut) {
  const u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;
  const Pid other = static_cast<Pid>(call(1, nr_clone, {flags, stack_top - 0x4000}));
  world.put<u32>(1, scratch, 5);
  EXPECT_EQ(call(1, nr_futex, {scratch, 128, 4, 0}), -11);
  EXPECT_EQ(call(1, nr_futex, {scratch, 128, 5, 0}), parked);
  EXPECT_EQ(call(other, nr_futex, {scratch + 4, 129, 1, 0}), 0);
  EXPECT_EQ(call(other, nr_futex, {scratch, 129, 1, 0}), 1);
  EXPECT_EQ(result(1), 0);
  world.put(1, scratch + 0x40, TimeSpec{1, 0});
  EXPECT_EQ(call(1, nr_futex, {scratch, 128, 5, scratch + 0x40}), parked);
  pass(nanoseconds_per_second);
  EXPECT_EQ(result(1), -110);
  EXPECT_EQ(call(1, nr_futex, {scratch, 128, 5, 0}), parked);
  // Moved to another word, it is woken there.
  EXPECT_EQ(call(other, nr_futex, {scratch, 128 | 4, 0, 1, scratch + 0x10, 5}), 1);
  EXPECT_EQ(call(other, nr_futex, {scratch, 129, 1}), 0);
  EXPECT_EQ(call(other, nr_futex, {scratch + 0x10, 129, 1}), 1);
  EXPECT_EQ(state(1), World::State::running);
}

}  // namespace
}  // namespace process::test
