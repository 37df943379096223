// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "servers/ext4/number.hpp"

namespace ext4 {

/// Neighbouring blocks of the device.
struct Run {
  PhysicalBlock first{};
  std::uint32_t count = 0;

  constexpr PhysicalBlock end() const { return first + count; }
  constexpr bool overlaps(Run other) const { return first < other.end() && other.first < end(); }
};

/// Blocks that were freed since metadata were last made durable. The metadata on the device may still point to
/// them, so they are not given out again before that: a crash must not leave a file with another's content.
class FreedRuns {
 public:
  explicit FreedRuns(std::span<Run> storage) : storage_{storage} {}

  std::size_t size() const { return size_; }
  std::size_t room() const { return storage_.size() - size_; }
  std::span<const Run> runs() const { return storage_.first(size_); }
  bool append(Run run) {
    if (room() == 0) return false;
    storage_[size_++] = run;
    return true;
  }
  /// Takes back what was appended after there were `size` runs.
  void shrink(std::size_t size) { size_ = size; }

 private:
  std::span<Run> storage_;
  std::size_t size_ = 0;
};

/// Where the file system keeps itself: superblock and its copies, descriptors, bitmaps, inode tables, journal.
/// No file may own any of it, whatever an extent or a bitmap says.
class SystemZones {
 public:
  explicit SystemZones(std::span<Run> storage) : storage_{storage} {}

  void clear() { size_ = 0; }
  /// False if there are more separate zones than the table has entries.
  bool add(Run run);
  /// To be called after the last `add` and before the first `overlaps`.
  void finish();
  bool overlaps(Run run) const;
  std::span<const Run> zones() const { return storage_.first(size_); }

 private:
  std::span<Run> storage_;
  std::size_t size_ = 0;
};

}  // namespace ext4
