// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "lib/contract/exporter.hpp"
#include "lib/contract/shadow.hpp"

namespace contract {

/// The client side of a contract with several states: what ShadowBase is, and where each lane stands.
class ConversationBase : public ShadowBase {
 public:
  static constexpr unsigned max_lanes = 64;

  /// For the first state of a conversation: the calling thread's lane must not be in the middle of another.
  void begin_conversation() {
    const u16 lane = this_thread().lane;
    if (lane >= max_lanes || lanes_[lane].state != 0) defect("a conversation was begun in the middle of another");
  }

 protected:
  using ShadowBase::ShadowBase;

  /// The state of the calling thread's lane. A failure where the exporter was restarted since and the state with it.
  std::expected<LaneState*, Failure> enter(const Attempt& attempt, bool (*is_volatile)(u32 state)) {
    if (attempt.lane >= max_lanes) return std::unexpected(Failure::refused);
    LaneState& lane = lanes_[attempt.lane];
    if (lane.state == 0) return &lane;
    const Failure failure = connect();
    if (failure != Failure::none) {
      if (is_volatile(lane.state)) lane.state = 0;
      return std::unexpected(failure);
    }
    if (lane.generation == exporter().generation() || !is_volatile(lane.state)) return &lane;
    lane.state = 0;
    return std::unexpected(Failure::restarted);
  }

  /// After the request: whose state it is.
  void leave(LaneState& lane, Failure failure) {
    if (failure == Failure::restarted) lane.state = 0;
    lane.generation = exporter().generation();
  }

 private:
  std::array<LaneState, max_lanes> lanes_{};
};

}  // namespace contract
