// SPDX-License-Identifier: BSD-2-Clause
// Requests that kill whoever serves them.
#include "servers/reincarnation/tests/guardian_world.hpp"

namespace reincarnation::test {
namespace {

TEST(Poison, SameRequestAtTheSamePlaceTwice) {
  World world;
  world.boot();
  const auto die = [&](u64 tag, u64 place) {
    world.machine.run(disk);
    world.machine.slots[disk].sender = request_of(volume);
    world.machine.slots[disk].tag = tag;
    world.machine.slots[disk].instruction = place;
    world.machine.crash(disk);
    world.settle();
    return world.guardian->service(disk).poisoned;
  };
  const u64 first = abi::Tag::of(3, 0, 1, 5).bits, second = abi::Tag::of(3, 0, 1, 6).bits;
  EXPECT_FALSE(die(first, 0x4000'2000));
  EXPECT_FALSE(die(first, 0x4000'2004));   // elsewhere
  EXPECT_FALSE(die(second, 0x4000'2004));  // another request
  EXPECT_TRUE(die(second | abi::tag_redelivered, 0x4000'2004));
  EXPECT_TRUE(world.guardian->crash(4)->poison);
  EXPECT_FALSE(die(first, 0x4000'2004));
}

TEST(Poison, EventsAreNoRequests) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 3; ++i) {
    world.machine.run(disk);
    world.machine.slots[disk].tag = abi::label_event;
    world.machine.crash(disk);
    world.settle();
    EXPECT_FALSE(world.guardian->service(disk).poisoned);
  }
}

TEST(Poison, InjectedFailuresHaveThePlaceAtWhichTheyStruck) {
  World world;
  world.boot();
  for (unsigned i = 0; i < 20; ++i) {
    const auto number = world.guardian->inject(disk, contract::reincarnation::Injection::exit, true);
    ASSERT_TRUE(number);
    world.machine.run(disk);
    world.machine.slots[disk].sender = request_of(volume);
    world.machine.slots[disk].tag = abi::Tag::of(3, 0, 1, 5).bits;
    world.machine.slots[disk].instruction = world.machine.slots[disk].armed;
    const u64 before = world.guardian->service(disk).executing.site;
    ++world.machine.slots[disk].injected;
    world.machine.crash(disk, abi::cause_exit);
    world.settle();
    EXPECT_EQ(world.guardian->service(disk).poisoned, world.guardian->service(disk).executing.site == before);
    EXPECT_EQ(world.guardian->injection(*number)->progress, Progress::struck);
    EXPECT_EQ(world.guardian->injection(*number)->crash, i + 1);
    EXPECT_EQ(world.guardian->injection(*number)->sender, request_of(volume));
    EXPECT_TRUE(world.guardian->crash(i + 1)->injected);
  }
}

}  // namespace
}  // namespace reincarnation::test
