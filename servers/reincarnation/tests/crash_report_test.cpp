// SPDX-License-Identifier: BSD-2-Clause
// What is written down of a failure.
#include "servers/reincarnation/crash_report.hpp"

#include "abi/layout.hpp"
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace reincarnation::test {
namespace {

TEST(CrashReport, WalksFramePointersAndTrustsNone) {
  World world;
  world.boot();
  const u64 base = abi::layout::stack_base + 0x1000;
  FakeMachine& machine = world.machine;
  abi::SlotStatus status{};
  const auto depth = [&](u64 frame) {
    machine.slots[disk].state = abi::SlotState::stopped;
    status.registers.rbp = frame;
    status.faulting_thread = 0;
    const Crash crash = examine(machine, world.records[disk], status);
    return crash.backtrace.length();
  };
  machine.stack[base] = {base + 32, 0x4000'1111};
  machine.stack[base + 32] = {base + 64, 0x4000'2222};
  machine.stack[base + 64] = {0, 0x4000'3333};
  EXPECT_EQ(depth(base), 3u);
  EXPECT_EQ(depth(0), 0u);
  EXPECT_EQ(depth(base + 4), 0u);
  EXPECT_EQ(depth(0x4000'0000), 0u);
  EXPECT_EQ(depth(abi::layout::stack_base + abi::layout::stack_stride - 8), 0u);
  machine.stack[base + 64] = {base, 0x4000'3333};  // a circle
  EXPECT_EQ(depth(base), 3u);
  for (u64 i = 0; i < 100; ++i) machine.stack[base + i * 16] = {base + i * 16 + 16, 0x4000'4444};
  EXPECT_EQ(depth(base), contract::reincarnation::max_backtrace);
}

TEST(CrashReport, IsToldAfterTheRestartAndOnce) {
  World world;
  world.boot();
  world.settle();
  world.machine.run(disk);
  world.machine.crash(disk);
  world.guardian->reconcile();
  EXPECT_EQ(world.machine.slots[disk].generation, 2u);
  EXPECT_TRUE(world.machine.lines.empty());
  world.reborn();  // what is not told yet is in the vault
  world.settle();
  EXPECT_EQ(world.machine.lines.size(), 1u);
  world.reborn();
  world.settle();
  EXPECT_EQ(world.machine.lines.size(), 1u);
}

TEST(CrashReport, IsOneLineForPeople) {
  World world;
  world.boot();
  world.machine.slots[disk].sender = request_of(volume);
  world.machine.slots[disk].tag = abi::Tag::of(3).bits;
  world.machine.run(disk);
  world.machine.crash(disk);
  world.settle();
  ASSERT_EQ(world.machine.lines.size(), 1u);
  EXPECT_EQ(world.machine.lines[0],
            "crash 1: disk generation 1: page fault of address 0x0 (null) at 0x40001000, in request 0x3 of slot 4, "
            "restart at "
            "once");
}

}  // namespace
}  // namespace reincarnation::test
