// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/frame_stock.hpp"

#include <algorithm>

namespace memory {

void FrameStock::refill() {
  next_zeroed_ = 0;
  end_zeroed_ = machine_.take(zeroed_);
}

std::optional<Frame> FrameStock::zeroed() {
  if (next_zeroed_ == end_zeroed_ && used_count_ != 0) {
    const Frame frame = used_[--used_count_];
    std::ranges::fill(machine_.contents(frame), std::byte{0});
    return frame;
  }
  if (next_zeroed_ == end_zeroed_) refill();
  if (next_zeroed_ == end_zeroed_) return {};
  return zeroed_[next_zeroed_++];
}

std::optional<Frame> FrameStock::any() {
  if (used_count_ != 0) return used_[--used_count_];
  return zeroed();
}

void FrameStock::give_back(Frame frame) {
  const FrameUse use = machine_.use(frame);
  if (!use.own || use.mappings != 0) return;
  if (used_count_ == most_used) {
    // All but half, and in order, so that the kernel gets few runs.
    std::ranges::sort(used_, {}, &Frame::number);
    while (used_count_ > most_used / 2) {
      const std::size_t last = used_count_;
      std::size_t first = last - 1;
      while (first > most_used / 2 && used_[first - 1] + 1 == used_[first]) --first;
      machine_.give_back(used_[first], last - first);
      used_count_ = first;
    }
  }
  used_[used_count_++] = frame;
}

void FrameStock::empty() {
  while (used_count_ != 0) machine_.give_back(used_[--used_count_], 1);
  while (next_zeroed_ != end_zeroed_) machine_.give_back(zeroed_[next_zeroed_++], 1);
}

}  // namespace memory
