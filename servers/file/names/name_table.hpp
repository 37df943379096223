// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>
#include <string_view>

#include "servers/file/names/node_table.hpp"

namespace file {

/// All known names, found by directory and text. Whoever adds an entry with a child counts a use of its directory.
class NameTable {
 public:
  NameTable(Frames& frames, NodeTable& nodes) : nodes_(nodes), pool_(frames) {
    buckets_.fill(EntryId::none);
    absent_.fill(EntryId::none);
  }

  Entry& operator[](EntryId id) { return pool_[id]; }
  const Entry& operator[](EntryId id) const { return pool_[id]; }

  /// None where nothing is known of the name.
  EntryId find(NodeId parent, std::string_view name) const;
  /// The name must not be known. `child` none: it is known that there is no such file.
  Result<EntryId> add(NodeId parent, std::string_view name, NodeId child);
  /// Makes sure that the next `add` of `name` cannot fail.
  Result<> reserve(std::string_view name);
  void remove(EntryId id);
  /// Forgets all names known in a directory to which none but absent ones are left.
  void remove_absent(NodeId parent);

  /// The text of an entry, in `buffer` where the entry does not hold it in one piece.
  std::string_view name_of(EntryId id, std::span<char, max_name> buffer) const;
  // Texts of symbolic links, beside the names.
  Result<u32> keep_text(std::string_view text);
  u32 read_text(u32 first, std::span<char> to) const;
  void drop_text(u32 first) { drop_parts(first); }

  /// First entry of the directory whose cookie is `cookie` or larger.
  EntryId at_cookie(NodeId parent, u32 cookie) const;

 private:
  static constexpr u32 bucket_count = 4096;
  static constexpr u32 max_absent = 256;
  static constexpr u32 no_part = 0xffff'ffff;
  static u32 hash_of(NodeId parent, std::string_view name);
  bool equal(const Entry& entry, std::string_view name) const;
  void attach(EntryId id);
  void detach(EntryId id);
  NamePart& part(u32 id) { return reinterpret_cast<NamePart&>(pool_[static_cast<EntryId>(id)]); }
  const NamePart& part(u32 id) const { return const_cast<NameTable&>(*this).part(id); }
  Result<> write_name(Entry& entry, std::string_view name);
  Result<> write_parts(u32& first, std::string_view text);
  void drop_parts(u32 first);

  NodeTable& nodes_;
  Pool<Entry, EntryId, 65536> pool_;
  u32 next_absent_ = 0;
  std::array<EntryId, bucket_count> buckets_;
  std::array<EntryId, max_absent> absent_;  // a ring: the oldest makes room
};

}  // namespace file
