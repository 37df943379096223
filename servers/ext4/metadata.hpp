// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "servers/ext4/block_cache.hpp"
#include "servers/ext4/device.hpp"
#include "servers/ext4/error.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/run.hpp"
#include "servers/ext4/timestamp.hpp"

namespace ext4 {

/// Sums over all groups; the superblock's copies are refreshed when metadata are made durable.
struct Totals {
  std::uint64_t free_blocks = 0;
  std::uint32_t free_inodes = 0;
};

/// The first thing that was found wrong with the image, for the log.
struct Damage {
  Error error{};
  const char* what = nullptr;  ///< null: nothing was found
  std::uint64_t where = 0;     ///< a block or an inode, as `what` says
};

/// The tables that the file system's memory is divided into, beside the block cache.
struct MetadataTables {
  std::span<Run> zones;
  std::span<Run> freed;
};

/// The metadata of a mounted file system: blocks that are read through the cache, checked before anything
/// looks at them, and changed by a Transaction only. Finished transactions are collected in memory until
/// `persist` writes them; the journal will stand there.
class Metadata {
 public:
  Metadata(BlockDevice& device, BlockCache& cache, MetadataTables tables)
      : device_{device}, cache_{cache}, freed_{tables.freed}, zones_{tables.zones} {}

  /// Reads superblock and descriptors. Everything else may be called only after it succeeded.
  Result<void> open();
  /// Drops all that is cached, written or not.
  void close();

  const Geometry& geometry() const { return geometry_; }
  const Totals& totals() const { return totals_; }
  const layout::Superblock& superblock() const { return superblock_.at<layout::Superblock>(layout::superblock_offset); }
  const BlockPin& superblock_block() const { return superblock_; }
  const FreedRuns& freed() const { return freed_; }
  SystemZones& zones() { return zones_; }

  /// A block whose checksum (that of `item`, for inodes) and form have been found right.
  Result<BlockPin> read(PhysicalBlock block, BlockRole role, std::uint32_t item = 0);
  /// The same without looking at any item: for an inode that may not be there, or is about to be made.
  Result<BlockPin> read_unchecked(PhysicalBlock block, BlockRole role);
  /// Looks at an item of a block that was read unchecked.
  Result<void> check(const BlockPin& pin, std::uint32_t item);

  /// Whether a file may own these blocks.
  bool may_belong_to_file(Run run) const { return geometry_.contains(run.first, run.count) && !zones_.overlaps(run); }

  /// Makes all finished transactions durable, with whatever was written to the device by others before. After
  /// an error they are all still in memory, and may be tried again.
  Result<void> persist();
  bool has_unwritten_changes() const { return dirty_ != 0; }

  bool read_only() const { return read_only_; }
  void make_read_only() { read_only_ = true; }
  /// Whether the next superblock written says that nothing is missing on the device.
  void mark_clean(bool clean) { clean_ = clean; }
  void set_time(Timestamp now) { now_ = now; }
  Timestamp time() const { return now_; }

  /// Records a contradiction in the image, and is the error to return.
  std::unexpected<Error> damaged(const char* what, std::uint64_t where, Error error = Error::damaged);
  const Damage& damage() const { return damage_; }

  /// For tests: leaves checksums as they are, to show that somebody notices.
  void stop_refreshing_checksums() { refreshing_ = false; }

 private:
  friend class Transaction;

  Result<BlockPin> fetch(PhysicalBlock block, BlockRole role);
  Result<void> verify(BufferIndex index, std::uint32_t item);
  Result<bool> bitmap_matches(BufferIndex index);
  Result<void> read_groups();
  Result<void> make_room();

  void update_superblock();
  Result<void> refresh_checksums(std::span<const BufferIndex> dirty);
  Result<void> refresh_bitmap_checksum(BufferIndex index);
  std::span<BufferIndex> dirty_in_order();

  BlockDevice& device_;
  BlockCache& cache_;
  Geometry geometry_{};
  Totals totals_{};
  FreedRuns freed_;
  SystemZones zones_;
  BlockPin superblock_;
  std::size_t dirty_ = 0;
  Timestamp now_{};
  Damage damage_{};
  bool read_only_ = false;
  bool clean_ = false;
  bool mount_recorded_ = false;
  bool refreshing_ = true;
  bool in_transaction_ = false;
};

}  // namespace ext4
