// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <span>

#include "servers/ext4/extent_node.hpp"
#include "servers/ext4/number.hpp"
#include "servers/ext4/run.hpp"

namespace ext4 {

/// Free blocks promised to a stretch of a file. They are free in the bitmap until the data are written and
/// linked, so that a crash in between costs nothing.
struct Reservation {
  InodeNumber inode{};
  LogicalBlock logical{};
  Run run{};

  LogicalBlock end() const { return logical + run.count; }
};

class Reservations {
 public:
  /// Blocks that linking one of them may need for the extent tree.
  static constexpr std::uint32_t slack = 6;

  explicit Reservations(std::span<Reservation> storage) : storage_{storage} {}

  void clear() { size_ = 0; }
  std::span<const Reservation> all() const { return storage_.first(size_); }
  bool full() const { return size_ == storage_.size(); }
  /// Blocks that are promised away, with what their linking may need.
  std::uint64_t held() const;

  /// What is reserved at `block` of the inode, or nullptr.
  const Reservation* find(InodeNumber inode, LogicalBlock block) const;
  /// Where the next reserved stretch of the inode behind `block` begins.
  LogicalBlock next_start(InodeNumber inode, LogicalBlock block) const;
  /// Adds a stretch where nothing is reserved; false if the table is full and it continues none.
  bool add(const Reservation& reservation);
  /// Gives up what is reserved in [from, end). If that would cut one in two and the table is full, its second
  /// part is given up as well.
  void remove(InodeNumber inode, LogicalBlock from, LogicalBlock end);

 private:
  std::span<Reservation> storage_;
  std::size_t size_ = 0;
};

}  // namespace ext4
