// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// What happens at a time: ends of waits, and alarms (setitimer(2), alarm(2)).
namespace process {

void Server::expire() {
  armed_ = 0;
  const u64 now = kernel_.now();
  while (Timer* const due = timers_.take_due(now)) {
    if (due->kind == Timer::Kind::alarm) {
      Process& process = processes_[due->owner];
      const Work work(*this, process);
      if (process.alarm_interval != 0) timers_.set(process.alarm, now + process.alarm_interval);
      send(process, nullptr, {.signal = sig_alarm, .code = code_kernel});
      continue;
    }
    Thread& thread = threads_[due->owner];
    answer_wait(thread, thread.wait == Wait::time     ? CallResult::value(0)
                        : thread.wait == Wait::one_of ? CallResult::error(Errno::again)
                                                      : CallResult::error(Errno::timed_out));
  }
  tell_later();
  const u64 next = timers_.next();
  if (next == 0 || (armed_ != 0 && armed_ <= next)) return;
  armed_ = next;
  kernel_.set_timer(next);
}

u64 Server::alarm_left(const Process& process) const {
  if (process.alarm.deadline == 0) return 0;
  const u64 now = kernel_.now();
  return process.alarm.deadline > now ? process.alarm.deadline - now : 1;
}

void Server::set_alarm(Process& process, u64 first, u64 interval) {
  process.alarm_interval = interval;
  set_timer(process.alarm, first == 0 ? 0 : saturating_sum(kernel_.now(), first));
}

CallResult Server::alarm(ProgramCall& call, u32 seconds) {
  Process& process = process_of(caller(call));
  const u64 left = alarm_left(process);
  set_alarm(process, u64{seconds} * nanoseconds_per_second, 0);
  return CallResult::value(static_cast<i64>((left + nanoseconds_per_second - 1) / nanoseconds_per_second));
}

CallResult Server::getitimer(ProgramCall& call, i32 which, UserAddress value) {
  constexpr i32 last = 2;
  Process& process = process_of(caller(call));
  if (which < 0 || which > last) return CallResult::error(Errno::invalid);
  IntervalValue result;
  if (which == 0) result = {TimeValue::of(process.alarm_interval), TimeValue::of(alarm_left(process))};
  const auto told = call.put(value, result);
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::setitimer(ProgramCall& call, i32 which, UserAddress value, UserAddress old) {
  Process& process = process_of(caller(call));
  if (which != 0) return CallResult::error(Errno::invalid);
  IntervalValue wanted;
  if (value) {
    const auto given = call.get<IntervalValue>(value);
    if (!given) return CallResult::of(given.error());
    wanted = *given;
    if (!wanted.value.valid() || !wanted.interval.valid()) return CallResult::error(Errno::invalid);
  }
  if (old) {
    const IntervalValue before{TimeValue::of(process.alarm_interval), TimeValue::of(alarm_left(process))};
    if (const auto told = call.put(old, before); !told) return CallResult::of(told.error());
  }
  set_alarm(process, wanted.value.nanoseconds(), wanted.interval.nanoseconds());
  return CallResult::value(0);
}

}  // namespace process
