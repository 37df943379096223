// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/caller.hpp"

namespace file {

/// Keeps other calls from changing names in the same directories. It is begun before the names are looked up that are
/// to be changed, or at once after that, so that what was found is still true when the file system is asked. Calls that
/// only look go on meanwhile.
class DirectoryChange {
 public:
  explicit DirectoryChange(Core& core) : core_(core) {}
  DirectoryChange(const DirectoryChange&) = delete;
  DirectoryChange& operator=(const DirectoryChange&) = delete;
  ~DirectoryChange() {
    for (const Use& each : directories_) {
      if (!each) continue;
      each->changing = false;
      core_.waits.wake(key_of(each.id()));
    }
  }

  /// Never waits: where another call is at it, this one is parked, and must end; all that was begun ends with it, so
  /// that two calls cannot wait for each other.
  Result<> begin(const Caller& caller, NodeId directory) {
    Use* free = nullptr;
    for (Use& each : directories_) {
      if (each.id() == directory) return {};
      if (!each) free = &each;
    }
    if (core_.tree[directory].changing) return fail(caller.wait_steadfast(key_of(directory)));
    core_.tree[directory].changing = true;
    *free = Use(core_.tree, directory);
    return {};
  }

 private:
  static WaitKey key_of(NodeId directory) { return WaitKey::of(Awaited::names, static_cast<u32>(directory)); }

  Core& core_;
  // The most that one call changes: a rename changes two, and the empty one that it replaces.
  std::array<Use, 3> directories_;
};

}  // namespace file
