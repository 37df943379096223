// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/index_path.hpp"

namespace ext4 {

Result<IndexPath> IndexPath::root(Metadata& metadata, const InodePin& directory) {
  EXT4_TRY(directory_blocks(metadata, directory));
  IndexPath path(metadata, directory);
  path.steps_[0].kind = BlockKind::directory_root;
  path.steps_[0].block =
      EXT4_TRY(read_directory_block(metadata, directory, LogicalBlock{0}, BlockKind::directory_root));
  path.levels_ = index_root(path.root_block().bytes()).indirect_levels;
  return path;
}

HashParameters IndexPath::hash_parameters() const {
  return {.version = static_cast<layout::HashVersion>(index_root(root_block().bytes()).hash_version),
          .characters_unsigned = metadata_->geometry().hash_unsigned,
          .seed = metadata_->geometry().hash_seed};
}

Result<void> IndexPath::enter_node() {
  const LogicalBlock block = steps_[0].index().block(steps_[0].position);
  if (block.value == 0) return metadata_->damaged("index of directory", directory_->number().value);
  steps_[1].kind = BlockKind::directory_node;
  steps_[1].block = EXT4_TRY(read_directory_block(*metadata_, *directory_, block, BlockKind::directory_node));
  return {};
}

Result<void> IndexPath::descend(std::uint32_t hash) {
  steps_[0].position = search(steps_[0].index(), hash);
  if (levels_ == 0) return {};
  EXT4_TRY(enter_node());
  steps_[1].position = search(steps_[1].index(), hash);
  return {};
}

Result<BlockPin> IndexPath::read_leaf() const {
  if (leaf().value == 0) return metadata_->damaged("index of directory", directory_->number().value);
  return read_directory_block(*metadata_, *directory_, leaf(), BlockKind::directory_leaf);
}

bool IndexPath::has_next_leaf() const {
  for (std::uint32_t level = 0; level <= levels_; ++level)
    if (steps_[level].position + 1 < steps_[level].index().count()) return true;
  return false;
}

std::uint32_t IndexPath::next_hash() const {
  const Step& low = lowest();
  if (low.position + 1 < low.index().count()) return low.index().hash(low.position + 1);
  return steps_[0].index().hash(steps_[0].position + 1);
}

Result<void> IndexPath::next_leaf() {
  Step& low = steps_[levels_];
  if (low.position + 1 < low.index().count()) {
    ++low.position;
    return {};
  }
  ++steps_[0].position;
  EXT4_TRY(enter_node());
  steps_[1].position = 0;
  return {};
}

}  // namespace ext4
