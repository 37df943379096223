// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>

#include "generated/contract/character.hpp"

namespace conformance {

using abi::u32;
using abi::u64;
using abi::u8;

/// Requests to a character device, with what each must find: whoever died, no stream goes back, what was not taken is
/// there again at its position, what was written counts once, and what the device cannot do stays the same.
class CharacterWorkload {
 public:
  using Shadow = contract::character::Shadow;

  /// `echoes`: what is written is read again, at the same position.
  explicit CharacterWorkload(Shadow& device, bool echoes = false) : device_(device), echoes_(echoes) {}

  static constexpr unsigned steps = 11;

  /// Performs step `number`; null where all is right, else what is not. The first time in their order; later any of
  /// them again.
  const char* step(unsigned number) {
    switch (number) {
      case 0:
      case 10:
        return open();
      case 1:
        return write(1);
      case 2:
        return write(sizeof first_);
      case 3:
        return take(1);
      case 4:
      case 9:
        return take(sizeof first_);
      case 5:
        return take(sizeof first_ / 2);
      case 6:
        return beyond();
      case 7:
        return settings();
      default:
        return write(2);
    }
  }

 private:
  using Failed = contract::character::Failed;
  using Reason = contract::character::Reason;

  template <class Outcome>
  static bool failed_by(const Outcome& outcome, Reason reason) {
    return outcome.template is<Failed>() && outcome.template get<Failed>().reason == reason;
  }

  const char* open() {
    const auto outcome = device_.open();
    if (!outcome.is<contract::character::Opened>()) return "open is answered";
    const auto& now = outcome.get<contract::character::Opened>();
    if (opened_ && (now.readable != opened_->readable || now.writable != opened_->writable))
      return "the device keeps what it can";
    if (now.input_first > now.input_end) return "the first byte of input is not behind the last";
    if (opened_ && (now.input_first < opened_->input_first || now.input_end < opened_->input_end))
      return "input does not go back";
    if (opened_ && now.output_end < end_) return "output does not go back";
    opened_ = now;
    end_ = now.output_end;
    position_ = now.input_first;
    return nullptr;
  }

  /// Twice from one position: nothing between the two takes it away. The next is from behind it.
  const char* take(std::size_t most) {
    const u64 from = position_;
    std::size_t counts[2] = {};
    for (unsigned time = 0; time < 2; ++time) {
      auto& buffer = time == 0 ? first_ : second_;
      buffer.fill(static_cast<u8>(0xaa + time));
      const auto room = contract::Lend::writing(std::as_writable_bytes(std::span{buffer}.first(most)));
      const auto outcome = device_.take(from, room);
      if (!opened_->readable) {
        if (!failed_by(outcome, Reason::unsupported)) return "input that there is not is unsupported";
        continue;
      }
      if (!outcome.is<contract::character::Taken>()) return "input is taken";
      counts[time] = outcome.get<contract::character::Taken>().count;
      if (counts[time] > most) return "no more is taken than there is room";
    }
    if (counts[1] < counts[0] || !std::equal(first_.begin(), first_.begin() + counts[0], second_.begin()))
      return "the same position gives the same bytes";
    for (std::size_t i = 0; echoes_ && i < counts[0]; ++i)
      if (first_[i] != byte_at(from + i)) return "what was written is read";
    position_ += counts[0];
    return nullptr;
  }

  /// Twice at one position: the second time it counts for nothing.
  const char* write(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) first_[i] = byte_at(end_ + i);
    const auto data = std::as_bytes(std::span{first_}.first(count));
    const auto outcome = device_.write(end_, contract::Lend::reading(data));
    if (!opened_->writable)
      return failed_by(outcome, Reason::unsupported) ? nullptr : "output that there is not is unsupported";
    if (!outcome.is<contract::character::Written>()) return "output is written";
    const u64 end = outcome.get<contract::character::Written>().end;
    if (end < end_ || end > end_ + count) return "no more is accepted than was given";
    if (end != end_) {
      const u64 accepted = end - end_;
      const auto opened = device_.open();
      if (!opened.is<contract::character::Opened>() || opened.get<contract::character::Opened>().output_end < end)
        return "what was accepted counts";
      const auto again = device_.write(end_, contract::Lend::reading(data.first(accepted)));
      if (!again.is<contract::character::Written>() || again.get<contract::character::Written>().end != end)
        return "what was written already is skipped";
    }
    end_ = end;
    return nullptr;
  }

  const char* beyond() {
    const auto room = std::as_writable_bytes(std::span{second_});
    if (opened_->readable && !failed_by(device_.take(~u64{0} >> 1, contract::Lend::writing(room)), Reason::gap))
      return "input that has not come yet is a gap";
    if (opened_->writable && !failed_by(device_.write(~u64{0} >> 1, contract::Lend::reading(room)), Reason::gap))
      return "output behind a gap is refused";
    return nullptr;
  }

  const char* settings() {
    for (u32 key = 0; key < contract::character::max_keys; ++key)
      if (device_.get(key).failed()) return "each setting is answered";
    return nullptr;
  }

  static u8 byte_at(u64 position) { return static_cast<u8>(position * 7 + (position >> 8)); }

  Shadow& device_;
  const bool echoes_;
  std::optional<contract::character::Opened> opened_;
  u64 end_ = 0;       // of the output that was accepted
  u64 position_ = 0;  // of the input that is taken next
  std::array<u8, 1500> first_, second_;
};

}  // namespace conformance
