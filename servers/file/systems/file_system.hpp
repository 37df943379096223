// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "servers/file/linux/stat.hpp"
#include "servers/file/names/node.hpp"
#include "servers/file/storage/frames.hpp"

namespace file {

enum class MountId : u8 { none = 0xff };

/// Where a path leads: a file system may be seen at several places, and `..` differs.
struct Position {
  NodeId node = NodeId::none;
  MountId mount = MountId::none;
  friend bool operator==(const Position&, const Position&) = default;
};

/// Where a link leads that is no text.
struct LinkTarget {
  Position position;
  // No position: what a process has open and has no name, by one of its descriptors.
  u32 pid = 0;
  i32 descriptor = -1;
};

/// What a new file is to be.
struct Creation {
  u32 mode;  // with its type
  u32 user, group;
  u64 device = 0;
  std::string_view target = {};  // of a symbolic link
  i64 now;                       // nanoseconds since 1970
};

/// Where a file is taken from and put to. `replaced` is what had the new name, or none.
struct Renaming {
  NodeId from, to;
  std::string_view from_name, to_name;
  NodeId node;
  NodeId replaced = NodeId::none;
  bool exchange = false;
  i64 now;
};

/// Takes the entries of a directory; false: full, the entry was not taken.
class Listing {
 public:
  /// `next` is the position behind this entry; `type` as DT_*.
  virtual bool add(std::string_view name, u64 number, u8 type, u64 next) = 0;

 protected:
  ~Listing() = default;
};

/// Which attributes of a node were changed.
enum class Attribute : u8 { mode = 1, owner = 2, access_time = 4, modify_time = 8, change_time = 16 };
using Attributes = u8;

/// What the tree of files asks of each kind of file system. Calls may ask servers below, and meanwhile other requests
/// are served; each takes effect as a whole. Names, permissions and uses are the tree's business; link counts, times of
/// directories and what lies on a disk are the file system's.
class FileSystem {
 public:
  virtual Keeping keeping() const = 0;
  virtual bool read_only() const { return false; }
  /// Whether contents are made when they are read, and not cached.
  virtual bool synthetic() const { return false; }
  /// Finds a name that the tree does not know; makes the node known.
  virtual Result<NodeId> lookup(NodeId directory, std::string_view name) = 0;
  virtual Result<NodeId> create(NodeId directory, std::string_view name, const Creation& creation) = 0;
  virtual Result<> link(NodeId directory, std::string_view name, NodeId node, i64 now) = 0;
  /// Of a directory: it is known to be empty, as far as the tree knows names; the file system says not_empty.
  virtual Result<> remove(NodeId directory, std::string_view name, NodeId node, i64 now) = 0;
  virtual Result<> rename(const Renaming& renaming) = 0;
  /// The target of a symbolic link, at most `to`'s length of it; says how much.
  virtual Result<u32> read_link(NodeId link, std::span<char> to) = 0;
  /// The same for the process that asks, where a link's text depends on that (/proc/self).
  virtual Result<u32> read_link_for(NodeId link, u32 pid, std::span<char> to) {
    static_cast<void>(pid);
    return read_link(link, to);
  }
  /// Where a link leads that is no text but a place or an open file (/proc/self/fd/0), for the process that follows it;
  /// none: a text.
  virtual std::optional<Result<LinkTarget>> jump(NodeId link, u32 pid) {
    static_cast<void>(link), static_cast<void>(pid);
    return {};
  }
  /// Entries from `position` on, but `.` and `..`; they begin at 2.
  virtual Result<> list(NodeId directory, u64 position, Listing& listing) = 0;
  /// The node's attributes were changed.
  virtual Result<> store_attributes(NodeId node, Attributes which) = 0;
  /// Cuts or extends; the node has its old size still, and the cache is dealt with by the caller.
  virtual Result<> truncate(NodeId node, u64 size) = 0;
  virtual Result<linux_abi::StatFs> statistics() = 0;
  /// Attributes as they are now, where others than this server change them.
  virtual Result<> refresh(NodeId) { return {}; }
  /// The node's last use has ended and it has no name, or is idle: it goes, with its cached pages. Makes no calls;
  /// where calls are needed it says false, and is asked to `bury` the node some time later.
  virtual bool forget(NodeId node) = 0;
  virtual void bury(NodeId) {}

  // Contents. `pages` lie in a row in memory and begin at page `first` of the file.
  virtual Result<> load(NodeId node, u64 first, std::span<std::byte> pages) = 0;
  virtual Result<> store(NodeId node, u64 first, std::span<const std::byte> pages) = 0;
  /// Whether contents live in the cache only, so that its pages are never written back.
  virtual bool in_memory() const { return false; }
  /// Room for `pages` more pages of contents, promised to the file: no_space, or done.
  virtual Result<> reserve(NodeId, u64 first, u32 count) {
    static_cast<void>(first), static_cast<void>(count);
    return {};
  }
  /// Takes such a promise back.
  virtual void unreserve(NodeId, u64 first, u32 count) { static_cast<void>(first), static_cast<void>(count); }
  /// Everything of the node that was stored is kept by the disk (none: of all nodes).
  virtual Result<> flush(NodeId node) = 0;
  /// The same of all nodes, and the disk is left as one that nobody uses: the machine may be turned off.
  virtual Result<> put_away() { return flush(NodeId::none); }
  Result<> flush_all() { return flush(NodeId::none); }

 protected:
  ~FileSystem() = default;
};

}  // namespace file
