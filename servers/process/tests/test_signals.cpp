// SPDX-License-Identifier: BSD-2-Clause
// Signals: what a program sees of them.
#include "servers/process/tests/system.hpp"
#include "servers/process/time/records.hpp"

namespace process::test {
namespace {

constexpr u64 handler = 0x400500;

class Signals : public System {};

TEST_F(Signals, AnUnhandledSignalEnds) {
  const Pid child = fork(1);
  EXPECT_EQ(call(1, nr_kill, {child, sig_terminate}), 0);
  EXPECT_FALSE(exists(child));
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_terminate});
}

TEST_F(Signals, NobodyKillsInit) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_kill, {1, sig_kill}), 0);
  EXPECT_EQ(call(child, nr_kill, {1, sig_terminate}), 0);
  EXPECT_TRUE(exists(1));
}

TEST_F(Signals, AHandlerRunsAndReturns) {
  const Pid child = fork(1);
  handle_signal(child, 10, handler, 0, bit(12));
  registers(child).rsp = stack_top;
  registers(child).rbx = 0xabc;
  registers(child).rip = 0x400777;
  registers(child).call = abi::no_call;
  EXPECT_EQ(call(1, nr_kill, {child, 10}), 0);
  events();
  ASSERT_EQ(state(child), World::State::running);
  EXPECT_EQ(registers(child).rip, handler);
  EXPECT_EQ(registers(child).rdi, 10u);
  EXPECT_EQ(registers(child).rsp % 16, 8u) << "as after a call";
  EXPECT_LT(registers(child).rsp, stack_top - 128 - sizeof(frame::Frame));
  EXPECT_EQ(mask_of(child), bit(10) | bit(12));
  const frame::Frame frame = frame_of(child);
  EXPECT_EQ(frame.return_address, 0x402000u);
  EXPECT_EQ(frame.context.machine.rip, 0x400777u);
  EXPECT_EQ(frame.context.machine.rbx, 0xabcu);
  EXPECT_EQ(frame.context.machine.rsp, stack_top);
  EXPECT_EQ(frame.context.machine.vector_state % 64, 0u);
  const SignalInfo info = SignalInfo::decode(frame.info.data());
  EXPECT_EQ(info.signal, 10);
  EXPECT_EQ(info.pid, 1u);
  EXPECT_EQ(registers(child).rsi, registers(child).rsp + offsetof(frame::Frame, info));

  registers(child).rbx = 0;
  signal_return(child);
  EXPECT_EQ(registers(child).rip, 0x400777u);
  EXPECT_EQ(registers(child).rbx, 0xabcu);
  EXPECT_EQ(registers(child).rsp, stack_top);
  EXPECT_EQ(mask_of(child), 0u);
}

TEST_F(Signals, OnesOwnSignalComesBeforeKillReturns) {
  handle_signal(1, 10, handler);
  EXPECT_EQ(call(1, nr_kill, {1, 10}), 0);
  EXPECT_EQ(registers(1).rip, handler);
  EXPECT_EQ(frame_of(1).context.machine.rax, 0u);
}

TEST_F(Signals, BlockedSignalsWait) {
  handle_signal(1, 10, handler);
  handle_signal(1, 12, handler + 8);
  EXPECT_EQ(set_mask(1, 0, bit(10) | bit(12) | bit(sig_kill)), 0);
  EXPECT_EQ(mask_of(1), bit(10) | bit(12));
  EXPECT_EQ(call(1, nr_kill, {1, 12}), 0);
  EXPECT_EQ(call(1, nr_kill, {1, 10}), 0);
  EXPECT_EQ(call(1, nr_kill, {1, 10}), 0) << "a second time is none";
  EXPECT_EQ(call(1, nr_rt_sigpending, {scratch, 8}), 0);
  EXPECT_EQ(world.get<u64>(1, scratch), bit(10) | bit(12));
  EXPECT_EQ(registers(1).rip, text + 2);
  EXPECT_EQ(set_mask(1, 2, 0), 0);
  EXPECT_EQ(registers(1).rip, handler + 8) << "both frames: the higher number on top";
  signal_return(1);
  EXPECT_EQ(registers(1).rip, handler);
  signal_return(1);
  EXPECT_EQ(registers(1).rip, text + 2);
}

