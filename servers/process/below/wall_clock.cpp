// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/below/wall_clock.hpp"

#include "lib/component/component.hpp"
#include "servers/process/time/records.hpp"

namespace process {

namespace {

namespace clock = contract::clock;

std::string_view text_of(clock::Reason reason) {
  switch (reason) {
    case clock::Reason::stopped:
      return "is stopped";
    case clock::Reason::invalid:
      return "shows no time";
    case clock::Reason::unsteady:
      break;
  }
  return "cannot be read";
}

std::optional<u64> unknown(std::string_view why) {
  component::log("the clock /dev/rtc0 ", why, ": the time of day goes on from 1970");
  return {};
}

}  // namespace

std::optional<u64> ClockDevice::offset() {
  const auto outcome = clock_.read();
  if (outcome.is<clock::Failed>()) return unknown(text_of(outcome.get<clock::Failed>().reason));
  if (!outcome.is<clock::Time>()) return unknown("does not answer");
  const auto& shown = outcome.get<clock::Time>();
  constexpr u64 latest = end_of_time / nanoseconds_per_second / 2;
  if (shown.seconds > latest) return unknown("shows no time");
  // It showed whole seconds: half of one had gone by, as likely as not.
  const u64 time = shown.seconds * nanoseconds_per_second + nanoseconds_per_second / 2;
  if (time < shown.monotonic) return unknown("shows no time");
  return time - shown.monotonic;
}

}  // namespace process
