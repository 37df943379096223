// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "generated/contract/input.hpp"

namespace conformance {

using abi::u16;
using abi::u32;
using abi::u64;

/// Requests to an input device, with what each must find: whoever died, numbers do not go back, and what was not taken
/// is there again under its number.
class InputWorkload {
 public:
  using Shadow = contract::input::Shadow;

  /// `numbered`: each record has its own number as its code, so that one that is lost or doubled shows.
  explicit InputWorkload(Shadow& device, bool numbered = false) : device_(device), numbered_(numbered) {}

  static constexpr unsigned steps = 7;

  /// Performs step `number`; null where all is right, else what is not. The first time in their order; later any of
  /// them again.
  const char* step(unsigned number) {
    switch (number) {
      case 0:
      case 6:
        return open();
      case 1:
        return take(1);
      case 2:
      case 5:
        return take(contract::input::max_records);
      case 3:
        return beyond();
      default:
        return lights();
    }
  }

 private:
  using Record = contract::input::Record;
  using Failed = contract::input::Failed;
  using Reason = contract::input::Reason;
  using Records = std::array<Record, contract::input::max_records>;

  const char* open() {
    const auto outcome = device_.open();
    if (!outcome.is<contract::input::Opened>()) return "open is answered";
    const auto& now = outcome.get<contract::input::Opened>();
    if (now.first > now.end) return "the first record is not behind the last";
    if (opened_ && now.types != opened_->types) return "the device keeps what it has";
    if (opened_ && (now.first < opened_->first || now.end < opened_->end)) return "numbers do not go back";
    opened_ = now;
    position_ = now.first;
    return nullptr;
  }

  /// Twice from one number: nothing between the two takes it away. The next is from behind it.
  const char* take(std::size_t most) {
    u32 counts[2] = {};
    for (unsigned time = 0; time < 2; ++time) {
      auto& records = time == 0 ? first_ : second_;
      records.fill({.at = time, .type = 0xffff, .code = 0xffff, .value = 0});
      const auto room = contract::LendOf<Record>::writing(std::span{records}.first(most));
      const auto outcome = device_.take(position_, room);
      if (!outcome.is<contract::input::Taken>()) return "records are taken";
      counts[time] = outcome.get<contract::input::Taken>().count;
      if (counts[time] > most) return "no more is taken than there is room";
    }
    const auto equal = [](const Record& left, const Record& right) {
      return left.at == right.at && left.type == right.type && left.code == right.code && left.value == right.value;
    };
    if (counts[1] < counts[0] || !std::equal(first_.begin(), first_.begin() + counts[0], second_.begin(), equal))
      return "the same number is the same record";
    for (u32 index = 0; numbered_ && index < counts[0]; ++index)
      if (first_[index].code != static_cast<u16>(position_ + index)) return "no record is lost or doubled";
    position_ += counts[0];
    return nullptr;
  }

  const char* beyond() {
    const auto outcome = device_.take(~u64{0} >> 1, contract::LendOf<Record>::writing(second_));
    const bool gap = outcome.is<Failed>() && outcome.get<Failed>().reason == Reason::gap;
    return gap ? nullptr : "records that have not come yet are a gap";
  }

  const char* lights() {
    const auto outcome = device_.set_lights(1);
    const bool refused = outcome.is<Failed>() && outcome.get<Failed>().reason == Reason::unsupported;
    return refused || outcome.is<contract::input::Done>() ? nullptr : "lights are set, or unsupported";
  }

  Shadow& device_;
  const bool numbered_;
  std::optional<contract::input::Opened> opened_;
  u64 position_ = 0;
  Records first_, second_;
};

}  // namespace conformance