TEST_F(Signals, HandlersHaveTheirFlags) {
  handle_signal(1, 10, handler, action_no_defer | action_reset_hand);
  call(1, nr_kill, {1, 10});
  EXPECT_EQ(mask_of(1), 0u);
  EXPECT_FALSE(server->process_of(1)->disposition(10).handled());
  const frame::AlternateStack stack{World::memory_base + 0x8000, 0, 0, 0x4000};
  world.put(1, scratch + 0x200, stack);
  EXPECT_EQ(call(1, 131, {scratch + 0x200, 0}), 0);
  registers(1).rsp = stack_top;
  handle_signal(1, 12, handler, action_on_stack);
  call(1, nr_kill, {1, 12});
  EXPECT_GT(registers(1).rsp, stack.base);
  EXPECT_LE(registers(1).rsp, stack.base + stack.size);
}

TEST_F(Signals, AnUnusableStackEnds) {
  const Pid child = fork(1);
  handle_signal(child, 10, handler);
  registers(child).rsp = 0x5000;
  EXPECT_EQ(call(child, nr_kill, {child, 10}), no_thread);
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_segment});
}

TEST_F(Signals, ABrokenPipeRaisesItsSignal) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_read), parked);
  world.reply(world.endpoint(kernel_thread(child)),
              {abi::Tag::of(abi::reply_stop), {static_cast<u64>(-32), 0x200 + sig_pipe}});
  events();
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_pipe});
  const Pid other = fork(1);
  handle_signal(other, sig_pipe, 1);
  EXPECT_EQ(call(other, nr_read), parked);
  world.reply(world.endpoint(kernel_thread(other)),
              {abi::Tag::of(abi::reply_stop), {static_cast<u64>(-32), 0x200 + sig_pipe}});
  events();
  EXPECT_EQ(state(other), World::State::running);
  EXPECT_EQ(result(other), -32);
}

TEST_F(Signals, FaultsBecomeSignals) {
  const Pid child = fork(1);
  registers(child).rsp = stack_top;
  handle_signal(child, sig_segment, handler, 4);
  world.fault_reason = FaultReason{0xdeadb000, sig_segment, 2};
  world.stop(kernel_thread(child), abi::cause_exception + 14);
  events();
  EXPECT_EQ(registers(child).rip, handler);
  const frame::Frame frame = frame_of(child);
  u64 address;
  std::memcpy(&address, frame.info.data() + 16, 8);
  EXPECT_EQ(address, 0xdeadb000u);
  EXPECT_EQ(frame.context.machine.fault_address, 0xdeadb000u);
  EXPECT_EQ(frame.context.machine.trap, 14u);
  // In the handler again: it is blocked, so that is the end.
  world.stop(kernel_thread(child), abi::cause_exception + 14);
  events();
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_segment});
}

TEST_F(Signals, OtherExceptionsToo) {
  const Pid child = fork(1);
  world.stop(kernel_thread(child), abi::cause_exception + 6);
  events();
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_illegal});
}

TEST_F(Signals, AlarmsComeInTime) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_alarm, {5}), 0);
  pass(2 * nanoseconds_per_second);
  EXPECT_EQ(call(child, nr_alarm, {5}), 3);
  EXPECT_EQ(call(child, nr_pause), parked);
  pass(4 * nanoseconds_per_second);
  EXPECT_TRUE(exists(child));
  pass(1 * nanoseconds_per_second);
  EXPECT_EQ(wait_for(1), child);
  EXPECT_EQ(status(1), u32{sig_alarm});
}

