// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>

#include "servers/ext4/block_cache.hpp"
#include "servers/ext4/reservations.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

/// Whether the blocks that mke2fs set aside for the superuser may be used.
enum class Privilege : std::uint8_t { user, superuser };

/// Finds, takes and frees blocks. Three things keep a block from being given out: its bit, a reservation, and
/// having been freed since metadata were last made durable.
class BlockAllocator {
 public:
  /// `scratch` is one block of memory to look at bitmaps in.
  BlockAllocator(Metadata& metadata, Reservations& reservations, Buffer& scratch)
      : metadata_{metadata}, reservations_{reservations}, scratch_{scratch} {}

  Reservations& reservations() { return reservations_; }

  /// Free blocks for `privilege`, after all promises.
  std::uint64_t available(Privilege privilege) const;
  /// Up to `wanted` free neighbours: at `goal` if a good part of them is there, else near it, else where there
  /// are enough, else the longest run seen. Changes nothing.
  Result<Run> find(PhysicalBlock goal, std::uint32_t wanted, Privilege privilege);

  /// Marks blocks as in use. They may be reserved; that is the caller's affair.
  Result<void> take(Transaction& transaction, Run run);
  /// Marks blocks as free; they are not given out again before they are durably so.
  Result<void> give_back(Transaction& transaction, Run run);
  /// Finds and takes one block.
  Result<PhysicalBlock> take_one(Transaction& transaction, PhysicalBlock goal, Privilege privilege);

 private:
  Result<void> load_scratch(GroupNumber group);
  Result<Run> find_in(GroupNumber group, std::uint32_t from, std::uint32_t wanted, bool at_goal);
  Result<BlockPin> bitmap_for_change(Transaction& transaction, GroupNumber group);
  Result<void> take_in_group(Transaction& transaction, GroupNumber group, Run run);
  Result<void> give_back_in_group(Transaction& transaction, GroupNumber group, Run run);
  Block scratch() { return scratch_.bytes; }

  Metadata& metadata_;
  Reservations& reservations_;
  Buffer& scratch_;
};

}  // namespace ext4
