// SPDX-License-Identifier: BSD-2-Clause
// What the core does in configurations that are too large, or at times that are too long, to be explored.
#include <gtest/gtest.h>

#include "tests/unit/kernel/world.hpp"

namespace kernel {
namespace {

using explore::Frame;

constexpr u64 millisecond = 1'000'000;
constexpr unsigned first_program = 9, programs = 3, program_rank = 7;

// Slot 0 has threads 0 to 2, and each slot above it one: slot s thread s + 2. Slot s has rank s.
struct Machine {
  static inline u8 server = 0;
  static inline unsigned kicks = 0;
  static void kick(unsigned) { ++kicks; }
  static void evict(unsigned) {}
  static u64 notify_mask(unsigned, unsigned) { return ~u64{0}; }
  static u8 call_server(u64) { return server; }
  static u8 fault_server() { return 0; }
  static u8 program_owner() { return 6; }
  static u8 reincarnation() { return 6; }
};

struct Configuration {
  static constexpr unsigned threads = first_program + programs;
  static constexpr unsigned slots = 7;
  static constexpr unsigned processors = 2;
  static constexpr unsigned ranks = program_rank + 1;
  using Frame = explore::Frame;
  using Machine = kernel::Machine;
};
using TheCore = Core<Configuration>;
using Thread = TheCore::Thread;

class CoreTest : public testing::Test {
 protected:
  CoreTest() {
    Machine::server = 0;
    core.processors[0].online = core.processors[1].online = true;
    for (u16 id = 0; id < Configuration::threads; ++id) {
      Thread& thread = core.threads[id];
      thread.id = id;
      thread.program = id >= first_program;
      thread.slot = thread.program ? Machine::program_owner() : id < 3 ? u16{0} : static_cast<u16>(id - 2);
      thread.state = thread.program ? ThreadState::empty : ThreadState::halted;
      thread.call_slots = thread.program ? 0 : ~u64{0};
    }
    for (unsigned s = 0; s < Configuration::slots; ++s) {
      core.slots[s].state = SlotState::stopped;
      core.slots[s].rank = static_cast<u8>(s);
      core.slots[s].first_thread = static_cast<u16>(s == 0 ? 0 : s + 2);
      core.slots[s].threads = s == 0 ? 3 : 1;
      core.start_slot(core.slots[s]);
    }
    EXPECT_EQ(core.start_thread(core.threads[0], 1), Status::ok);
    EXPECT_EQ(core.start_thread(core.threads[0], 2), Status::ok);
    settle();
  }

  /// Everybody who may run receives.
  void settle() {
    while (Thread* thread = core.pick()) core.receive(*thread, 0);
  }
  Thread& of_slot(unsigned slot) { return core.threads[slot == 0 ? 0 : slot + 2]; }
  void start_program(unsigned id) {
    EXPECT_EQ(core.create(of_slot(Machine::program_owner()), id, 0), Status::ok);
    EXPECT_EQ(core.resume(of_slot(Machine::program_owner()), id), Status::ok);
  }
  Thread& runs(Thread& expected) {
    Thread* const chosen = core.pick();
    EXPECT_EQ(chosen, &expected);
    return expected;
  }
  /// An event brings a component's thread out of its receive.
  Thread& awake(unsigned slot) {
    core.raise(core.slots[slot], 1);
    return runs(of_slot(slot));
  }
  void call(Thread& caller, unsigned slot, unsigned lends = 0) {
    caller.frame.argument(0) = Endpoint::of(slot, core.slots[slot].generation).bits;
    caller.frame.argument(1) = Tag::of(1, 0, lends).bits;
    core.call(caller);
  }
  void answer(Thread& server) {
    server.frame.argument(1) = Tag::of(reply_value).bits;
    core.reply_receive(server, 0);
  }

