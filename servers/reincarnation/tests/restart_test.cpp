// SPDX-License-Identifier: BSD-2-Clause
// Every service back at its first start, after each kind of death, two at once, and in mid-restart.
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace contract {
// The vault's way out; a test that gets here has found a defect.
void defect(std::string_view what) {
  ADD_FAILURE() << what;
  std::abort();
}
}  // namespace contract

namespace reincarnation::test {
namespace {

TEST(Guardian, StartsEverythingFromBelow) {
  World world;
  world.boot();
  world.expect_all_running();
  for (unsigned slot = 0; slot < slot_count; ++slot) EXPECT_EQ(world.generation(slot), 1u);
  EXPECT_EQ(world.guardian->crashes(), 0u);
  for (unsigned slot = 0; slot < slot_count; ++slot) EXPECT_EQ(world.guardian->service(slot).restarts, 0u);
}

TEST(Guardian, FirstRestartIsAtOnceAndAlone) {
  World world;
  world.boot();
  world.machine.run(disk);
  world.machine.crash(disk);
  world.guardian->reconcile();
  world.expect_all_running();
  EXPECT_EQ(world.generation(disk), 2u);
  for (const unsigned slot : {store, pci, volume, file, other_disk}) EXPECT_EQ(world.generation(slot), 1u);
  EXPECT_EQ(world.guardian->service(disk).restarts, 1u);
  EXPECT_EQ(world.guardian->crashes(), 1u);
  EXPECT_EQ(world.guardian->crash(1)->cause, abi::cause_exception + 14);
  EXPECT_EQ(world.guardian->crash(1)->generation, 1u);
}

TEST(Guardian, BackoffGrowsOnlyWhileNothingIsServed) {
  World world;
  world.boot();
  std::vector<u64> delays;
  for (unsigned i = 0; i < 6; ++i) {
    world.machine.crash(volume);
    world.guardian->reconcile();
    const Service& service = world.guardian->service(volume);
    delays.push_back(service.state == State::waiting ? (service.until - world.machine.now) / millisecond : 0);
    world.settle();
    ASSERT_EQ(world.state(volume), State::running);
  }
  EXPECT_EQ(delays, (std::vector<u64>{0, 100, 200, 400, 800, 1600}));
  world.machine.run(volume);
  world.machine.crash(volume);
  world.guardian->reconcile();
  EXPECT_EQ(world.state(volume), State::running);
  EXPECT_EQ(world.guardian->service(volume).row, 1u);
}

TEST(Guardian, AThousandFailuresWithRequestsServedAreEachRestartedAtOnce) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 1000; ++i) {
    world.machine.run(disk);
    world.machine.crash(disk);
    world.guardian->reconcile();
    ASSERT_EQ(world.state(disk), State::running) << i;
  }
  EXPECT_EQ(world.generation(disk), 1001u);
  EXPECT_EQ(world.guardian->crashes(), 1000u);
  EXPECT_EQ(world.guardian->crash(1)->number, 1000u - crashes_kept + 1);
  EXPECT_EQ(world.guardian->crash(1000)->number, 1000u);
  EXPECT_EQ(world.guardian->crash(1001), nullptr);
}

TEST(Guardian, GivesUpWhatNeverServesAndSaysSo) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 20 && world.state(volume) != State::degraded; ++i) {
    world.machine.crash(volume);
    world.settle();
  }
  EXPECT_EQ(world.state(volume), State::degraded);
  EXPECT_EQ(world.guardian->service(volume).row, most_in_row + 1);
  EXPECT_TRUE(world.machine.names["/service/volume"].given_up);
  // Everything else stays as it was, and an operator brings it back.
  EXPECT_EQ(world.generation(disk), 1u);
  EXPECT_EQ(world.generation(file), 1u);
  EXPECT_TRUE(world.guardian->start(volume));
  world.settle();
  world.expect_all_running();
}

TEST(Guardian, PolicyNeverIsDegradedAtOnce) {
  World world;
  world.records[volume].policy = abi::RestartPolicy::never;
  world.boot();
  world.machine.run(volume);
  world.machine.crash(volume);
  world.settle();
  EXPECT_EQ(world.state(volume), State::degraded);
  EXPECT_TRUE(world.machine.names["/service/volume"].given_up);
}

