// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "servers/ext4/block_cache.hpp"
#include "servers/ext4/directory.hpp"
#include "servers/ext4/directory_editor.hpp"
#include "servers/ext4/reservations.hpp"
#include "servers/ext4/run.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

/// A name that the caller of a creation chooses for it. Asked for again with the same handle, a creation that was
/// done is answered as it was the first time. 0 is none.
enum class Handle : std::uint64_t { none = 0 };

struct Creation {
  Handle handle = Handle::none;
  InodeNumber inode{};
};

/// All memory of a file system. The numbers bound what it can do at once, not how large an image may be, but for
/// `zones`: one entry for each sixteen groups (2 GiB) of a flex_bg image, and one for each copy of the superblock.
template <std::size_t buffers = 384, std::size_t zones = 1024, std::size_t freed = 512, std::size_t reservations = 256>
struct Storage {
  static_assert(buffers >= Transaction::buffers_needed + 32, "a transaction must fit beside some dirty blocks");
  static_assert(freed >= 4 * Transaction::step_limit);
  CacheStorage<buffers> cache;
  std::array<Run, zones> zone_table;
  std::array<Run, freed> freed_table;
  std::array<Reservation, reservations> reservation_table;
  std::array<Creation, 64> creations;
  Buffer bitmap_scratch;
  ScanBuffer scan;
  SplitBuffer split;
};

}  // namespace ext4
