// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/extent_path.hpp"

#include <algorithm>

namespace ext4 {

Result<ExtentPath> ExtentPath::find(Metadata& metadata, const InodePin& inode, LogicalBlock block) {
  ExtentPath path;
  path.steps_[0] = {
      .block = inode.block().again(), .offset = inode.offset() + offsetof(layout::Inode, map), .items = inode.item()};
  std::uint64_t limit = maximum_file_blocks;  // where the parent's next entry begins
  for (;;) {
    ExtentStep& step = path.steps_[path.leaf_level_];
    const ConstExtentNode node = step.node();
    if (node.entries() != 0 && node.first_logical(node.entries() - 1).value >= limit)
      return metadata.damaged("extents outside their parent, in inode", inode.number().value);
    step.position = search(node, block);
    if (node.depth() == 0) {
      if (node.entries() != 0 && decode_extent(node.extent(node.entries() - 1)).end().value > limit)
        return metadata.damaged("extents outside their parent, in inode", inode.number().value);
      return path;
    }
    step.position = std::max(step.position, 0);
    const auto position = static_cast<std::uint32_t>(step.position);
    if (position + 1 < node.entries()) limit = node.first_logical(position + 1).value;

    const PhysicalBlock child = child_of(node.index(position));
    if (!metadata.may_belong_to_file({child, 1}))
      return metadata.damaged("extent block out of place, in inode", inode.number().value);
    const BlockRole role{.kind = BlockKind::extents, .owner = inode.checksum_seed()};
    ExtentStep& next = path.steps_[++path.leaf_level_];  // the depth falls from at most 5, checked below
    next.block = EXT4_TRY(metadata.read(child, role));
    if (next.node().depth() != node.depth() - 1 || next.node().entries() == 0 ||
        next.node().first_logical(0) < node.first_logical(position))
      return metadata.damaged("extent tree of inode", inode.number().value);
  }
}

LogicalBlock ExtentPath::next_start() const {
  const auto next = static_cast<std::uint32_t>(leaf().position + 1);
  if (next < leaf().node().entries()) return leaf().node().first_logical(next);
  for (std::uint32_t level = leaf_level_; level-- > 0;) {
    const ExtentStep& step = steps_[level];
    const auto after = static_cast<std::uint32_t>(step.position + 1);
    if (after < step.node().entries()) return step.node().first_logical(after);
  }
  return LogicalBlock{maximum_file_blocks};
}

LogicalBlock ExtentPath::leaf_start() const {
  if (leaf_level_ == 0) return LogicalBlock{0};
  const ExtentStep& parent = steps_[leaf_level_ - 1];
  const bool leftmost = std::ranges::all_of(steps_.begin(), steps_.begin() + leaf_level_,
                                            [](const ExtentStep& step) { return step.position == 0; });
  return leftmost ? LogicalBlock{0} : parent.node().first_logical(static_cast<std::uint32_t>(parent.position));
}

Result<Mapping> map_block(Metadata& metadata, const InodePin& inode, LogicalBlock block, std::uint32_t limit) {
  const ExtentPath path = EXT4_TRY(ExtentPath::find(metadata, inode, block));
  if (path.has_extent()) {
    Mapping mapping = path.extent();
    if (!metadata.may_belong_to_file(mapping.run()))
      return metadata.damaged("extent out of place, in inode", inode.number().value);
    if (block < mapping.end()) {
      const std::uint32_t skipped = block - mapping.logical;
      return Mapping{.logical = block,
                     .length = std::min(mapping.length - skipped, limit),
                     .physical = mapping.physical + skipped,
                     .content = mapping.content};
    }
  }
  const LogicalBlock next = path.next_start();
  // A next extent that the parent's key announces at `block` itself would be a contradiction.
  if (next <= block) return metadata.damaged("extent tree of inode", inode.number().value);
  return Mapping{.logical = block, .length = std::min(next - block, limit)};
}

}  // namespace ext4
