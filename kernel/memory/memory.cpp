// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/memory.hpp"

#include <cstring>

namespace kernel {

constinit Memory memory{};

FrameNumber Memory::take_for(u8 slot, FrameType type, unsigned count) {
  if (used[slot] + u64{count} > quota[slot]) return no_frame;
  const FrameNumber frame = frames.take(type, slot, count);
  if (frame != no_frame) used[slot] += count;
  return frame;
}

void Memory::give_back(FrameNumber frame) {
  --used[frames[frame].owner];
  frames.give_back(frame);
}

FrameNumber Memory::make_root(u8 owner) {
  const FrameNumber root = take_for(owner, FrameType::table);
  if (root == no_frame) return root;
  auto* table = direct<Entry>(root.address());
  std::memset(table, 0, page_size / 2);
  std::memcpy(table + 256, direct<Entry>(kernel_root.address()) + 256, page_size / 2);
  return root;
}

}  // namespace kernel
