// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/well_formed.hpp"

#include "servers/ext4/directory_block.hpp"
#include "servers/ext4/extent_node.hpp"
#include "servers/ext4/group.hpp"
#include "servers/ext4/index_block.hpp"
#include "servers/ext4/layout/attributes.hpp"

namespace ext4 {
namespace {

bool attributes_well_formed(ConstBlock block) {
  const auto& header = *reinterpret_cast<const layout::AttributesHeader*>(block.data());
  return header.magic == layout::attributes_magic && header.blocks == 1 && header.references != 0 &&
         header.references <= layout::maximum_attribute_references;
}

}  // namespace

bool well_formed(const Geometry& geometry, BlockRole role, ConstBlock block) {
  switch (role.kind) {
    case BlockKind::descriptors:
      return descriptors_well_formed(geometry, role.owner, block);
    case BlockKind::directory_leaf:
      return leaf_well_formed(geometry, block);
    case BlockKind::directory_root:
      return index_root_well_formed(geometry, block);
    case BlockKind::directory_node:
      return index_node_well_formed(geometry, block);
    case BlockKind::extents:
      return extent_block_well_formed(block);
    case BlockKind::attributes:
      return attributes_well_formed(block);
    // The superblock is checked at mount; inodes one by one where they are loaded; every bitmap is possible,
    // and so is every link's target.
    case BlockKind::superblock:
    case BlockKind::inodes:
    case BlockKind::block_bitmap:
    case BlockKind::inode_bitmap:
    case BlockKind::link_target:
      return true;
    case BlockKind::none:
      return false;
  }
  return false;
}

}  // namespace ext4
