// SPDX-License-Identifier: BSD-2-Clause
// The reincarnation server itself dies at every single thing that it does.
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace reincarnation::test {
namespace {

/// The server dies at every single call that it makes of the machine, before or after its effect.
void die_everywhere(const std::function<void(World&)>& prepare, const std::function<void(World&)>& expect,
                    unsigned reset_parts = 1) {
  for (const bool after : {false, true}) {
    unsigned died = 0;
    for (unsigned at = 1; at < 400; ++at) {
      World world;
      world.machine.reset_parts = reset_parts;
      world.boot();
      prepare(world);
      world.machine.calls = 0;
      world.machine.dies_at = at;
      world.machine.dies_after = after;
      if (world.settle() == 0) break;
      ++died;
      world.settle();
      expect(world);
      if (testing::Test::HasFailure()) FAIL() << "died at call " << at << (after ? " after" : " before");
    }
    EXPECT_GT(died, 1u);
  }
}

TEST(Guardian, DiesAtEveryCallOfARestart) {
  die_everywhere(
      [](World& world) {
        world.machine.run(disk);
        world.machine.crash(disk);
      },
      [](World& world) {
        world.expect_all_running();
        EXPECT_EQ(world.generation(disk), 2u);
        EXPECT_EQ(world.guardian->crashes(), 1u);
        EXPECT_EQ(world.guardian->service(disk).restarts, 1u);
        for (const unsigned slot : {store, pci, volume, file, other_disk}) EXPECT_EQ(world.generation(slot), 1u);
      },
      3);
}

TEST(Guardian, DiesAtEveryCallWhileFourRestart) {
  die_everywhere(
      [](World& world) {
        for (const unsigned slot : {store, pci, disk, file}) world.machine.crash(slot);
      },
      [](World& world) {
        world.expect_all_running();
        for (const unsigned slot : {store, pci, disk, file}) EXPECT_EQ(world.generation(slot), 2u);
        EXPECT_EQ(world.generation(volume), 1u);
        EXPECT_EQ(world.guardian->crashes(), 4u);
      });
}

TEST(Guardian, DiesAtEveryCallOfTheFirstStart) {
  for (const bool after : {false, true})
    for (unsigned at = 1; at < 40; ++at) {
      World world;
      world.machine.dies_at = at;
      world.machine.dies_after = after;
      world.settle();
      world.settle();
      world.expect_all_running();
      for (unsigned slot = 0; slot < slot_count; ++slot)
        if (slot != root) EXPECT_EQ(world.generation(slot), 1u);
    }
}

TEST(Guardian, DiesAtEveryCallOfAnOperatorsStop) {
  die_everywhere([](World& world) { ASSERT_TRUE(world.guardian->stop(volume)); },
                 [](World& world) {
                   EXPECT_EQ(world.state(volume), State::stopped);
                   EXPECT_EQ(world.machine.slots[volume].state, abi::SlotState::stopped);
                   EXPECT_TRUE(world.machine.names["/service/volume"].given_up);
                   EXPECT_EQ(world.guardian->crashes(), 0u);
                 });
}

TEST(Guardian, RebuildsFromTheKernelsSlotsWhenItsVaultIsLost) {
  World world;
  world.boot();
  world.machine.run(disk);
  world.machine.crash(disk);
  world.machine.slots[file].state = abi::SlotState::resetting;
  world.machine.slots[file].parts = 1;
  world.reborn(true);
  world.settle();
  world.expect_all_running();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.generation(file), 2u);
  EXPECT_EQ(world.generation(volume), 1u);
}

TEST(Guardian, NamesComeBackWithAStoreThatLostThem) {
  World world;
  world.boot();
  world.machine.crash(store);
  world.machine.names.clear();
  world.settle();
  world.expect_all_running();
  for (const unsigned slot : {pci, disk, volume, file}) EXPECT_EQ(world.generation(slot), 1u);
}

}  // namespace
}  // namespace reincarnation::test