  TheCore core{};
};

TEST_F(CoreTest, WhoeverAServerWorksForPaysForItsTicks) {
  Thread &one = core.threads[first_program], &other = core.threads[first_program + 1];
  start_program(first_program);
  start_program(first_program + 1);
  Thread& server = core.threads[core.slots[0].receivers[0]];
  for (const bool ticks : {false, true}) {
    core.program_call(runs(one));
    runs(server);
    if (ticks) {
      core.tick(millisecond, 0);
      runs(server);
    }
    answer(server);
  }
  runs(other);
}

TEST_F(CoreTest, AndWhoeverItsClientWorksFor) {
  Machine::server = 3;
  Thread &one = core.threads[first_program], &other = core.threads[first_program + 1];
  start_program(first_program);
  start_program(first_program + 1);
  core.program_call(runs(one));
  const Endpoint asked{of_slot(3).frame.argument(0)};
  call(runs(of_slot(3)), 1);
  core.tick(millisecond, 0);  // nobody runs yet
  runs(of_slot(1));
  core.tick(millisecond, 0);
  answer(runs(of_slot(1)));
  of_slot(3).frame.argument(0) = asked.bits;
  answer(runs(of_slot(3)));
  runs(other);
}

TEST_F(CoreTest, BudgetsAreOfAPeriod) {
  Slot& slot = core.slots[2];
  slot.budget_percent = 10;
  awake(2);
  for (unsigned ms = 1; ms <= 11; ++ms) {
    EXPECT_EQ(slot.rank_now, 2);
    core.tick(millisecond, 0);
    runs(of_slot(2));
  }
  EXPECT_EQ(slot.rank_now, program_rank);
  while (core.liveness % budget_period_ns != 0) {
    core.tick(millisecond, 0);
    runs(of_slot(2));
  }
  EXPECT_EQ(slot.rank_now, 2);
}

TEST_F(CoreTest, TimersAreTheFirstProcessorsWork) {
  core.slots[1].timer = 5;
  core.slots[2].timer = 50;
  core.here = 1;
  core.tick(millisecond, 10);
  EXPECT_EQ(core.pick(), nullptr);
  core.here = 0;
  core.tick(millisecond, 10);
  runs(of_slot(1));
  EXPECT_EQ(of_slot(1).frame.argument(2), abi::event_timer);
  EXPECT_EQ(core.slots[2].timer, 50u);
}

TEST_F(CoreTest, ThoseOfARankTakeTurns) {
  for (unsigned i = 0; i < programs; ++i) start_program(first_program + i);
  Thread* const order[] = {&core.threads[first_program], &core.threads[first_program + 1],
                           &core.threads[first_program + 2]};
  runs(*order[0]);
  // Something more urgent comes between, and it goes on.
  core.raise(core.slots[1], 1);
  core.receive(runs(of_slot(1)), 0);
  runs(*order[0]);
  for (unsigned i = 1; i < programs; ++i) {
    core.tick(millisecond, 0);
    runs(*order[i]);
  }
  // One that is ready goes, and others stay so.
  EXPECT_EQ(core.stop(of_slot(6), first_program, 0), Status::ok);
  core.receive(runs(of_slot(6)), 0);  // its owner is told
  runs(*order[2]);
  core.tick(millisecond, 0);
  runs(*order[1]);
}

TEST_F(CoreTest, WhoWasJustMadeReadyCanBeTakenBack) {
  core.raise(core.slots[1], 1);
  core.stop_slot(core.slots[1], 0, 0);
  EXPECT_EQ(core.pick(), &of_slot(6)) << "who is told of it";
}

TEST_F(CoreTest, GenerationsGoRoundPastZero) {
  Slot& slot = core.slots[1];
  slot.generation = 0x3f'ffff;
  core.stop_slot(slot, 0, 0);
  core.start_slot(slot);
  EXPECT_EQ(slot.generation, 1u);
}

TEST_F(CoreTest, AnArmedInjectionStepsWhoGetsAMessage) {
  core.inject(core.slots[1], 0x1000, 3);
  EXPECT_EQ(core.slots[1].door, 0u);
  call(awake(2), 1);
  EXPECT_TRUE(runs(of_slot(1)).frame.stepping);
}

TEST_F(CoreTest, CallsOfProgramsKeepTheirOrderOverADeath) {
  // All three threads of the server are at work, so that the third program waits undelivered.
  for (unsigned i = 0; i < programs; ++i) start_program(first_program + i);
  Thread* const order[] = {&core.threads[first_program], &core.threads[first_program + 1],
                           &core.threads[first_program + 2]};
  core.program_call(runs(*order[0]));
  runs(core.threads[core.slots[0].baton]);
  core.here = 1;
  for (unsigned i = 1; i < programs; ++i) core.program_call(runs(*order[i]));
  core.here = 0;
  core.stop_slot(core.slots[0], 0, 0);
  core.start_slot(core.slots[0]);
  Thread* server = nullptr;
  for (Thread* const program : order) {
    while ((server = core.pick()) != &core.threads[0]) core.receive(*server, 0);
    core.receive(*server, 0);
    server = &runs(core.threads[0]);
    EXPECT_EQ(Endpoint{server->frame.argument(0)}, program->endpoint);
    EXPECT_EQ(Tag{server->frame.argument(1)}.redelivered(), program == order[0]);
  }
}

TEST_F(CoreTest, AnswersWaitForTheBaton) {
  // Two threads of slot 0 wait in calls downwards while the third holds the baton; there is nobody below, so they ask
  // above, which only the verifier forbids.
  Thread* asking[2];
  for (unsigned i = 0; i < 2; ++i) {
    core.raise(core.slots[0], 1);
    asking[i] = core.pick();
    call(*asking[i], 1 + i);
  }
  core.raise(core.slots[0], 1);
  Thread& third = *core.pick();
  EXPECT_EQ(third.slot, 0);
  // Nobody is left to take it, nor a call.
  core.raise(core.slots[0], 2);
  call(of_slot(5), 0);
  core.here = 1;
  answer(runs(of_slot(1)));
  answer(runs(of_slot(2)));
  core.here = 0;
  EXPECT_EQ(asking[0]->state, ThreadState::returning);
  EXPECT_EQ(asking[1]->state, ThreadState::returning);
  call(third, 4);
  EXPECT_EQ(core.slots[0].baton, asking[0]->id);
  EXPECT_TRUE(core.slots[0].waiting);
  call(runs(*asking[0]), 3);
  EXPECT_EQ(core.slots[0].baton, asking[1]->id);
  call(runs(*asking[1]), 6);
  EXPECT_EQ(core.slots[0].baton, no_thread) << "the event and the call wait for a thread that receives";
  EXPECT_TRUE(core.slots[0].waiting);
  // One that receives from components only is enough for both.
  answer(runs(of_slot(3)));
  core.receive(runs(*asking[0]), abi::option_components_only);
  EXPECT_EQ(Tag{runs(*asking[0]).frame.argument(1)}.label(), label_event);
  core.receive(*asking[0], abi::option_components_only);
  EXPECT_EQ(Endpoint{runs(*asking[0]).frame.argument(0)}.thread(), of_slot(5).id);
  EXPECT_FALSE(core.slots[0].waiting);
}

TEST_F(CoreTest, NamesThatNobodyHasAreRefused) {
  Thread& server = awake(1);
  EXPECT_EQ(core.reply(server, Endpoint::of(2, 1, Configuration::threads)), Status::gone);
  start_program(first_program);
  EXPECT_EQ(core.stop(of_slot(1), first_program, 0), Status::none) << "another's program";
}

TEST_F(CoreTest, LendsGoSoFarDownAndNoFurther) {
  // Each asks the next one below and lends on what it was lent.
  Thread* caller = &awake(6);
  caller->frame.words[7] = Lend::read_bit | 0x1000;
  caller->frame.words[8] = 100;
  call(*caller, 5, 1);
  for (unsigned slot = 5;; --slot) {
    Thread& lender = *core.pick();
    EXPECT_EQ(lender.slot, slot);
    const Endpoint from{lender.frame.argument(0)};
    const auto found = core.resolve(lender, from, 0, 10, 20, 1);
    if (slot == 0) {
      EXPECT_EQ(found.status, Status::invalid);
      break;
    }
    EXPECT_EQ(found.status, Status::ok);
    EXPECT_EQ(found.address, 0x1000u + 10 * (6 - slot));
    lender.frame.words[7] = Lend::read_bit | Lend::derived_bit | u64{from.thread()} << 48 | 10;
    lender.frame.words[8] = 100 | u64{from.sequence()} << 32;
    call(lender, slot - 1, 1);
  }
}

TEST_F(CoreTest, LendsOfThreadsThatAreNotThereAreInvalid) {
  Thread& caller = awake(2);
  caller.frame.words[7] = Lend::read_bit | Lend::derived_bit | u64{Configuration::threads} << 48;
  caller.frame.words[8] = 100;
  call(caller, 1, 1);
  Thread& server = runs(of_slot(1));
  EXPECT_EQ(core.resolve(server, Endpoint{server.frame.argument(0)}, 0, 0, 1, 1).status, Status::invalid);
}

}  // namespace
}  // namespace kernel
