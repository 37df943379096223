// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/server.hpp"

namespace mc146818 {

namespace answer = contract::clock;

namespace {

answer::Reason reason_of(Error error) {
  switch (error) {
    case Error::stopped:
      return answer::Reason::stopped;
    case Error::invalid:
      return answer::Reason::invalid;
    case Error::unsteady:
      break;
  }
  return answer::Reason::unsteady;
}

}  // namespace

contract::Answer<answer::Time, answer::Failed> Server::on_read(contract::Call&, const answer::Read&) {
  const auto reading = chip_.read();
  if (!reading) return answer::Failed{reason_of(reading.error())};
  return answer::Time{reading->seconds, reading->monotonic};
}

}  // namespace mc146818
