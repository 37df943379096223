// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/names/node.hpp"
#include "servers/file/storage/frames.hpp"

namespace file {

inline constexpr u32 block_pages = run_frames;
inline constexpr u64 block_bytes = block_pages * abi::page_size;

/// Sixteen neighbouring pages of one file, each there or not. In sequential data their frames lie in a row.
struct Block {
  NodeId node = NodeId::none;
  u32 number = 0;  // of its first page / 16
  BlockId hash_next = BlockId::none;
  BlockId node_previous = BlockId::none, node_next = BlockId::none;
  BlockId age_previous = BlockId::none, age_next = BlockId::none;
  u16 valid = 0;    // bit i: page i has the file's contents
  u16 dirty = 0;    // ... newer ones than the disk, or than the boot archive
  u16 loading = 0;  // ... is being read into its frame
  u16 writing = 0;  // ... is being written to the disk
  u16 shared = 0;   // ... was mapped for writing by a program, which may have changed it at any time since
  u16 pins = 0;     // transfers that use the block's frames
  u8 used = 0;      // since the clock hand passed
  Frame frames[block_pages] = {Frame::none, Frame::none, Frame::none, Frame::none, Frame::none, Frame::none,
                               Frame::none, Frame::none, Frame::none, Frame::none, Frame::none, Frame::none,
                               Frame::none, Frame::none, Frame::none, Frame::none};

  bool has(u32 slot) const { return valid >> slot & 1; }
};
static_assert(sizeof(Block) <= 108);  // 37 to a page

}  // namespace file
