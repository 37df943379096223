// SPDX-License-Identifier: BSD-2-Clause
// Injections, and the orders of operators.
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace reincarnation::test {
namespace {

TEST(Injection, CountsOnlyWhenItStrikes) {
  World world;
  world.boot();
  EXPECT_EQ(world.guardian->injection(0), nullptr) << "there was none";
  const auto first = world.guardian->inject(disk, contract::reincarnation::Injection::segv, true);
  ASSERT_TRUE(first);
  EXPECT_EQ(world.machine.slots[disk].armed, world.records[disk].inject_entry[1]);
  EXPECT_EQ(world.guardian->inject(volume, contract::reincarnation::Injection::exit, true).error(), Refusal::busy);
  for (unsigned tick = 0; tick < 210; ++tick) {
    world.machine.pass(50);
    world.guardian->watch();
  }
  EXPECT_EQ(world.guardian->injection(*first)->progress, Progress::missed);
  EXPECT_EQ(world.machine.slots[disk].armed, 0u);
  EXPECT_EQ(world.generation(disk), 1u);

  const auto second = world.guardian->inject(disk, contract::reincarnation::Injection::loop, true);
  ASSERT_TRUE(second);
  ++world.machine.slots[disk].injected;
  world.machine.slots[disk].processor_time = 600 * millisecond;
  world.guardian->watch();
  EXPECT_EQ(world.guardian->injection(*second)->progress, Progress::struck);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_loop);
  EXPECT_TRUE(world.guardian->crash(1)->injected);
  EXPECT_EQ(world.guardian->injection(*second)->crash, 1u);
  EXPECT_EQ(world.generation(disk), 2u);

  const auto third = world.guardian->inject(disk, contract::reincarnation::Injection::exit, true);
  ASSERT_TRUE(third);
  world.machine.crash(disk);  // by itself
  world.settle();
  EXPECT_EQ(world.guardian->injection(*third)->progress, Progress::missed);
  EXPECT_FALSE(world.guardian->crash(2)->injected);
  EXPECT_EQ(world.guardian->injection(*first), nullptr);
  EXPECT_EQ(world.guardian->injection(0)->number, *third) << "the last one";
}

TEST(Injection, IsUnderWayUntilItsFailureIsNoticed) {
  World world;
  world.boot();
  using contract::reincarnation::Injection;
  const auto number = world.guardian->inject(disk, Injection::hang, true);
  ASSERT_TRUE(number);
  // Of the failure before this one: the kernel tells of the last.
  world.machine.slots[disk].sender = request_of(volume);
  world.machine.slots[disk].tag = abi::Tag::of(3, 0, 1, 5).bits;
  ++world.machine.slots[disk].injected;
  world.guardian->watch();
  EXPECT_EQ(world.guardian->injection(*number)->progress, Progress::struck);
  EXPECT_EQ(world.guardian->injection(*number)->tag, 0u) << "what was struck is not known yet";
  EXPECT_EQ(world.guardian->inject(volume, Injection::exit, true).error(), Refusal::busy);
  world.machine.crash(disk, abi::cause_hang);
  world.settle();
  EXPECT_EQ(world.guardian->injection(*number)->crash, 1u);
  EXPECT_NE(world.guardian->injection(*number)->tag, 0u);
  EXPECT_TRUE(world.guardian->crash(1)->injected);
  EXPECT_TRUE(world.guardian->inject(volume, Injection::exit, true));
}

TEST(Injection, AtOnceStopsWhateverItDoes) {
  World world;
  world.boot();
  const auto number = world.guardian->inject(disk, contract::reincarnation::Injection::exit, false);
  ASSERT_TRUE(number);
  world.settle();
  world.expect_all_running();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->injection(*number)->progress, Progress::struck);
  EXPECT_EQ(world.guardian->injection(*number)->crash, 1u);
  EXPECT_TRUE(world.guardian->crash(1)->injected);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_injected);
}

TEST(Injection, StrikesWhereItIsTold) {
  World world;
  world.boot();
  using contract::reincarnation::Injection;
  EXPECT_EQ(world.guardian->inject_after(63, Injection::exit, 700).error(), Refusal::absent);
  ASSERT_TRUE(world.guardian->inject_after(disk, Injection::exit, 700));
  EXPECT_EQ(world.guardian->injection(0)->after, 700u);
  EXPECT_EQ(world.guardian->injection(0)->progress, Progress::armed);
  EXPECT_EQ(world.machine.slots[disk].armed, world.records[disk].inject_entry[0]);
  EXPECT_EQ(world.guardian->inject_after(volume, Injection::exit, 1).error(), Refusal::busy);
}

TEST(Injection, IsRefusedWhereItCannotBe) {
  World world;
  world.boot();
  using contract::reincarnation::Injection;
  EXPECT_EQ(world.guardian->inject(63, Injection::exit, true).error(), Refusal::absent);
  EXPECT_EQ(world.guardian->inject(root, Injection::exit, true).error(), Refusal::not_permitted);
  world.records[volume].inject_entry[3] = 0;
  EXPECT_EQ(world.guardian->inject(volume, Injection::hang, true).error(), Refusal::unsupported);
  ASSERT_TRUE(world.guardian->stop(volume));
  world.settle();
  EXPECT_EQ(world.guardian->inject(volume, Injection::exit, true).error(), Refusal::not_running);
}

TEST(Orders, RestartIsNoFailure) {
  World world;
  world.boot();
  ASSERT_TRUE(world.guardian->restart(disk, 0));
  world.settle();
  world.expect_all_running();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->crashes(), 0u);
  EXPECT_EQ(world.guardian->service(disk).row, 0u);
  // Asked again for the generation that is gone, it does nothing.
  ASSERT_TRUE(world.guardian->restart(disk, 1));
  world.settle();
  EXPECT_EQ(world.generation(disk), 2u);
}

TEST(Orders, RestartsItself) {
  World world;
  world.boot();
  EXPECT_TRUE(world.guardian->restart(root, 0));
  EXPECT_THROW(static_cast<void>(world.guardian->restart(root, 1)), Death);
  world.guardian.reset();
  world.settle();
  world.expect_all_running();
  EXPECT_TRUE(world.guardian->restart(root, 1));  // asked again
  EXPECT_EQ(world.guardian->describe(root).generation, 2u);
  EXPECT_EQ(world.guardian->describe(root).restarts, 1u);
  EXPECT_EQ(world.guardian->stop(root).error(), Refusal::not_permitted);
  EXPECT_TRUE(world.guardian->start(root)) << "it runs";
}

TEST(Orders, StopAndStart) {
  World world;
  world.boot();
  EXPECT_EQ(world.guardian->stop(store).error(), Refusal::not_permitted);
  EXPECT_EQ(world.guardian->stop(pci).error(), Refusal::not_permitted);
  ASSERT_TRUE(world.guardian->stop(disk));
  world.settle();
  EXPECT_EQ(world.state(disk), State::stopped);
  EXPECT_FALSE(world.machine.slots[disk].device_busy);
  EXPECT_TRUE(world.machine.names["/service/disk"].given_up);
  ASSERT_TRUE(world.guardian->start(disk));
  world.settle();
  world.expect_all_running();
}

}  // namespace
}  // namespace reincarnation::test
