// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>

#include "servers/ext4/metadata.hpp"

namespace ext4 {

/// The only way to change a metadata block: begin, modify, commit. Until `commit`, which cannot fail, the end
/// of a Transaction takes all its changes back, so that an operation that fails half-way leaves no trace.
///
/// Committed is not durable: see Metadata::persist. One transaction runs at a time.
class Transaction {
 public:
  /// Changed blocks that one transaction may have; a longer work is cut into steps, each of them consistent.
  static constexpr std::size_t step_limit = 24;
  static constexpr std::size_t change_limit = 64;
  /// Buffers that must be free at the start: a change and its undo, and what is only looked at.
  static constexpr std::size_t buffers_needed = 2 * change_limit + 32;

  /// Fails where nothing may be written, or if older changes had to be made durable first and could not be.
  static Result<Transaction> begin(Metadata& metadata);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();

  Metadata& metadata() const { return *metadata_; }

  /// Write access to a block, of which `items` will need new checksums.
  Result<Block> modify(const BlockPin& pin, ItemMask items = 1);
  template <typename T>
  Result<T*> modify_at(const BlockPin& pin, std::size_t offset, ItemMask items = 1) {
    const Block block = EXT4_TRY(modify(pin, items));
    return reinterpret_cast<T*>(block.data() + offset);
  }
  /// A block that was just taken from the free ones, filled with zeroes.
  Result<BlockPin> create(PhysicalBlock block, BlockRole role);
  /// Lets a block that was modified be of another kind from now on.
  void change_kind(const BlockPin& pin, BlockKind kind) { metadata_->cache_.entry(pin.index()).role.kind = kind; }
  /// Blocks that are being freed: what the cache holds of them is not to be written any more.
  void forget(Run run);

  Totals& totals() { return metadata_->totals_; }
  Result<void> add_freed(Run run);

  /// True when a work in steps should commit this one and begin the next.
  bool nearly_full() const;
  void commit();

 private:
  explicit Transaction(Metadata& metadata);
  void touch(BufferIndex index);
  void roll_back();

  Metadata* metadata_;
  Totals totals_before_;
  std::size_t freed_before_;
  std::size_t changes_ = 0;
  BufferIndex first_touched_ = no_buffer;
};

}  // namespace ext4
