// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>

#include "generated/contract/serial.hpp"

namespace conformance {

using abi::u32;
using abi::u64;
using abi::u8;

/// Requests to serial ports whose line leads back: what port 0 sends arrives at port 1, or, where there is none, at
/// port 0 itself. Whoever died, what was accepted is sent and arrives in its order, and what was not taken is there
/// again. A byte may arrive twice in a row: a driver that dies after it gave a byte away and before it counted it sends
/// it again.
class SerialWorkload {
 public:
  using Shadow = contract::serial::Shadow;

  using Liveness = u64 (*)();

  /// `liveness`, in nanoseconds: where the line takes its time, it is waited for that long. Null where it takes none.
  explicit SerialWorkload(Shadow& ports, Liveness liveness = nullptr) : ports_(ports), liveness_(liveness) {}

  static constexpr unsigned steps = 11;

  /// Performs step `number`; null where all is right, else what is not. The first time in their order; later any of
  /// them again.
  const char* step(unsigned number) {
    switch (number) {
      case 0:
        return open();
      case 1:
        return configure();
      case 2:
        return write(1);
      case 3:
        return write(60);
      case 4:
      case 7:
        return take(first_.size());
      case 5:
        return write(150);
      case 6:
        return lines();
      case 8:
        return beyond();
      case 9:
        return take(10);
      default:
        return take_all();
    }
  }

 private:
  using Failed = contract::serial::Failed;
  using Reason = contract::serial::Reason;

  static constexpr u64 patience = 10'000'000'000;
  static constexpr u64 most_under_way = 100;

  static u8 byte_at(u64 position) { return static_cast<u8>(position * 7 + (position >> 8)); }

  template <class Outcome>
  static bool failed_by(const Outcome& outcome, Reason reason) {
    return outcome.template is<Failed>() && outcome.template get<Failed>().reason == reason;
  }

  const char* open() {
    const auto outcome = ports_.open();
    if (!outcome.is<contract::serial::Opened>()) return "open is answered";
    const u8 present = outcome.get<contract::serial::Opened>().present;
    if ((present & 1) == 0 || (present_ != 0 && present != present_)) return "the ports stay";
    present_ = present;
    arrives_at_ = present & 2 ? 1 : 0;
    const auto position = ports_.position(0);
    if (!position.is<contract::serial::PositionIs>()) return "a port says where it stands";
    const auto& stands = position.get<contract::serial::PositionIs>();
    if (stands.output_end < end_ || stands.output_sent > stands.output_end) return "output does not go back";
    end_ = stands.output_end;
    return nullptr;
  }

  const char* configure() {
    const auto outcome = ports_.configure(0, 8, 1, contract::serial::Parity::none, false, 115200);
    return outcome.is<contract::serial::Done>() ? nullptr : "the line is set";
  }

  const char* lines() {
    if (!ports_.set_lines(0, true, true).is<contract::serial::Done>()) return "the lines are set";
    return ports_.break_line(0, false).is<contract::serial::Done>() ? nullptr : "a break ends";
  }

  /// Twice at one position: the second time it counts for nothing.
  const char* write(std::size_t count) {
    if (liveness_ != nullptr)
      if (const char* const wrong = take_until(most_under_way)) return wrong;
    const u64 from = end_;
    for (std::size_t i = 0; i < count; ++i) first_[i] = byte_at(from + i);
    for (unsigned time = 0; time < 2; ++time) {
      const auto outcome =
          ports_.write(0, from, contract::Lend::reading(std::as_bytes(std::span{first_}.first(count))));
      if (!outcome.is<contract::serial::Written>()) return "output is written";
      const u64 end = outcome.get<contract::serial::Written>().end;
      // There may be room meanwhile for what was not accepted the first time.
      if (end < end_ || end > from + count) return "what was written already is skipped";
      end_ = end;
    }
    return nullptr;
  }

  const char* take_all() {
    if (const char* const wrong = take(first_.size())) return wrong;
    return liveness_ == nullptr ? nullptr : take_until(0);
  }

  /// Takes what is on its way until no more than that is: a line on which nobody reads blocks, and `configure` with it.
  const char* take_until(u64 left) {
    const u64 until = liveness_() + patience;
    while (end_ - arrived_ > left) {
      if (const char* const wrong = take(first_.size())) return wrong;
      if (liveness_() >= until) return "all that was sent arrives";
    }
    return nullptr;
  }

  /// Twice from one position: nothing between the two takes it away.
  const char* take(std::size_t most) {
    u32 counts[2] = {};
    for (unsigned time = 0; time < 2; ++time) {
      auto& buffer = time == 0 ? first_ : second_;
      buffer.fill(static_cast<u8>(0xaa + time));
      const auto room = contract::Lend::writing(std::as_writable_bytes(std::span{buffer}.first(most)));
      const auto outcome = ports_.take(arrives_at_, position_, room);
      if (!outcome.is<contract::serial::Taken>()) return "input is taken";
      if (outcome.get<contract::serial::Taken>().lost != 0) return "no input is lost";
      counts[time] = outcome.get<contract::serial::Taken>().count;
    }
    if (counts[0] > most || counts[1] < counts[0] ||
        !std::equal(first_.begin(), first_.begin() + counts[0], second_.begin()))
      return "the same position gives the same bytes";
    for (u32 i = 0; i < counts[0]; ++i) {
      if (arrived_ < end_ && first_[i] == byte_at(arrived_))
        ++arrived_;
      else if (arrived_ == 0 || first_[i] != byte_at(arrived_ - 1))
        return "what was sent arrives in its order";
    }
    position_ += counts[0];
    return nullptr;
  }

  const char* beyond() {
    const auto memory = std::as_writable_bytes(std::span{second_});
    if (!failed_by(ports_.take(0, ~u64{0} >> 1, contract::Lend::writing(memory)), Reason::gap))
      return "input that has not come yet is a gap";
    if (!failed_by(ports_.write(0, ~u64{0} >> 1, contract::Lend::reading(memory)), Reason::gap))
      return "output behind a gap is refused";
    return nullptr;
  }

  Shadow& ports_;
  const Liveness liveness_;
  u8 present_ = 0;
  u8 arrives_at_ = 0;
  u64 end_ = 0;       // of the output that was accepted
  u64 arrived_ = 0;   // of it
  u64 position_ = 0;  // of the input that is taken next
  std::array<u8, 1400> first_, second_;
};

}  // namespace conformance
