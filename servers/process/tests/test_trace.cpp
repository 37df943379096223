// SPDX-License-Identifier: BSD-2-Clause
// What is told of processes that are traced.
#include "generated/contract/process.hpp"
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

using abi::trace::Kind, abi::trace::Record;

class Traces : public System {
 protected:
  /// A child that has been executed under a trace.
  Pid traced() {
    const Pid child = fork(1);
    EXPECT_EQ(call(child, nr_prctl, {contract::process::prctl_trace, 5}), 0);
    EXPECT_TRUE(world.records.empty()) << "only what is executed is traced";
    world.programs["/bin/x"] = executable();
    execute(child);
    return child;
  }
  void execute(Pid pid) {
    constexpr char path[] = "/bin/x";
    std::memcpy(world.at(pid, scratch), path, sizeof path);
    EXPECT_EQ(call(pid, nr_execve, {scratch, 0, 0}), no_thread);
  }
  std::vector<Record> take(Pid pid) {
    std::vector<Record> taken;
    for (const auto& [whose, record] : world.records)
      if (whose == pid) taken.push_back(record);
    world.records.clear();
    return taken;
  }
};

TEST_F(Traces, CallsAreToldWithTheirResults) {
  const Pid child = traced();
  auto told = take(child);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::started);
  EXPECT_EQ(call(child, nr_getpid), child);
  EXPECT_EQ(call(child, nr_prctl, {12345}), -22);
  told = take(child);
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(told[0].kind, Kind::call);
  EXPECT_EQ(told[0].number, nr_getpid);
  EXPECT_EQ(told[0].result, child);
  EXPECT_EQ(told[0].thread, child);
  EXPECT_EQ(told[1].arguments[0], 12345u);
  EXPECT_EQ(told[1].result, -22);
}

TEST_F(Traces, OthersAreNotTold) {
  traced();
  world.records.clear();
  EXPECT_EQ(call(1, nr_getpid), 1);
  const Pid other = fork(1);
  EXPECT_EQ(call(other, nr_getpid), other);
  call(other, nr_exit_group, {0});
  EXPECT_TRUE(world.records.empty());
}

TEST_F(Traces, ChildrenAreTracedToTheirEnd) {
  const Pid child = traced();
  world.records.clear();
  const Pid grandchild = fork(child);
  auto told = take(child);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].number, nr_fork);
  EXPECT_EQ(told[0].result, grandchild);
  EXPECT_EQ(wait_for(child), parked);
  told = take(child);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::begun);
  call(grandchild, nr_exit_group, {3});
  const auto all = std::exchange(world.records, {});
  ASSERT_GE(all.size(), 2u);
  EXPECT_EQ(all[0].first, grandchild);
  EXPECT_EQ(all[0].second.kind, Kind::exited);
  EXPECT_EQ(all[0].second.result, 3);
  EXPECT_EQ(all[1].first, child);
  EXPECT_EQ(all[1].second.kind, Kind::ended);
  EXPECT_EQ(all[1].second.result, grandchild);
}

TEST_F(Traces, SignalsAreTold) {
  const Pid child = traced();
  world.records.clear();
  EXPECT_EQ(call(1, nr_kill, {child, sig_terminate}), 0);
  const auto told = take(child);
  ASSERT_EQ(told.size(), 1u) << "who is killed takes no signal";
  EXPECT_EQ(told[0].kind, Kind::killed);
  EXPECT_EQ(told[0].number, sig_terminate);
}

TEST_F(Traces, ASignalThatAHandlerTakesIsTold) {
  const Pid child = traced();
  registers(child).rsp = stack_top;
  handle_signal(child, sig_terminate, 0x403000);
  world.records.clear();
  EXPECT_EQ(call(1, nr_kill, {child, sig_terminate}), 0);
  const auto told = take(child);
  ASSERT_EQ(told.size(), 1u);
  EXPECT_EQ(told[0].kind, Kind::signal);
  EXPECT_EQ(told[0].number, sig_terminate);
}

TEST_F(Traces, ATracedProgramGetsNoRightsOfItsFile) {
  world.modes["/bin/x"] = 04755;
  world.programs["/bin/x"] = executable();
  const Pid plain = fork(1);
  EXPECT_EQ(call(plain, nr_setuid, {1000}), 0);
  execute(plain);
  EXPECT_EQ(call(plain, nr_geteuid), 77);
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_setuid, {1000}), 0);
  EXPECT_EQ(call(child, nr_prctl, {contract::process::prctl_trace, 5}), 0);
  execute(child);
  EXPECT_EQ(call(child, nr_geteuid), 1000);
}

TEST_F(Traces, ItEndsWithMinusOne) {
  const Pid child = traced();
  EXPECT_EQ(call(child, nr_prctl, {contract::process::prctl_trace, ~u64{0}}), 0);
  execute(child);
  world.records.clear();
  EXPECT_EQ(call(child, nr_getpid), child);
  EXPECT_TRUE(world.records.empty());
}

TEST_F(Traces, AThreadThatEndsWhileItIsToldOfHarmsNobody) {
  const Pid child = traced();
  world.records.clear();
  world.meanwhile = [&] { call(1, nr_kill, {child, sig_kill}); };
  EXPECT_EQ(call(child, nr_getpid), no_thread);
  EXPECT_EQ(wait_for(1), child);
}

}  // namespace
}  // namespace process::test
