// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "servers/ext4/checksum.hpp"
#include "servers/ext4/geometry.hpp"
#include "servers/ext4/inode.hpp"

namespace ext4 {

inline constexpr std::size_t maximum_name_length = 255;

/// An entry of a leaf block; `name` points into the block.
struct LeafEntry {
  std::uint32_t offset = 0;
  std::uint32_t record_length = 0;
  InodeNumber inode{};  ///< no_inode: room that is not in use
  FileKind kind{};
  std::string_view name;

  std::uint32_t end() const { return offset + record_length; }
};

bool leaf_well_formed(const Geometry& geometry, ConstBlock block);

/// Bytes that an entry with such a name needs.
constexpr std::uint32_t entry_length(std::size_t name_length) {
  return (sizeof(layout::DirectoryEntry) + static_cast<std::uint32_t>(name_length) + 3) & ~std::uint32_t{3};
}
/// Where the entries end: at the checksum's tail, where there is one.
constexpr std::uint32_t leaf_end(const Geometry& geometry) {
  return geometry.checksums ? block_size - sizeof(layout::DirectoryTail) : block_size;
}

// The following want a well-formed leaf; offsets are those of entries.

LeafEntry leaf_entry(ConstBlock block, std::uint32_t offset);
std::optional<LeafEntry> find_name(const Geometry& geometry, ConstBlock block, std::string_view name);
/// The entry behind or in which there is room for such a name.
std::optional<std::uint32_t> find_room(const Geometry& geometry, ConstBlock block, std::size_t name_length);
/// Puts an entry where find_room said.
void insert_name(Block block, std::uint32_t room, std::string_view name, InodeNumber inode, FileKind kind);
void remove_name(Block block, std::uint32_t offset);
/// Takes the name from an entry and leaves its record where it is.
void mark_unused(Block block, std::uint32_t offset);
void retarget(Block block, std::uint32_t offset, InodeNumber inode, FileKind kind);
/// Moves the entries to the front, so that all room is behind the last.
void compact_leaf(const Geometry& geometry, Block block);

/// An empty leaf, with its tail.
void make_leaf(const Geometry& geometry, Block block);
/// The first leaf of a directory: "." and "..".
void make_first_leaf(const Geometry& geometry, Block block, InodeNumber self, InodeNumber parent);

}  // namespace ext4
