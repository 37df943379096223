// SPDX-License-Identifier: BSD-2-Clause
// The time of day: where it comes from, who sets it, and who waits for it.
#include "servers/process/tests/system.hpp"

namespace process::test {
namespace {

constexpr u64 second = nanoseconds_per_second;
constexpr i32 real = 0, monotonic = 1, real_alarm = 8;

class Time : public System {
 protected:
  i64 set(Pid pid, TimeSpec time, i32 clock = real) {
    world.put(pid, scratch, time);
    return call(pid, nr_clock_settime, {static_cast<u64>(clock), scratch});
  }
  u64 get(i32 clock = real) {
    EXPECT_EQ(call(1, nr_clock_gettime, {static_cast<u64>(clock), scratch}), 0);
    return world.get<TimeSpec>(1, scratch).nanoseconds();
  }
  i64 sleep_until(Pid pid, u64 time, i32 clock = real) {
    world.put(pid, scratch, TimeSpec::of(time));
    return call(pid, nr_clock_nanosleep, {static_cast<u64>(clock), 1, scratch, scratch + 0x40});
  }
};

TEST_F(Time, ComesFromTheClockAndTheFileServerIsTold) {
  EXPECT_EQ(world.told_offset, 1'700'000'000 * second);
  EXPECT_EQ(get(), 1'700'000'000 * second + world.time);
  EXPECT_EQ(get(monotonic), world.time);
  EXPECT_EQ(call(1, nr_time, {0}), 1'700'000'000);
  EXPECT_EQ(call(1, nr_gettimeofday, {scratch, scratch + 0x40}), 0);
  EXPECT_EQ(world.get<TimeValue>(1, scratch).seconds, 1'700'000'000);
  EXPECT_EQ(world.get<TimeValue>(1, scratch).rest, 1000);
}

TEST_F(Time, OfTheProcessorIsThatOfTheThreads) {
  const auto used = [&](u64 user, u64 system) {
    EXPECT_EQ(call(1, nr_times, {scratch}), static_cast<i64>(world.time / (second / 100)));
    EXPECT_EQ(world.get<u64>(1, scratch), user);
    EXPECT_EQ(world.get<u64>(1, scratch + 8), system);
  };
  used(0, 0);
  for (auto& [thread, state] : world.threads) world.times[thread] = {3 * second, second};
  used(300, 100);
  constexpr i32 process_time = 2, thread_time = 3;
  EXPECT_EQ(get(process_time), 4 * second);
  EXPECT_EQ(get(thread_time), 4 * second);
  EXPECT_EQ(call(1, nr_getrusage, {0, scratch}), 0);
  EXPECT_EQ(world.get<TimeValue>(1, scratch).seconds, 3);
  const Pid child = fork(1);
  for (auto& [thread, state] : world.threads) world.times[thread] = {2 * second, second};
  used(200, 100);
  EXPECT_EQ(call(child, nr_exit_group, {0}), no_thread);
  EXPECT_EQ(call(1, nr_wait4, {child, 0, 0, 0}), child);
  EXPECT_EQ(call(1, nr_times, {scratch}), static_cast<i64>(world.time / (second / 100)));
  EXPECT_EQ(world.get<u64>(1, scratch + 16), 200u) << "the child's";
  EXPECT_EQ(world.get<u64>(1, scratch + 24), 100u);
}

TEST_F(Time, BeginsAt1970WhereNoClockTells) {
  World bare;
  contract::Transport::machine = &bare;
  bare.programs["/sbin/init"] = executable();
  bare.shown_offset.reset();
  bare.told_offset = 77;
  Server other(bare, bare, bare, bare, bare, bare);
  other.start_time();
  other.start_first_process();
  EXPECT_EQ(bare.told_offset, 77u) << "the file server begins there by itself";
  EXPECT_NE(other.process_of(1), nullptr);
  contract::Transport::machine = &world;
}

TEST_F(Time, IsSetByRoot) {
  EXPECT_EQ(set(1, {1'800'000'000, 5}), 0);
  EXPECT_EQ(get(), 1'800'000'000 * second + 5);
  EXPECT_EQ(world.told_offset, 1'800'000'000 * second + 5 - world.time);
  EXPECT_EQ(get(monotonic), world.time) << "this clock nobody sets";
  pass(second);
  EXPECT_EQ(call(1, nr_time, {0}), 1'800'000'001);

  world.put(1, scratch, TimeValue{1'900'000'000, 7});
  world.put(1, scratch + 0x40, TimeZone{-60, 1});
  EXPECT_EQ(call(1, nr_settimeofday, {scratch, scratch + 0x40}), 0);
  EXPECT_EQ(get(), 1'900'000'000 * second + 7000);
  EXPECT_EQ(call(1, nr_gettimeofday, {0, scratch}), 0);
  EXPECT_EQ(world.get<TimeZone>(1, scratch).minutes_west, -60);
  EXPECT_EQ(call(1, nr_settimeofday, {0, 0}), 0) << "sets nothing";
  EXPECT_EQ(get(), 1'900'000'000 * second + 7000);
}

TEST_F(Time, IsNotSetByOthers) {
  const Pid child = fork(1);
  EXPECT_EQ(call(child, nr_setuid, {1000}), 0);
  const u64 before = get();
  EXPECT_EQ(set(child, {1'800'000'000, 0}), -static_cast<i64>(Errno::not_permitted));
  world.put(child, scratch, TimeValue{1'800'000'000, 0});
  EXPECT_EQ(call(child, nr_settimeofday, {scratch, 0}), -static_cast<i64>(Errno::not_permitted));
  world.put(child, scratch, TimeZone{});
  EXPECT_EQ(call(child, nr_settimeofday, {0, scratch}), -static_cast<i64>(Errno::not_permitted));
  EXPECT_EQ(get(), before);
  EXPECT_EQ(world.told_offset, 1'700'000'000 * second);
}

TEST_F(Time, IsNotSetToNonsense) {
  constexpr i64 invalid = -static_cast<i64>(Errno::invalid), fault = -static_cast<i64>(Errno::fault);
  const u64 before = get();
  pass(10 * second);
  EXPECT_EQ(set(1, {9, 0}), invalid) << "before the machine was started";
  EXPECT_EQ(set(1, {-1, 0}), invalid);
  EXPECT_EQ(set(1, {1'800'000'000, 1'000'000'000}), invalid);
  EXPECT_EQ(set(1, {i64{1} << 40, 0}), invalid);
  EXPECT_EQ(set(1, {INT64_MAX, 0}), invalid);
  EXPECT_EQ(set(1, {1'800'000'000, 0}, monotonic), invalid);
  EXPECT_EQ(set(1, {1'800'000'000, 0}, real_alarm), invalid);
  EXPECT_EQ(set(1, {1'800'000'000, 0}, 99), invalid);
  EXPECT_EQ(call(1, nr_clock_settime, {0, 8}), fault);
  EXPECT_EQ(call(1, nr_settimeofday, {8, 0}), fault);
  EXPECT_EQ(call(1, nr_settimeofday, {0, 8}), fault);
  world.put(1, scratch, TimeValue{1'800'000'000, 1'000'000});
  EXPECT_EQ(call(1, nr_settimeofday, {scratch, 0}), invalid);
  world.put(1, scratch, TimeZone{15 * 60 + 1, 0});
  EXPECT_EQ(call(1, nr_settimeofday, {0, scratch}), invalid);
  EXPECT_EQ(get(), before + 10 * second);
}

TEST_F(Time, WaitsForATimeOfDayFollowIt) {
  const Pid child = fork(1);
  ASSERT_EQ(sleep_until(child, get() + 3600 * second), parked);
  EXPECT_EQ(set(1, TimeSpec::of(get() + 3598 * second)), 0);
  pass(second);
  EXPECT_EQ(state(child), World::State::parked);
  pass(second);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(child), 0);

  // Set beyond it, the wait ends at once; set back, it lasts longer.
  ASSERT_EQ(sleep_until(child, get() + 10 * second), parked);
  EXPECT_EQ(set(1, TimeSpec::of(get() - 100 * second)), 0);
  pass(20 * second);
  EXPECT_EQ(state(child), World::State::parked);
  EXPECT_EQ(set(1, TimeSpec::of(get() + 1000 * second)), 0);
  pass(0);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(sleep_until(child, get() - second), 0) << "that has been";
}

TEST_F(Time, OtherWaitsDoNot) {
  const Pid child = fork(1), other = fork(1);
  ASSERT_EQ(sleep_until(child, get(monotonic) + 10 * second, monotonic), parked);
  world.put(other, scratch, TimeSpec{10, 0});
  ASSERT_EQ(call(other, nr_clock_nanosleep, {static_cast<u64>(real), 0, scratch, 0}), parked);
  EXPECT_EQ(set(1, TimeSpec::of(get() + 3600 * second)), 0);
  pass(9 * second);
  EXPECT_EQ(state(child), World::State::parked);
  EXPECT_EQ(state(other), World::State::parked);
  pass(second);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(state(other), World::State::running);
}

TEST_F(Time, AFutexUntilATimeOfDayFollowsIt) {
  constexpr u64 wait_bits_private_real = 9 | 128 | 256;
  const Pid child = fork(1);
  world.put(child, scratch, TimeSpec::of(get() + 3600 * second));
  world.put(child, scratch + 0x40, u32{5});
  ASSERT_EQ(call(child, nr_futex, {scratch + 0x40, wait_bits_private_real, 5, scratch, 0, ~u32{0}}), parked);
  pass(second);
  EXPECT_EQ(state(child), World::State::parked);
  EXPECT_EQ(set(1, TimeSpec::of(get() + 3600 * second)), 0);
  pass(0);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(child), -static_cast<i64>(Errno::timed_out));
}

TEST_F(Time, ASleepUntilATimeOfDaySurvivesAStop) {
  const Pid child = fork(1);
  ASSERT_EQ(sleep_until(child, get() + 10 * second), parked);
  EXPECT_EQ(call(1, nr_kill, {child, 19}), 0);
  events();
  EXPECT_EQ(set(1, TimeSpec::of(get() + 5 * second)), 0);
  EXPECT_EQ(call(1, nr_kill, {child, 18}), 0);
  events();
  world.put(child, scratch, TimeSpec::of(1'700'000'000 * second + 1'000'000 + 10 * second));
  ASSERT_EQ(call_again(child), parked);
  pass(4 * second);
  EXPECT_EQ(state(child), World::State::parked);
  pass(second);
  EXPECT_EQ(state(child), World::State::running);
  EXPECT_EQ(result(child), 0);
}

}  // namespace
}  // namespace process::test
