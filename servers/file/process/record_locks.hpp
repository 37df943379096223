// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/tree/tree.hpp"
#include "servers/file/wait/waits.hpp"

namespace file {

/// A locked range of a file: [start, end), of one owner. Owners of record locks are processes (F_SETLK); owners of
/// whole files' locks are descriptions (flock), whose numbers carry the highest bit.
struct RecordLock {
  u64 start = 0, end = 0;
  NodeId node = NodeId::none;
  u32 owner = 0;
  u32 next = 0xffff'ffff;
  bool exclusive = false;
};

inline constexpr u64 lock_end = ~u64{0};
inline constexpr u32 description_owner = 0x8000'0000;

/// Advisory locks.
class RecordLocks {
 public:
  RecordLocks(Frames& frames, Tree& tree, Waits& waits) : tree_(tree), waits_(waits), pool_(frames) {}

  /// A lock of another owner in the way; null: none.
  const RecordLock* conflict(NodeId node, u32 owner, u64 start, u64 end, bool exclusive) const;
  /// Sets or replaces; what is in the way must have been looked for.
  Result<> set(NodeId node, u32 owner, u64 start, u64 end, bool exclusive);
  Result<> clear(NodeId node, u32 owner, u64 start, u64 end);
  void drop_owner(NodeId node, u32 owner);
  void drop_process(u32 pid);

  static WaitKey key_of(NodeId node) { return WaitKey::of(Awaited::lock, static_cast<u32>(node)); }

 private:
  enum class LockId : u32 { none = 0xffff'ffff };
  static bool same_kind(u32 left, u32 right) { return ((left ^ right) & description_owner) == 0; }
  LockId first(NodeId node) const { return static_cast<LockId>(tree_.nodes[node].locks); }
  Result<> insert(NodeId node, u32 owner, u64 start, u64 end, bool exclusive);

  Tree& tree_;
  Waits& waits_;
  Pool<RecordLock, LockId, 4096> pool_;
  u32 count_ = 0;
};

}  // namespace file
