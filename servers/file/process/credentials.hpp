// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>

#include "servers/file/names/node.hpp"

namespace file {

inline constexpr u32 max_groups = 32;
inline constexpr u32 root_user = 0;

/// Who a process is to the file systems. `user` and `group` are the real ones, for access(); the file ones decide
/// everything else.
struct Credentials {
  u32 user = 0, group = 0;
  u32 effective_user = 0, effective_group = 0;
  u32 saved_user = 0, saved_group = 0;
  u32 file_user = 0, file_group = 0;
  u32 group_count = 0;
  u32 groups[max_groups] = {};

  bool in_group(u32 asked) const {
    return asked == file_group || std::find(groups, groups + group_count, asked) != groups + group_count;
  }
  bool is_root() const { return file_user == root_user; }
  bool owns(const Node& node) const { return is_root() || file_user == node.user; }
  /// The same process asking with its real identity, as access() does.
  Credentials real() const {
    Credentials result = *this;
    result.file_user = user;
    result.file_group = group;
    return result;
  }
};

/// Whether all rights asked for (may_read, may_write, may_execute) are granted (path_resolution(7), capabilities(7):
/// root may everything but execute what nobody may).
inline bool permits(const Credentials& who, const Node& node, u32 rights) {
  if (who.is_root()) {
    if ((rights & may_execute) == 0 || node.is_directory()) return true;
    return (node.mode & mode::any_execute) != 0;
  }
  u32 granted = node.mode;
  if (who.file_user == node.user)
    granted >>= 6;
  else if (who.in_group(node.group))
    granted >>= 3;
  return (rights & ~granted & 7) == 0;
}

/// Whether an entry of a directory with the sticky bit may be taken away by this process.
inline bool sticky_permits(const Credentials& who, const Node& directory, const Node& node) {
  return (directory.mode & mode::sticky) == 0 || who.is_root() || who.file_user == node.user ||
         who.file_user == directory.user;
}

}  // namespace file
