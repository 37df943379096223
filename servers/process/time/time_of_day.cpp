// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// The time of day: the monotonic clock and an offset. settimeofday(2), gettimeofday(2), time(2).
namespace process {

namespace {

/// The latest that it may be set to, 30 years before it can no more be told in 63 bits of nanoseconds, as on Linux.
constexpr u64 latest = end_of_time - u64{30} * 365 * 24 * 3600 * nanoseconds_per_second;

}  // namespace

void Server::start_time() {
  const auto offset = wall_clock_.offset();
  if (!offset) return;
  real_offset_ = *offset;
  files_.clock(real_offset_);
}

/// Not before the monotonic clock's beginning, as on Linux: the offset is never below 0.
CallResult Server::set_time_of_day(const Process& by, u64 time) {
  if (time >= latest) return CallResult::error(Errno::invalid);
  if (!is_privileged(by)) return CallResult::error(Errno::not_permitted);
  const u64 now = kernel_.now();
  if (time < now) return CallResult::error(Errno::invalid);
  real_offset_ = time - now;
  // Who waits until a time of day waits more, or less, or no longer.
  threads_.each([&](Thread& thread) {
    if (thread.wait != Wait::none && thread.until != 0) set_timer(thread.timer, deadline_of(thread.until));
  });
  files_.clock(real_offset_);
  return CallResult::value(0);
}

CallResult Server::gettimeofday(ProgramCall& call, UserAddress time, UserAddress zone) {
  if (time)
    if (const auto told = call.put(time, TimeValue::of(time_of_day())); !told) return CallResult::of(told.error());
  if (zone)
    if (const auto told = call.put(zone, zone_); !told) return CallResult::of(told.error());
  return CallResult::value(0);
}

CallResult Server::settimeofday(ProgramCall& call, UserAddress time, UserAddress zone) {
  const Process& process = process_of(caller(call));
  TimeValue wanted;
  TimeZone wanted_zone;
  if (time) {
    const auto given = call.get<TimeValue>(time);
    if (!given) return CallResult::of(given.error());
    wanted = *given;
    if (!wanted.valid()) return CallResult::error(Errno::invalid);
  }
  if (zone) {
    const auto given = call.get<TimeZone>(zone);
    if (!given) return CallResult::of(given.error());
    wanted_zone = *given;
  }
  if (!is_privileged(process)) return CallResult::error(Errno::not_permitted);
  if (zone) {
    constexpr i32 most = 15 * 60;
    if (wanted_zone.minutes_west < -most || wanted_zone.minutes_west > most) return CallResult::error(Errno::invalid);
    zone_ = wanted_zone;
  }
  return time ? set_time_of_day(process, wanted.nanoseconds()) : CallResult::value(0);
}

CallResult Server::time(ProgramCall& call, UserAddress result) {
  const u64 seconds = time_of_day() / nanoseconds_per_second;
  if (result)
    if (const auto told = call.put(result, seconds); !told) return CallResult::of(told.error());
  return CallResult::value(static_cast<i64>(seconds));
}

}  // namespace process