TEST_F(Signals, PermissionIsAskedFor) {
  const Pid a = fork(1), b = fork(1);
  call(a, nr_setuid, {1000});
  call(b, nr_setuid, {1001});
  EXPECT_EQ(call(a, nr_kill, {b, sig_terminate}), -1);
  EXPECT_EQ(call(a, nr_kill, {b, 0}), -1);
  EXPECT_EQ(call(a, nr_kill, {b, sig_continue}), 0) << "the same session";
  EXPECT_EQ(call(a, nr_kill, {9999, 0}), -3);
  EXPECT_EQ(call(a, nr_kill, {b, 65}), -22);
  EXPECT_EQ(call(1, nr_kill, {b, sig_terminate}), 0);
}

TEST_F(Signals, ThreadsTakeTheSignalsThatTheyDoNotBlock) {
  const u64 flags = 0x100 | 0x200 | 0x400 | 0x800 | 0x10000;
  const Pid child = fork(1);
  registers(child).rsp = stack_top;
  handle_signal(child, 10, handler);
  const Pid other = static_cast<Pid>(call(child, nr_clone, {flags, stack_top - 0x4000}));
  set_mask(child, 0, bit(10));
  call(1, nr_kill, {child, 10});
  events();
  EXPECT_EQ(registers(other).rip, handler);
  EXPECT_NE(registers(child).rip, handler);
  EXPECT_EQ(call(1, nr_tgkill, {child, child, 10}), 0);
  events();
  EXPECT_NE(registers(child).rip, handler) << "blocked";
  set_mask(child, 1, bit(10));
  EXPECT_EQ(registers(child).rip, handler);
}

TEST_F(Signals, RealtimeSignalsAreQueued) {
  SignalPool pool;
  Pending pending;
  for (int value = 0; value < 3; ++value)
    EXPECT_TRUE(pool.add(pending, {.signal = 40, .value = static_cast<u64>(value)}));
  EXPECT_TRUE(pool.add(pending, {.signal = 10, .pid = 5}));
  EXPECT_TRUE(pool.add(pending, {.signal = 10, .pid = 6}));
  for (u64 value = 0; value < 3; ++value) {
    EXPECT_TRUE(pending.set.has(40));
    EXPECT_EQ(pool.take(pending, 40).value, value);
  }
  EXPECT_FALSE(pending.set.has(40));
  EXPECT_EQ(pool.take(pending, 10).pid, 5u);
  EXPECT_TRUE(pending.set.empty());
  EXPECT_EQ(pending.first, 0);
  EXPECT_EQ(pending.last, 0);
}

TEST_F(Signals, AFullPoolKeepsStandardSignals) {
  SignalPool pool;
  Pending pending, other;
  std::size_t count = 0;
  while (pool.add(pending, {.signal = 40})) ++count;
  EXPECT_EQ(count, SignalPool::capacity - 1);
  EXPECT_TRUE(pool.add(other, {.signal = 10, .pid = 7}));
  EXPECT_TRUE(other.set.has(10));
  EXPECT_EQ(pool.take(other, 10).signal, 10);
  EXPECT_TRUE(other.set.empty());
  pool.discard(pending, SignalSet::of(40));
  EXPECT_TRUE(pool.add(other, {.signal = 41}));
}

TEST(Frames, KeepInitialStateExplicit) {
  frame::VectorState state;
  state.size = 832;
  std::ranges::fill(state.bytes, std::byte{0xff});
  const u64 present = 0;
  std::memcpy(state.bytes.data() + 512, &present, 8);
  frame::make_explicit(state);
  u16 control;
  u32 mxcsr;
  std::memcpy(&control, state.bytes.data(), 2);
  std::memcpy(&mxcsr, state.bytes.data() + 24, 4);
  EXPECT_EQ(control, 0x37f);
  EXPECT_EQ(mxcsr, 0x1f80u);
  EXPECT_EQ(state.bytes[200], std::byte{0});
  EXPECT_EQ(state.bytes[700], std::byte{0});
}

}  // namespace
}  // namespace process::test