TEST(Guardian, SpareStandsIn) {
  World world;
  abi::ComponentRecord& spare = world.records.add("volume-spare", 4, {disk});
  spare.exports[0] = world.records[volume].exports[0];
  world.records[volume].spare_slot = spare.slot;
  world.boot();
  EXPECT_EQ(world.state(spare.slot), State::stopped);
  EXPECT_EQ(world.generation(spare.slot), 0u);
  for (unsigned i = 0; i < 20 && world.state(volume) != State::degraded; ++i) {
    world.machine.crash(volume);
    world.settle();
  }
  world.settle();
  EXPECT_EQ(world.state(spare.slot), State::running);
  EXPECT_EQ(world.machine.names["/service/volume"], (FakeMachine::Name{spare.slot, 1, false}));
  // The operator wants the first one back: the spare goes, the names go back.
  EXPECT_TRUE(world.guardian->start(volume));
  world.settle();
  EXPECT_EQ(world.state(volume), State::running);
  EXPECT_EQ(world.state(spare.slot), State::stopped);
  EXPECT_EQ(world.machine.names["/service/volume"], (FakeMachine::Name{volume, world.generation(volume), false}));
}

TEST(Guardian, TwoAtOnce) {
  World world;
  world.boot();
  for (const unsigned first : {store, pci, disk, volume, file})
    for (const unsigned second : {store, pci, disk, volume, other_disk}) {
      if (first == second) continue;
      World fresh;
      fresh.boot();
      fresh.machine.crash(first);
      fresh.machine.crash(second);
      fresh.guardian->reconcile();
      fresh.expect_all_running();
      for (unsigned slot = 0; slot < slot_count; ++slot)
        EXPECT_EQ(fresh.generation(slot), slot == first || slot == second ? 2u : 1u);
    }
}

TEST(Guardian, DriverWaitsForADeadPci) {
  World world;
  world.boot();
  world.machine.crash(pci);
  world.machine.crash(disk);
  // pci fails without serving again and again: the disk must not be reset before its device was made harmless.
  world.guardian->reconcile();
  for (unsigned i = 0; i < 3; ++i) {
    world.machine.crash(pci);
    world.settle();
  }
  world.expect_all_running();
  EXPECT_EQ(world.machine.unsafe_releases, 0u);
}

TEST(Guardian, PinsOfAStuckDeviceStay) {
  World world;
  world.boot();
  world.machine.slots[disk].stuck = true;
  world.machine.run(disk);
  world.machine.crash(disk);
  world.settle();
  EXPECT_EQ(world.state(disk), State::running);
  EXPECT_EQ(world.machine.unsafe_releases, 0u);
  EXPECT_TRUE(world.machine.slots[disk].device_busy);
}

TEST(Guardian, DiesAgainInEveryState) {
  // The service dies once more at each downcall that its own restart makes.
  for (unsigned at = 1; at < 12; ++at) {
    World world;
    world.boot();
    world.machine.run(disk);
    world.machine.crash(disk);
    unsigned count = 0;
    world.machine.during_downcall = [&] {
      if (++count == at) world.machine.crash(disk);
    };
    world.settle();
    world.expect_all_running();
  }
}

TEST(Guardian, StoreDiesWhileItIsTold) {
  for (unsigned at = 1; at < 16; ++at) {
    World world;
    world.boot();
    world.machine.run(disk);
    world.machine.crash(disk);
    unsigned count = 0;
    world.machine.during_downcall = [&] {
      if (++count == at) world.machine.crash(store);
    };
    world.settle();
    world.expect_all_running();
  }
}

TEST(Guardian, PciDiesWhileItQuiesces) {
  World world;
  world.boot();
  world.machine.run(disk);
  world.machine.crash(disk);
  bool once = false;
  world.machine.during_downcall = [&] {
    if (!std::exchange(once, true)) world.machine.crash(pci);
  };
  world.settle();
  world.expect_all_running();
  EXPECT_EQ(world.generation(pci), 2u);
  EXPECT_EQ(world.generation(disk), 2u);
}

TEST(Guardian, StoreThatHangsUnderADowncallIsStoppedByTheOtherThread) {
  World world;
  world.boot();
  world.machine.run(disk);
  world.machine.crash(disk);
  bool once = false;
  world.machine.during_downcall = [&] {
    if (std::exchange(once, true)) return;
    // This thread waits in the store, which loops; another takes the ticks.
    world.machine.slots[store].processor_time = 600 * millisecond;
    world.guardian->watch();
    EXPECT_EQ(world.machine.slots[store].state, abi::SlotState::stopped);
  };
  world.settle();
  world.expect_all_running();
  EXPECT_EQ(world.guardian->crash(2)->cause, cause_loop);
}

}  // namespace
}  // namespace reincarnation::test
