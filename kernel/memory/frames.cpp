// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/frames.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace kernel {

u64 Frames::table_size(u32 count) {
  return u64{count} * sizeof(FrameRecord) + u64{count / run_frames + 1} * sizeof(Chunk);
}

void Frames::initialise(void* table, u32 count) {
  std::memset(table, 0, table_size(count));
  records_ = static_cast<FrameRecord*>(table);
  chunks_ = reinterpret_cast<Chunk*>(records_ + count);
  count_ = count;
}

// What is free of a chunk decides which list it is in: of whole chunks, of those in part free, or none.
void Frames::set_free(u32 index, u16 free) {
  Chunk& chunk = chunks_[index];
  if (chunk.free) {
    (chunk.previous ? chunks_[chunk.previous].next : list_of(chunk)) = chunk.next;
    if (chunk.next) chunks_[chunk.next].previous = chunk.previous;
  }
  free_ = free_ - static_cast<u32>(std::popcount(chunk.free)) + static_cast<u32>(std::popcount(free));
  chunk.free = free;
  if (!free) return;
  u32& head = list_of(chunk);
  chunk.previous = 0;
  chunk.next = head;
  if (head) chunks_[head].previous = index;
  head = index;
}

FrameNumber Frames::take(FrameType type, u8 owner, unsigned count) {
  const u32 index = count == 1 && partial_ ? partial_ : whole_;
  if (!index) return no_frame;
  const u16 free = chunks_[index].free;
  const u32 first = index * run_frames + static_cast<u32>(std::countr_zero(free));
  set_free(index, count == 1 ? static_cast<u16>(free & (free - 1)) : 0);
  for (u32 i = 0; i < count; ++i) records_[first + i] = {type, owner, 0, 0};
  return {first};
}

void Frames::give_back(FrameNumber frame) {
  records_[frame.value] = {FrameType::free, 0, 0, 0};
  const u32 chunk = frame.value / run_frames;
  set_free(chunk, static_cast<u16>(chunks_[chunk].free | 1u << frame.value % run_frames));
}

bool Frames::pin(FrameNumber frame, unsigned dma, bool more) {
  u32& pins = records_[frame.value].pins;
  if ((pins >> 4 * dma & 15) == (more ? 15 : 0)) return false;
  pins += (more ? 1u : -1u) << 4 * dma;
  pinned_[dma] += more ? 1u : -1u;
  return true;
}

bool Frames::release_pins(unsigned dma, u64& at, u64 most) {
  for (const u64 end = std::min<u64>(at + most, count_); pinned_[dma] && at < end; ++at) {
    while (pin({static_cast<u32>(at)}, dma, false)) {
    }
  }
  return !pinned_[dma];
}

}  // namespace kernel
