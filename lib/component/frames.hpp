// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <span>

#include "abi/calls.hpp"
#include "abi/layout.hpp"

namespace component {

/// Number of a frame of memory: its physical address divided by the page size.
enum class Frame : abi::u32 {};

struct FrameState {
  unsigned owner;      // slot
  unsigned map_count;  // the own window counts as one
};

/// Frames that the slot takes against its quota. They survive a restart at the same addresses.
class Frames {
 public:
  /// As many as fit into `into` or are left, zeroed; `no_memory` where there is not one.
  std::expected<std::size_t, abi::Status> take(std::span<Frame> into);
  /// Sixteen in a row; the first.
  std::expected<Frame, abi::Status> take_sixteen();
  /// `busy`: mapped somewhere else still.
  abi::Status give_back(Frame first, abi::u32 count = 1);
  std::expected<FrameState, abi::Status> state(Frame frame) const;
  /// Where an own frame lies in the own space.
  static std::byte* memory(Frame frame) {
    return reinterpret_cast<std::byte*>(abi::layout::frame_base +
                                        abi::u64{static_cast<abi::u32>(frame)} * abi::page_size);
  }
};

}  // namespace component
