// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/memory/frames.hpp"

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

void Frames::enlist(u32 index) {
  Chunk& chunk = chunks_[index];
  if (!chunk.free) return;
  u32& head = list_of(chunk);
  chunk.previous = 0;
  chunk.next = head;
  if (head) chunks_[head].previous = index;
  head = index;
}

void Frames::delist(u32 index) {
  Chunk& chunk = chunks_[index];
  if (!chunk.free) return;
  (chunk.previous ? chunks_[chunk.previous].next : list_of(chunk)) = chunk.next;
  if (chunk.next) chunks_[chunk.next].previous = chunk.previous;
}

void Frames::add_free(FrameNumber frame) {
  records_[frame.value] = {FrameType::free, 0, 0, 0};
  const u32 chunk = frame.value / run_frames;
  delist(chunk);
  chunks_[chunk].free |= 1u << frame.value % run_frames;
  enlist(chunk);
  ++free_;
}

void Frames::add_used(FrameNumber frame, FrameType type, u8 owner) { records_[frame.value] = {type, owner, 0, 0}; }

FrameNumber Frames::take(FrameType type, u8 owner) {
  const u32 index = partial_ ? partial_ : whole_;
  if (!index) return no_frame;
  Chunk& chunk = chunks_[index];
  delist(index);
  const unsigned bit = static_cast<unsigned>(std::countr_zero(chunk.free));
  chunk.free &= chunk.free - 1;
  enlist(index);
  --free_;
  const FrameNumber frame{index * run_frames + bit};
  records_[frame.value] = {type, owner, 0, 0};
  return frame;
}

FrameNumber Frames::take_run(FrameType type, u8 owner) {
  const u32 index = whole_;
  if (!index) return no_frame;
  delist(index);
  chunks_[index].free = 0;
  free_ -= run_frames;
  for (u32 i = 0; i < run_frames; ++i) records_[index * run_frames + i] = {type, owner, 0, 0};
  return {index * run_frames};
}

void Frames::give_back(FrameNumber frame) { add_free(frame); }

bool Frames::is_memory(PhysicalAddress address, u64 pages) const {
  for (u64 i = 0; i < pages; ++i) {
    if (exists(frame_of({address.value + i * abi::page_size}))) return true;
  }
  return false;
}

}  // namespace kernel
