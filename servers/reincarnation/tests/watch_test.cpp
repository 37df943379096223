// SPDX-License-Identifier: BSD-2-Clause
// How loops, hangs and late calls are noticed, and who is to blame for them.
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace reincarnation::test {
namespace {

TEST(Watch, LoopIsNoticedAfterItsProcessorTime) {
  World world;
  world.boot();
  world.machine.slots[disk].processor_time = 500 * millisecond;
  world.guardian->watch();
  EXPECT_EQ(world.generation(disk), 1u);
  world.machine.slots[disk].processor_time = 501 * millisecond;
  world.guardian->watch();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_loop);
}

TEST(Watch, HangIsNoticedAndIdlenessIsNot) {
  World world;
  world.boot();
  world.machine.slots[volume].answers = false;
  u64 waited = 0;
  while (world.generation(volume) == 1 && waited < 10'000) {
    world.machine.pass(50);
    world.guardian->watch();
    waited += 50;
  }
  EXPECT_GE(waited, 3000u);
  EXPECT_LE(waited, 4200u);
  EXPECT_EQ(world.guardian->crash(1)->cause, abi::cause_hang);
  for (const unsigned slot : {store, pci, disk, file, other_disk}) EXPECT_EQ(world.generation(slot), 1u);
}

TEST(Watch, ClocksStandStillAboveARecovery) {
  World world;
  world.boot();
  world.machine.slots[file].answers = false;
  // volume needs long to come back: file, which waits for it, does not hang.
  for (unsigned i = 0; i < 6; ++i) {
    world.machine.crash(volume);
    world.guardian->reconcile();
    for (unsigned tick = 0; tick < 60 && world.state(volume) != State::running; ++tick) {
      world.machine.pass(50);
      world.guardian->watch();
    }
  }
  EXPECT_EQ(world.generation(file), 1u);
  for (unsigned tick = 0; tick < 100; ++tick) {
    world.machine.pass(50);
    world.guardian->watch();
  }
  EXPECT_EQ(world.generation(file), 2u);
}

TEST(Watch, WhoeverWaitsForAHangIsNotBlamed) {
  World world;
  world.boot();
  world.machine.slots[volume].answers = world.machine.slots[file].answers = false;
  unsigned waited = 0;
  for (; world.generation(volume) == 1 && waited < 10'000; waited += 50) {
    world.machine.pass(50);
    world.guardian->watch();
  }
  EXPECT_EQ(world.generation(volume), 2u);
  EXPECT_EQ(world.generation(file), 1u);
  world.machine.slots[volume].answers = world.machine.slots[file].answers = true;
  for (unsigned tick = 0; tick < 100; ++tick) {
    world.machine.pass(50);
    world.guardian->watch();
  }
  EXPECT_EQ(world.generation(file), 1u);
}

TEST(Watch, LateCallStopsItsLeafOnly) {
  World world;
  world.boot();
  world.machine.late = Late{disk, file};
  world.guardian->watch();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_late);
  EXPECT_EQ(world.generation(volume), 1u);
  EXPECT_EQ(world.generation(file), 1u);
}

TEST(Watch, AStoreThatIsWellIsNotToBlameForThoseWhoWaitInIt) {
  World world;
  world.boot();
  world.machine.late = Late{store, file};
  world.guardian->watch();
  EXPECT_EQ(world.generation(store), 1u);
  world.machine.slots[store].answers = false;
  for (unsigned tick = 0; tick < 30; ++tick) {
    world.machine.pass(50);
    world.guardian->watch();
  }
  EXPECT_EQ(world.generation(store), 1u);
  world.machine.late = Late{store, file};
  world.guardian->watch();
  EXPECT_EQ(world.generation(store), 2u);
}

TEST(Watch, LateCallAboveARecoveryIsExcused) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 3; ++i) {
    world.machine.crash(disk);
    world.guardian->reconcile();
    if (world.state(disk) == State::waiting) break;
    world.settle();
  }
  ASSERT_EQ(world.state(disk), State::waiting);
  world.machine.late = Late{volume, file};
  world.guardian->watch();
  EXPECT_EQ(world.generation(volume), 1u);
}

TEST(Watch, CondemnsTheGenerationThatWasMeantOnly) {
  World world;
  world.boot();
  world.guardian->condemn(disk, 1, volume, true);
  world.settle();
  EXPECT_EQ(world.generation(disk), 1u) << "it was asked nothing";
  world.machine.slots[disk].served = 1;
  world.guardian->condemn(disk, 7, volume, true);
  world.settle();
  EXPECT_EQ(world.generation(disk), 1u);
  world.guardian->condemn(disk, 1, volume, true);
  world.settle();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_violation);
}

TEST(Watch, BelievesWhoComplainsWithoutEndOnlySoOften) {
  World world;
  world.boot();
  const auto complain = [&](unsigned by) {
    world.machine.slots[disk].served = 1;
    const u32 before = world.generation(disk);
    world.guardian->condemn(disk, before, by, true);
    world.guardian->reconcile();
    return world.generation(disk) - before;
  };
  for (unsigned i = 0; i < most_complaints; ++i) EXPECT_EQ(complain(volume), 1u);
  EXPECT_EQ(complain(volume), 0u);
  world.reborn();
  EXPECT_EQ(complain(volume), 0u) << "this server remembers it";
  EXPECT_EQ(complain(file), 1u) << "another one";
  world.machine.pass(complaint_pause / millisecond - 1);
  EXPECT_EQ(complain(volume), 0u) << "it was not silent";
  world.machine.pass(complaint_pause / millisecond);
  EXPECT_EQ(complain(volume), 1u);
}

TEST(Watch, BelievesInViolationsThatWereOrdered) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 2 * most_complaints; ++i) {
    ASSERT_TRUE(world.guardian->inject(disk, contract::reincarnation::Injection::violate, true));
    ++world.machine.slots[disk].injected;
    world.machine.slots[disk].served = 1;
    world.guardian->condemn(disk, world.generation(disk), volume, true);
    world.settle(100);
    EXPECT_EQ(world.generation(disk), i + 2);
  }
}

}  // namespace
}  // namespace reincarnation::test
