// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/chip.hpp"

namespace mc146818 {

u8 Chip::get(Address address) {
  port_.write<Index>(static_cast<u8>(address));
  return port_.read<Data>();
}

/// Whether the clock goes now and went all the time since it was set.
bool Chip::goes() {
  return get<RegisterD>(Address::d).get<RegisterD::Valid>() && !get<RegisterB>(Address::b).get<RegisterB::Set>() &&
         get<RegisterA>(Address::a).get<RegisterA::Divider>() < divider_held;
}

/// Waits until no update is under way or about to begin.
bool Chip::wait_for_rest(u64 deadline) {
  for (;;) {
    // The time before the look: whoever was kept from running looks once more, however late it is then.
    const bool last = monotonic_() >= deadline;
    if (!get<RegisterA>(Address::a).get<RegisterA::UpdateInProgress>()) return true;
    if (last) return false;
  }
}

Shown Chip::look() {
  Shown shown;
  shown.second = get(Address::second);
  shown.minute = get(Address::minute);
  shown.hour = get(Address::hour);
  shown.day = get(Address::day);
  shown.month = get(Address::month);
  shown.year = get(Address::year);
  shown.century = get(Address::century);
  shown.coding = get<RegisterB>(Address::b);
  return shown;
}

std::expected<Reading, Error> Chip::read() {
  if (!goes()) return std::unexpected(Error::stopped);
  const u64 deadline = monotonic_() + patience;
  do {
    if (!wait_for_rest(deadline)) return std::unexpected(Error::unsteady);
    const u64 monotonic = monotonic_();
    const Shown shown = look();
    // Looked at twice: an update may have begun in between where something kept this from running for 244 us.
    if (!wait_for_rest(deadline)) return std::unexpected(Error::unsteady);
    if (look() != shown) continue;
    const auto seconds = seconds_of(shown);
    if (!seconds) return std::unexpected(Error::invalid);
    return Reading{*seconds, monotonic};
  } while (monotonic_() < deadline);
  return std::unexpected(Error::unsteady);
}

}  // namespace mc146818
