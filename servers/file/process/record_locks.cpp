// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/process/record_locks.hpp"

#include <algorithm>

namespace file {

const RecordLock* RecordLocks::conflict(NodeId node, u32 owner, u64 start, u64 end, bool exclusive) const {
  for (LockId id = first(node); id != LockId::none; id = static_cast<LockId>(pool_[id].next)) {
    const RecordLock& lock = pool_[id];
    if (lock.owner != owner && same_kind(lock.owner, owner) && lock.start < end && start < lock.end &&
        (exclusive || lock.exclusive))
      return &lock;
  }
  return nullptr;
}

Result<> RecordLocks::insert(NodeId node, u32 owner, u64 start, u64 end, bool exclusive) {
  const Result<LockId> made = pool_.take();
  if (!made) return fail(Error::no_memory);
  pool_[*made] = {start, end, node, owner, tree_[node].locks, exclusive};
  tree_[node].locks = static_cast<u32>(*made);
  ++count_;
  return {};
}

Result<> RecordLocks::clear(NodeId node, u32 owner, u64 start, u64 end) {
  bool changed = false;
  Result<> result;
  for (u32* link = &tree_[node].locks; *link != 0xffff'ffff;) {
    const LockId id = static_cast<LockId>(*link);
    RecordLock& lock = pool_[id];
    if (lock.owner != owner || lock.end <= start || end <= lock.start) {
      link = &lock.next;
      continue;
    }
    changed = true;
    if (lock.start < start && end < lock.end) {
      // The middle goes: what comes behind it is a lock of its own, put in front of the list.
      const u64 behind = lock.end;
      lock.end = start;
      result = insert(node, owner, end, behind, lock.exclusive);
      break;
    }
    if (lock.start < start) {
      lock.end = start;
      link = &lock.next;
    } else if (end < lock.end) {
      lock.start = end;
      link = &lock.next;
    } else {
      *link = lock.next;
      pool_.give(id);
      --count_;
    }
  }
  if (changed) waits_.wake(key_of(node));
  return result;
}

Result<> RecordLocks::set(NodeId node, u32 owner, u64 start, u64 end, bool exclusive) {
  if (const Result<> cleared = clear(node, owner, start, end); !cleared) return cleared;
  // Neighbours of the same kind become one, so that a program that locks byte by byte does not fill the table.
  for (u32* link = &tree_[node].locks; *link != 0xffff'ffff;) {
    const LockId id = static_cast<LockId>(*link);
    RecordLock& lock = pool_[id];
    if (lock.owner == owner && lock.exclusive == exclusive && (lock.end == start || lock.start == end)) {
      start = std::min(start, lock.start);
      end = std::max(end, lock.end);
      *link = lock.next;
      pool_.give(id);
      --count_;
    } else {
      link = &lock.next;
    }
  }
  return insert(node, owner, start, end, exclusive);
}

void RecordLocks::drop_owner(NodeId node, u32 owner) {
  if (tree_[node].locks != 0xffff'ffff) static_cast<void>(clear(node, owner, 0, lock_end));
}

void RecordLocks::drop_process(u32 pid) {
  if (count_ == 0) return;
  for (u32 i = 0; i < pool_.end(); ++i) {
    const RecordLock& lock = pool_[static_cast<LockId>(i)];
    if (lock.end != 0 && lock.owner == pid) drop_owner(lock.node, pid);
  }
}

}  // namespace file
