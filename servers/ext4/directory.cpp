// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/directory.hpp"

#include "servers/ext4/extent_path.hpp"
#include "servers/ext4/index_path.hpp"

namespace ext4 {
namespace {

/// Without the feature largedir; also what a hostile size could make us walk through.
constexpr std::uint64_t maximum_directory_size = 0x7FFFFFFF;

Result<FoundName> found_in(Metadata& metadata, const InodePin& directory, BlockPin block, const LeafEntry& entry) {
  if (!metadata.geometry().may_be_named(entry.inode))
    return metadata.damaged("entry with a reserved inode, in directory", directory.number().value);
  return FoundName{.block = std::move(block), .offset = entry.offset, .inode = entry.inode, .kind = entry.kind};
}

Result<FoundName> find_linear(Metadata& metadata, const InodePin& directory, std::string_view name) {
  const std::uint32_t blocks = EXT4_TRY(directory_blocks(metadata, directory));
  for (LogicalBlock block{0}; block.value < blocks; ++block) {
    BlockPin pin = EXT4_TRY(read_directory_block(metadata, directory, block, BlockKind::directory_leaf));
    if (const auto entry = find_name(metadata.geometry(), pin.bytes(), name))
      return found_in(metadata, directory, std::move(pin), *entry);
  }
  return std::unexpected(Error::not_found);
}

Result<FoundName> find_indexed(Metadata& metadata, const InodePin& directory, std::string_view name) {
  IndexPath path = EXT4_TRY(IndexPath::root(metadata, directory));
  if (name == "." || name == "..") {
    // They lie in the root, in the form of a leaf's first two entries.
    const LeafEntry self = leaf_entry(path.root_block().bytes(), 0);
    const LeafEntry entry = name == "." ? self : leaf_entry(path.root_block().bytes(), self.end());
    return found_in(metadata, directory, path.root_block().again(), entry);
  }
  const NameHash hash = hash_name(path.hash_parameters(), name);
  EXT4_TRY(path.descend(hash.major));
  for (;;) {
    BlockPin pin = EXT4_TRY(path.read_leaf());
    if (const auto entry = find_name(metadata.geometry(), pin.bytes(), name))
      return found_in(metadata, directory, std::move(pin), *entry);
    if (!path.continues_with(hash.major)) return std::unexpected(Error::not_found);
    EXT4_TRY(path.next_leaf());
  }
}

}  // namespace

Result<std::uint32_t> directory_blocks(Metadata& metadata, const InodePin& directory) {
  const std::uint64_t size = directory.size();
  if (size == 0 || size % block_size != 0 || size > maximum_directory_size ||
      size / block_size > metadata.geometry().blocks)
    return metadata.damaged("size of directory", directory.number().value);
  return static_cast<std::uint32_t>(size / block_size);
}

Result<BlockPin> read_directory_block(Metadata& metadata, const InodePin& directory, LogicalBlock block,
                                      BlockKind kind) {
  const Mapping mapping = EXT4_TRY(map_block(metadata, directory, block, 1));
  if (mapping.content != Content::written) return metadata.damaged("hole in directory", directory.number().value);
  return metadata.read(mapping.physical, {.kind = kind, .owner = directory.checksum_seed()});
}

Result<FoundName> find_in_directory(Metadata& metadata, const InodePin& directory, std::string_view name) {
  return is_indexed(directory) ? find_indexed(metadata, directory, name) : find_linear(metadata, directory, name);
}

}  // namespace ext4
