// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/index_block.hpp"

#include <algorithm>
#include <cstring>

#include "servers/ext4/directory_block.hpp"

namespace ext4 {
namespace {

std::uint32_t limit_of(const Geometry& geometry, BlockKind kind) {
  const std::size_t front = kind == BlockKind::directory_root ? sizeof(layout::IndexRoot) : sizeof(layout::IndexNode);
  const std::size_t tail = geometry.checksums ? sizeof(layout::IndexTail) : 0;
  return static_cast<std::uint32_t>((block_size - front - tail) / sizeof(layout::IndexEntry));
}

bool entries_well_formed(const Geometry& geometry, ConstBlock block, BlockKind kind) {
  const ConstIndex index(block.data(), kind);
  if (index.limit() != limit_of(geometry, kind) || index.count() == 0 || index.count() > index.limit()) return false;
  for (std::uint32_t i = 1; i < index.count(); ++i)
    if (index.hash(i) < index.hash(i - 1)) return false;
  return true;
}

}  // namespace

bool index_root_well_formed(const Geometry& geometry, ConstBlock block) {
  const layout::IndexRoot& root = index_root(block);
  constexpr std::uint32_t first = entry_length(1);
  const bool names = root.self.record_length == first && root.self.name_length == 1 && root.self_name[0] == '.' &&
                     root.parent.record_length == block_size - first && root.parent.name_length == 2 &&
                     root.parent_name[0] == '.' && root.parent_name[1] == '.';
  const bool inodes = root.self.inode != 0 && root.self.inode <= geometry.inodes && root.parent.inode != 0 &&
                      root.parent.inode <= geometry.inodes;
  const bool known = root.reserved == 0 && root.info_length == layout::index_info_length &&
                     root.hash_version <= static_cast<std::uint8_t>(layout::HashVersion::tea) &&
                     root.indirect_levels <= maximum_index_levels && (root.flags & 1) == 0;
  return names && inodes && known && entries_well_formed(geometry, block, BlockKind::directory_root);
}

bool index_node_well_formed(const Geometry& geometry, ConstBlock block) {
  const auto& node = *reinterpret_cast<const layout::IndexNode*>(block.data());
  return node.hiding.inode == 0 && node.hiding.record_length == block_size &&
         entries_well_formed(geometry, block, BlockKind::directory_node);
}

std::uint32_t search(ConstIndex index, std::uint32_t hash) {
  std::uint32_t low = 1;
  std::uint32_t high = index.count();
  while (low < high) {
    const std::uint32_t middle = (low + high) / 2;
    if (index.hash(middle) <= hash)
      low = middle + 1;
    else
      high = middle;
  }
  return low - 1;
}

void insert_behind(Index index, std::uint32_t position, std::uint32_t hash, LogicalBlock block) {
  const std::uint32_t count = index.count();
  for (std::uint32_t i = count; i > position + 1; --i) index.entry(i) = index.entry(i - 1);
  index.entry(position + 1) = {.hash = hash, .block = block.value};
  index.set_count(count + 1);
}

void make_index_root(const Geometry& geometry, Block block, InodeNumber self, InodeNumber parent, LogicalBlock only) {
  std::ranges::fill(block, std::byte{0});
  auto& root = *reinterpret_cast<layout::IndexRoot*>(block.data());
  constexpr std::uint32_t first = entry_length(1);
  constexpr auto directory = static_cast<std::uint8_t>(FileKind::directory);
  root.self = {.inode = self.value, .record_length = first, .name_length = 1, .file_type = directory};
  root.self_name = {'.'};
  root.parent = {.inode = parent.value, .record_length = block_size - first, .name_length = 2, .file_type = directory};
  root.parent_name = {'.', '.'};
  root.hash_version = static_cast<std::uint8_t>(geometry.hash_version);
  root.info_length = layout::index_info_length;
  const Index index(block.data(), BlockKind::directory_root);
  index.set_limit(limit_of(geometry, BlockKind::directory_root));
  index.set_count(1);
  index.entry(0).block = only.value;
}

void make_index_node(const Geometry& geometry, Block block, Index from, std::uint32_t position) {
  auto& node = *reinterpret_cast<layout::IndexNode*>(block.data());
  node.hiding.record_length = block_size;
  const Index index(block.data(), BlockKind::directory_node);
  const std::uint32_t moved = from.count() - position;
  for (std::uint32_t i = 0; i < moved; ++i) index.entry(i) = from.entry(position + i);
  // Written last: limit and count lie where entry 0 has its hash.
  index.set_limit(limit_of(geometry, BlockKind::directory_node));
  index.set_count(moved);
  from.set_count(position);
}

}  // namespace ext4
