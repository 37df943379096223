// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/tree/tree.hpp"

namespace file {

inline constexpr u32 max_mounts = 32;

/// What is mounted where.
struct Mount {
  bool live = false;
  SystemId system = SystemId::none;
  NodeId root = NodeId::none;
  Position point;  // covered directory; none for the first
  u32 flags = 0;   // MS_* that concern this mount
  u32 users = 0;   // positions held in it
  char source[48] = {};
  char type[16] = {};
};

namespace mount_flags {
inline constexpr u32 read_only = 1, no_set_id = 2, no_device = 4, no_execute = 8, remount = 32, no_access_time = 1024,
                     bind = 4096, relative_access_time = 1 << 21, silent = 0x8000;
inline constexpr u32 kept = read_only | no_set_id | no_device | no_execute | no_access_time;
}  // namespace mount_flags

class Mounts {
 public:
  explicit Mounts(Tree& tree) : tree_(tree) {}

  const Mount& operator[](MountId id) const { return mounts_[static_cast<u32>(id)]; }
  Result<MountId> add(SystemId system, NodeId root, Position point, u32 flags, std::string_view source,
                      std::string_view type);
  void change_flags(MountId id, u32 flags) { at(id).flags = flags; }
  /// Fails while positions in it are held; says which file system it was.
  Result<SystemId> remove(MountId id);
  bool system_mounted(SystemId system) const;

  /// The root of what is mounted over a position, or the position itself.
  Position enter(Position position) const;
  /// The directory that holds this one, seen from `root`, which has none above.
  Position above(Position position, Position root) const;

  void hold(Position position);
  void drop(Position position);

 private:
  Mount& at(MountId id) { return mounts_[static_cast<u32>(id)]; }

  Tree& tree_;
  std::array<Mount, max_mounts> mounts_{};
};

/// A held position that ends with this object.
class Spot {
 public:
  Spot() = default;
  Spot(Mounts& mounts, Position position) : mounts_(&mounts), position_(position) { mounts.hold(position); }
  Spot(Spot&& other) noexcept : mounts_(other.mounts_), position_(other.release()) {}
  Spot& operator=(Spot&& other) noexcept {
    if (this == &other) return *this;
    reset();
    mounts_ = other.mounts_;
    position_ = other.release();
    return *this;
  }
  ~Spot() { reset(); }

  const Position& operator*() const { return position_; }
  const Position* operator->() const { return &position_; }
  explicit operator bool() const { return position_.node != NodeId::none; }
  /// Hands the hold over to the caller.
  Position release() {
    const Position position = position_;
    position_ = {};
    return position;
  }
  void reset() {
    if (position_.node != NodeId::none) mounts_->drop(position_);
    position_ = {};
  }

 private:
  Mounts* mounts_ = nullptr;
  Position position_;
};

}  // namespace file
