// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/geometry.hpp"

#include <bit>

#include "servers/ext4/checksum.hpp"
#include "servers/ext4/layout/group.hpp"
#include "servers/ext4/layout/inode.hpp"

namespace ext4 {
namespace {

namespace incompatible = layout::incompatible;
namespace read_only_compatible = layout::read_only_compatible;

constexpr std::uint32_t known_incompatible = incompatible::file_type | incompatible::needs_recovery |
                                             incompatible::extents | incompatible::wide |
                                             incompatible::flexible_groups | incompatible::checksum_seed;
constexpr std::uint32_t needed_incompatible = incompatible::file_type | incompatible::extents;
constexpr std::uint32_t known_read_only = read_only_compatible::sparse_super | read_only_compatible::large_file |
                                          read_only_compatible::huge_file | read_only_compatible::directory_links |
                                          read_only_compatible::extra_size | read_only_compatible::metadata_checksums;

constexpr std::uint32_t log_of_block_size = 2;  // 1024 << 2
constexpr std::uint32_t oldest_first_inode = 11;
constexpr std::uint64_t maximum_blocks = std::uint64_t{1} << 48;
constexpr std::uint8_t checksum_type_crc32c = 1;

constexpr bool is_power_of(std::uint32_t value, std::uint32_t base) {
  std::uint32_t power = base;
  while (power < value && power <= 0xFFFFFFFF / base) power *= base;
  return power == value;
}

Result<void> check_features(const layout::Superblock& superblock) {
  if (superblock.magic != layout::superblock_magic || superblock.revision < 1) return std::unexpected(Error::not_ext4);
  if (superblock.log_block_size != log_of_block_size) return std::unexpected(Error::unsupported_block_size);
  const std::uint32_t features = superblock.incompatible;
  if ((features & ~known_incompatible) != 0 || (features & needed_incompatible) != needed_incompatible)
    return std::unexpected(Error::unsupported_feature);
  return {};
}

void read_features(const layout::Superblock& superblock, Geometry& geometry) {
  const std::uint32_t compatible = superblock.compatible;
  const std::uint32_t read_only = superblock.read_only_compatible;
  geometry.checksums = (read_only & read_only_compatible::metadata_checksums) != 0;
  geometry.wide_descriptors = (superblock.incompatible & incompatible::wide) != 0;
  geometry.sparse_super = (read_only & read_only_compatible::sparse_super) != 0;
  geometry.sparse_super_2 = (compatible & layout::compatible::sparse_super_2) != 0;
  geometry.backup_groups = {superblock.backup_groups[0], superblock.backup_groups[1]};
  geometry.directory_index = (compatible & layout::compatible::directory_index) != 0;
  geometry.directory_links = (read_only & read_only_compatible::directory_links) != 0;
  geometry.huge_files = (read_only & read_only_compatible::huge_file) != 0;
  geometry.large_files = (read_only & read_only_compatible::large_file) != 0;
  geometry.has_journal = (compatible & layout::compatible::has_journal) != 0;
  geometry.journal_inode = InodeNumber{superblock.journal_inode};
  geometry.needs_recovery = (superblock.incompatible & incompatible::needs_recovery) != 0;
  geometry.unknown_written_features = (read_only & ~known_read_only) != 0;
}

Result<void> read_blocks(const layout::Superblock& superblock, std::uint64_t device_blocks, Geometry& geometry) {
  const auto high = [&](std::uint32_t value) { return geometry.wide_descriptors ? value : 0; };
  geometry.blocks = layout::join(high(superblock.blocks_count_high), superblock.blocks_count_low);
  geometry.reserved_blocks = layout::join(high(superblock.reserved_blocks_high), superblock.reserved_blocks_low);
  geometry.blocks_per_group = superblock.blocks_per_group;
  if (geometry.blocks == 0 || geometry.blocks >= maximum_blocks || superblock.first_data_block != 0)
    return std::unexpected(Error::damaged);
  if (geometry.blocks > device_blocks) return std::unexpected(Error::device_too_small);
  if (geometry.blocks_per_group < 8 || geometry.blocks_per_group > bits_per_block ||
      geometry.blocks_per_group % 8 != 0 || superblock.clusters_per_group != geometry.blocks_per_group ||
      superblock.log_cluster_size != superblock.log_block_size)
    return std::unexpected(Error::damaged);
  const std::uint64_t groups = (geometry.blocks + geometry.blocks_per_group - 1) / geometry.blocks_per_group;
  if (groups > 0xFFFFFFFF) return std::unexpected(Error::damaged);
  geometry.groups = static_cast<std::uint32_t>(groups);
  const std::uint8_t log_flex = superblock.log_groups_per_flex;
  const bool flexible = (superblock.incompatible & incompatible::flexible_groups) != 0;
  if (flexible && log_flex > 31) return std::unexpected(Error::damaged);
  geometry.groups_per_flex = flexible ? std::uint32_t{1} << log_flex : 1;
  return {};
}

Result<void> read_descriptor_sizes(const layout::Superblock& superblock, Geometry& geometry) {
  geometry.descriptor_size = layout::narrow_descriptor_size;
  if (geometry.wide_descriptors) {
    geometry.descriptor_size = superblock.descriptor_size;
    if (geometry.descriptor_size != sizeof(layout::GroupDescriptor)) return std::unexpected(Error::damaged);
  }
  geometry.descriptors_per_block = block_size / geometry.descriptor_size;
  geometry.descriptor_blocks = (geometry.groups - 1) / geometry.descriptors_per_block + 1;
  geometry.reserved_descriptor_blocks = superblock.reserved_descriptor_blocks;
  if (std::uint64_t{geometry.descriptor_blocks} + geometry.reserved_descriptor_blocks + 1 > geometry.blocks_per_group)
    return std::unexpected(Error::damaged);
  return {};
}

Result<void> read_inode_sizes(const layout::Superblock& superblock, Geometry& geometry) {
  geometry.inodes = superblock.inodes_count;
  geometry.inodes_per_group = superblock.inodes_per_group;
  geometry.inode_size = superblock.inode_size;
  geometry.first_inode = superblock.first_inode;
  if (geometry.inodes_per_group == 0 || geometry.inodes_per_group > bits_per_block ||
      geometry.inodes_per_group % 8 != 0 ||
      std::uint64_t{geometry.inodes_per_group} * geometry.groups != geometry.inodes)
    return std::unexpected(Error::damaged);
  if (!std::has_single_bit(geometry.inode_size) || geometry.inode_size < layout::small_inode_size ||
      geometry.inode_size > block_size || geometry.first_inode < oldest_first_inode ||
      geometry.first_inode > geometry.inodes)
    return std::unexpected(Error::damaged);
  geometry.inodes_per_block = block_size / geometry.inode_size;
  geometry.inode_table_blocks = (geometry.inodes_per_group - 1) / geometry.inodes_per_block + 1;
  const std::uint32_t room = geometry.inode_size - layout::small_inode_size;
  const std::uint32_t wanted = superblock.wanted_extra_size;
  const bool usable = wanted <= room && wanted % 4 == 0 && wanted >= layout::extra_inode_size;
  geometry.new_extra_size = room == 0 ? 0 : usable ? wanted : layout::extra_inode_size;
  return {};
}

Result<void> read_hashing(const layout::Superblock& superblock, Geometry& geometry) {
  for (std::size_t i = 0; i < geometry.hash_seed.size(); ++i) geometry.hash_seed[i] = superblock.hash_seed[i];
  // What mke2fs does not say is half MD4, and signed, as its characters are on this architecture.
  const std::uint8_t version = superblock.default_hash_version;
  const bool known = version <= static_cast<std::uint8_t>(layout::HashVersion::tea);
  geometry.hash_version = known ? static_cast<layout::HashVersion>(version) : layout::HashVersion::half_md4;
  geometry.hash_unsigned = (superblock.flags & layout::flag::unsigned_hash) != 0;
  return {};
}

}  // namespace

std::uint32_t Geometry::blocks_in(GroupNumber group) const {
  const std::uint64_t left = blocks - first_block(group).value;
  return left < blocks_per_group ? static_cast<std::uint32_t>(left) : blocks_per_group;
}

bool Geometry::has_superblock(GroupNumber group) const {
  if (group.value == 0) return true;
  if (sparse_super_2) return group.value == backup_groups[0] || group.value == backup_groups[1];
  if (!sparse_super || group.value == 1) return true;
  return is_power_of(group.value, 3) || is_power_of(group.value, 5) || is_power_of(group.value, 7);
}

Result<Geometry> read_geometry(const layout::Superblock& superblock, std::uint64_t device_blocks) {
  EXT4_TRY(check_features(superblock));
  Geometry geometry{};
  read_features(superblock, geometry);
  if (geometry.checksums) {
    if (superblock.checksum_type != checksum_type_crc32c) return std::unexpected(Error::unsupported_feature);
    if (superblock.checksum != superblock_checksum(superblock)) return std::unexpected(Error::bad_checksum);
  }
  const bool seed_stored = (superblock.incompatible & incompatible::checksum_seed) != 0;
  geometry.checksum_seed = seed_stored ? std::uint32_t{superblock.checksum_seed} : uuid_seed(superblock.uuid);
  EXT4_TRY(read_blocks(superblock, device_blocks, geometry));
  EXT4_TRY(read_descriptor_sizes(superblock, geometry));
  EXT4_TRY(read_inode_sizes(superblock, geometry));
  EXT4_TRY(read_hashing(superblock, geometry));
  return geometry;
}

}  // namespace ext4
