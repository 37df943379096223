// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/memory/address.hpp"

// The table of all frames of memory: who owns each, how often it is mapped, which devices may still write to it. Frames
// are handed out singly or as aligned runs of sixteen.
namespace kernel {

enum class FrameType : u8 { absent, free, kernel, slot, data, table, vector };

struct FrameRecord {
  FrameType type;
  u8 owner;   // slot
  u16 maps;   // data: mappings; table: entries in use
  u32 pins;   // four bits for each of eight slots that do DMA
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
  u32 whole_ = 0;    // chunk 0 holds frame 0, which is never free: 0 ends a list
  u32 partial_ = 0;
};

}  // namespace kernel
