// SPDX-License-Identifier: BSD-2-Clause
// The policy of failure against a recording machine: every service back at its first start, after each kind of death,
// two at once, in mid-restart, and with the reincarnation server itself dying at every single thing that it does.
#include "servers/reincarnation/guardian.hpp"

#include <gtest/gtest.h>

#include <memory>

#include "abi/layout.hpp"
#include "lib/component/table.hpp"
#include "servers/reincarnation/crash_report.hpp"
#include "servers/reincarnation/tests/fake_machine.hpp"

namespace contract {
// The vault's way out; a test that gets here has found a defect.
void defect(std::string_view what) {
  ADD_FAILURE() << what;
  std::abort();
}
}  // namespace contract

namespace reincarnation::test {
namespace {

enum Slots : unsigned { store, pci, root, disk, volume, file, other_disk, slot_count };

/// A small system with a Guardian that may be thrown away and made again over the same vault and machine.
struct World {
  World() {
    records.add("store", 0);
    records.add("pci", 1, {store});
    Records::exporting(records[pci], "/service/quiesce", "quiesce");
    records.add("reincarnation", 2);
    records.add("disk", 3, {pci, store}, true);
    records.add("volume", 4, {disk});
    records.add("file", 6, {volume});
    records.add("disk1", 3, {pci, store}, true);
    records[root].heartbeat_ms = 0;
    machine.store = store;
    machine.slots[disk].device = machine.slots[other_disk].device = true;
    machine.pci = pci;
    machine.slots[root].state = abi::SlotState::running;
  }
  /// As the kernel does when the server has died; `clear`: at the third failure in a row.
  void reborn(bool clear = false) {
    guardian.reset();
    ++machine.slots[root].generation;
    if (clear) std::ranges::fill(memory, std::byte{});
    vault = std::make_unique<component::Vault>(std::span(memory));
    guardian = std::make_unique<Guardian>(machine, *vault, records.span(), root, machine.slots[root].generation);
    guardian->begin();
  }
  void boot() {
    reborn();
    guardian->reconcile();
  }
  /// Lets the server work until it has nothing left to do; it is made again whenever it dies.
  unsigned settle(u64 patience_ms = 60'000) {
    unsigned deaths = 0;
    for (u64 waited = 0; waited <= patience_ms; waited += 50) {
      try {
        if (!guardian) reborn();
        guardian->reconcile();
        guardian->watch();
      } catch (Death) {
        ++deaths;
        machine.dies_at = 0;
        guardian.reset();
        continue;
      }
      if (guardian->settled()) return deaths;
      machine.pass(50);
    }
    ADD_FAILURE() << "not settled";
    return deaths;
  }
  State state(unsigned slot) { return guardian->service(slot).state; }
  u32 generation(unsigned slot) { return machine.slots[slot].generation; }
  void expect_all_running() {
    for (unsigned slot = 0; slot < slot_count; ++slot) {
      if (slot != root) EXPECT_EQ(state(slot), State::running) << slot;
      EXPECT_EQ(machine.slots[slot].state, abi::SlotState::running) << slot;
      for (const abi::ExportRecord& exported : component::exports_of(records[slot]))
        EXPECT_EQ(machine.names[exported.name], (FakeMachine::Name{slot, generation(slot), false})) << exported.name;
    }
    EXPECT_EQ(machine.unsafe_releases, 0u);
  }

  Records records;
  FakeMachine machine;
  std::vector<std::byte> memory = std::vector<std::byte>(65536);
  std::unique_ptr<component::Vault> vault;
  std::unique_ptr<Guardian> guardian;
};

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

// ---- noticing ----

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
  world.guardian->condemn(disk, 7);
  world.settle();
  EXPECT_EQ(world.generation(disk), 1u);
  world.guardian->condemn(disk, 1);
  world.settle();
  EXPECT_EQ(world.generation(disk), 2u);
  EXPECT_EQ(world.guardian->crash(1)->cause, cause_violation);
}

// ---- poison ----

constexpr u64 request_of(unsigned slot) { return abi::Endpoint::of(slot, 1, 9, 77).bits; }

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

// ---- injections and orders ----

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

// ---- crash reports ----

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
