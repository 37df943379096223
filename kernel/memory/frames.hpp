// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/slot.hpp"
#include "kernel/memory/address.hpp"

// The table of all frames of memory: who owns each, how often it is mapped, which devices may still write to it. Frames
// are handed out singly or as aligned runs of sixteen.
namespace kernel {

enum class FrameType : u8 { absent, free, kernel, slot, data, table, vector };

struct FrameRecord {
  FrameType type;
  u8 owner;  // slot
  u16 maps;  // data: mappings; table: entries in use
  u32 pins;  // four bits for each of the components that do DMA: how often it has the frame pinned
};
static_assert(sizeof(FrameRecord) == 8);

inline constexpr unsigned run_frames = 16;

class Frames {
 public:
  // `table` has room for `count` records, and for count / 16 chunks behind them; all frames are absent at first.
  void initialise(void* table, u32 count);
  static u64 table_size(u32 count);

  // One frame, or run_frames in a row. Their contents are left as they were. no_frame: none.
  FrameNumber take(FrameType type, u8 owner, unsigned count = 1);
  void give_back(FrameNumber frame);

  bool exists(u64 number) const { return number < count_ && records_[number].type != FrameType::absent; }
  bool is_memory(PhysicalAddress address, u64 pages) const;

  // A device of component `dma` (SlotRecord::dma_index) may write to the frame. False: it is pinned as often as can be
  // counted, or not at all.
  bool pin(FrameNumber frame, unsigned dma);
  bool unpin(FrameNumber frame, unsigned dma);
  // Takes back all of its pins, from frame `at` on, looking at `most` frames at most. False: there are more.
  bool release_pins(unsigned dma, u64& at, u64 most);

  FrameRecord& operator[](FrameNumber frame) { return records_[frame.value]; }
  u32 count() const { return count_; }
  u32 free_count() const { return free_; }

 private:
  struct Chunk {  // sixteen frames
    u16 free;     // bit i: frame i of it
    u32 next, previous;
  };
  void set_free(u32 chunk, u16 free);
  u32& list_of(const Chunk& chunk) { return chunk.free == 0xffff ? whole_ : partial_; }

  FrameRecord* records_ = nullptr;
  Chunk* chunks_ = nullptr;
  u32 count_ = 0;
  u32 free_ = 0;
  u32 pinned_[dma_slots] = {};  // pins of each component
  u32 whole_ = 0;               // chunk 0 holds frame 0, which is never free: 0 ends a list
  u32 partial_ = 0;
};

}  // namespace kernel
