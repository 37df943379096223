// SPDX-License-Identifier: BSD-2-Clause
#include <utility>

#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// Clocks and sleep: clock_gettime(2), clock_settime(2), nanosleep(2).
namespace process {

namespace {

enum Clock : i32 {
  clock_real = 0,
  clock_monotonic = 1,
  clock_process_time = 2,
  clock_thread_time = 3,
  clock_monotonic_raw = 4,
  clock_real_coarse = 5,
  clock_monotonic_coarse = 6,
  clock_boot = 7,
  clock_real_alarm = 8,
  clock_boot_alarm = 9,
  clock_tai = 11,
};
constexpr i32 sleep_until_time = 1;  // TIMER_ABSTIME
constexpr u64 ticks_per_second = 100;

constexpr bool is_time_of_day(i32 clock) {
  return clock == clock_real || clock == clock_real_coarse || clock == clock_real_alarm || clock == clock_tai;
}

}  // namespace

Result<u64> Server::clock_now(i32 clock, const Thread& thread) const {
  const Process& process = process_of(thread);
  if (is_time_of_day(clock)) return time_of_day();
  switch (clock) {
    case clock_monotonic:
    case clock_monotonic_raw:
    case clock_monotonic_coarse:
    case clock_boot:
    case clock_boot_alarm:
      return kernel_.now();
    case clock_process_time: {
      const Times used = use_of(process);
      return used.user + used.system;
    }
    case clock_thread_time: {
      const ProcessorTime own = kernel_.processor_time(thread.kernel);
      return own.user + own.system;
    }
    default:
      return fail(Errno::invalid);
  }
}

CallResult Server::clock_gettime(ProgramCall& call, i32 clock, UserAddress time) {
  const auto now = clock_now(clock, caller(call));
  if (!now) return CallResult::error(now.error());
  const auto told = call.put(time, TimeSpec::of(*now));
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::clock_settime(ProgramCall& call, i32 clock, UserAddress time) {
  if (clock != clock_real) return CallResult::error(Errno::invalid);
  const auto given = call.get<TimeSpec>(time);
  if (!given) return CallResult::of(given.error());
  if (!given->valid()) return CallResult::error(Errno::invalid);
  return set_time_of_day(process_of(caller(call)), given->nanoseconds());
}

CallResult Server::clock_getres(ProgramCall& call, i32 clock, UserAddress resolution) {
  const auto now = clock_now(clock, caller(call));
  if (!now) return CallResult::error(now.error());
  if (!resolution) return CallResult::value(0);
  const auto told = call.put(resolution, TimeSpec{0, 1});
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::times(ProgramCall& call, UserAddress result) {
  constexpr u64 tick = nanoseconds_per_second / ticks_per_second;
  const Process& process = process_of(caller(call));
  if (result) {
    const Times used = use_of(process);
    const u64 ticks[4] = {used.user / tick, used.system / tick, process.of_children.user / tick,
                          process.of_children.system / tick};
    if (const auto told = call.put(result, ticks); !told) return CallResult::of(told.error());
  }
  return CallResult::value(static_cast<i64>(kernel_.now() / tick));
}

/// Sleeps, or goes on with the sleep that a stop interrupted.
CallResult Server::sleep_for(ProgramCall& call, Thread& thread, u64 time, u64 remaining) {
  const u64 deadline =
      std::exchange(thread.sleep_goes_on, false) ? thread.wake_at : saturating_sum(kernel_.now(), time);
  if (deadline <= kernel_.now()) return CallResult::value(0);
  thread.wake_at = deadline;
  thread.remaining = remaining;
  return park(call, thread, Wait::time, deadline);
}

CallResult Server::nanosleep(ProgramCall& call, UserAddress time, UserAddress remaining) {
  return clock_nanosleep(call, clock_monotonic, 0, time, remaining);
}

CallResult Server::clock_nanosleep(ProgramCall& call, i32 clock, i32 flags, UserAddress time, UserAddress remaining) {
  Thread& thread = caller(call);
  const auto now = clock_now(clock, thread);
  if (!now || clock == clock_thread_time) return CallResult::error(Errno::invalid);
  const auto given = call.get<TimeSpec>(time);
  if (!given) return CallResult::of(given.error());
  if (!given->valid()) return CallResult::error(Errno::invalid);
  const u64 wanted = given->nanoseconds();
  if (!(flags & sleep_until_time)) return sleep_for(call, thread, wanted, remaining.value);
  // Made anew after a stop, it says once more until when; what is left is not told.
  thread.sleep_goes_on = false;
  thread.remaining = 0;
  if (wanted <= *now) return CallResult::value(0);
  if (is_time_of_day(clock)) return park(call, thread, Wait::time, deadline_of(wanted), wanted);
  return park(call, thread, Wait::time, saturating_sum(kernel_.now(), wanted - *now));
}

}  // namespace process
