// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <optional>

#include "servers/memory/machine.hpp"

namespace memory {

/// Frames in hand, so that most page faults, forks and exits neither take any from the kernel nor return any.
class FrameStock {
 public:
  static constexpr std::size_t batch = 16;
  static constexpr std::size_t most_used = 96;

  explicit FrameStock(Machine& machine) : machine_(machine) {}

  /// A frame of zeros.
  std::optional<Frame> zeroed();
  /// A frame that will be overwritten.
  std::optional<Frame> any();
  /// A frame that one of its users no longer has; it stays with the others, if there are any.
  void give_back(Frame frame);
  /// Everything in hand goes to the kernel.
  void empty();

 private:
  void refill();

  Machine& machine_;
  std::array<Frame, batch> zeroed_{};
  std::array<Frame, most_used> used_{};
  std::size_t next_zeroed_ = 0, end_zeroed_ = 0;
  std::size_t used_count_ = 0;
};

}  // namespace memory
