// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/group.hpp"

#include "servers/ext4/metadata.hpp"
#include "servers/ext4/transaction.hpp"

namespace ext4 {

Result<Group> read_group(Metadata& metadata, GroupNumber number) {
  const Geometry& geometry = metadata.geometry();
  const std::uint32_t block = number.value / geometry.descriptors_per_block;
  const std::uint32_t index = number.value % geometry.descriptors_per_block;
  const BlockRole role{.kind = BlockKind::descriptors, .owner = block * geometry.descriptors_per_block};
  BlockPin pin = EXT4_TRY(metadata.read(PhysicalBlock{1} + block, role));
  return Group(std::move(pin), number, std::size_t{index} * geometry.descriptor_size, geometry.wide_descriptors);
}

Result<Descriptor> modify_group(Transaction& transaction, const Group& group) {
  auto* raw = EXT4_TRY(transaction.modify_at<layout::GroupDescriptor>(group.block(), group.offset()));
  return Descriptor(*raw, transaction.metadata().geometry().wide_descriptors);
}

bool descriptors_well_formed(const Geometry& geometry, std::uint32_t first_group, ConstBlock block) {
  for (std::uint32_t i = 0; i < geometry.descriptors_per_block && first_group + i < geometry.groups; ++i) {
    const auto& raw =
        *reinterpret_cast<const layout::GroupDescriptor*>(block.data() + std::size_t{i} * geometry.descriptor_size);
    const ConstDescriptor descriptor(raw, geometry.wide_descriptors);
    const GroupNumber group{first_group + i};
    const bool inside = geometry.contains(descriptor.block_bitmap(), 1) &&
                        geometry.contains(descriptor.inode_bitmap(), 1) &&
                        geometry.contains(descriptor.inode_table(), geometry.inode_table_blocks) &&
                        descriptor.block_bitmap().value != 0 && descriptor.inode_bitmap().value != 0 &&
                        descriptor.inode_table().value != 0;
    const bool possible = descriptor.free_blocks() <= geometry.blocks_in(group) &&
                          descriptor.free_inodes() <= geometry.inodes_per_group &&
                          descriptor.directories() <= geometry.inodes_per_group &&
                          descriptor.unused_inodes() <= geometry.inodes_per_group;
    if (!inside || !possible) return false;
  }
  return true;
}

}  // namespace ext4
