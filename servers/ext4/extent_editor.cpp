// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/extent_editor.hpp"

#include <algorithm>
#include <cstring>

namespace ext4 {
namespace {

std::uint32_t unsigned_position(const ExtentStep& step) { return static_cast<std::uint32_t>(step.position); }

bool continues(const Mapping& left, const Mapping& right) {
  return left.content == right.content && left.end() == right.logical &&
         left.physical + left.length == right.physical &&
         left.length + right.length <= maximum_extent_length(left.content);
}

}  // namespace

Result<ExtentNode> ExtentEditor::edit(const ExtentStep& step) {
  const Block block = EXT4_TRY(transaction_.modify(step.block, step.items));
  return ExtentNode(block.data() + step.offset);
}

Result<void> ExtentEditor::insert(Mapping mapping) {
  if (mapping.length == 0 || mapping.length > maximum_extent_length(mapping.content))
    return std::unexpected(Error::bad_argument);
  if (std::uint64_t{mapping.logical.value} + mapping.length > maximum_file_blocks)
    return std::unexpected(Error::file_too_large);
  // Each turn but the last makes room at one level.
  for (std::uint32_t turn = 0; turn <= 2 * layout::maximum_extent_depth + 2; ++turn) {
    ExtentPath path = EXT4_TRY(ExtentPath::find(metadata_, inode_, mapping.logical));
    if ((path.has_extent() && path.extent().end() > mapping.logical) || path.next_start() < mapping.end())
      return std::unexpected(Error::bad_argument);
    if (EXT4_TRY(merge(path, mapping))) return {};
    if (path.leaf().node().full()) {
      EXT4_TRY(make_room(path));
      continue;
    }
    const ExtentNode leaf = EXT4_TRY(edit(path.leaf()));
    const layout::Extent extent = encode_extent(mapping);
    const auto position = static_cast<std::uint32_t>(path.leaf().position + 1);
    insert_entry(leaf, position, &extent);
    return position == 0 ? correct_keys(path, path.leaf_level()) : Result<void>{};
  }
  return metadata_.damaged("extent tree of inode", inode_.number().value);
}

Result<bool> ExtentEditor::merge(ExtentPath& path, Mapping mapping) {
  const ExtentStep& step = path.leaf();
  const ConstExtentNode node = step.node();
  const auto right_position = static_cast<std::uint32_t>(step.position + 1);
  const bool has_right = right_position < node.entries();
  const Mapping right = has_right ? decode_extent(node.extent(right_position)) : Mapping{};
  if (path.has_extent() && continues(path.extent(), mapping)) {
    Mapping joined = path.extent();
    joined.length += mapping.length;
    const bool all_three = has_right && continues(joined, right);
    if (all_three) joined.length += right.length;
    const ExtentNode leaf = EXT4_TRY(edit(step));
    leaf.extent(unsigned_position(step)) = encode_extent(joined);
    if (all_three) remove_entry(leaf, right_position);
    return true;
  }
  if (!has_right || !continues(mapping, right)) return false;
  mapping.length += right.length;
  EXT4_TRY(edit(step)).extent(right_position) = encode_extent(mapping);
  if (right_position == 0) EXT4_TRY(correct_keys(path, path.leaf_level()));
  return true;
}

Result<void> ExtentEditor::make_room(ExtentPath& path) {
  // The topmost full node below one with room is split; the leaf's turn comes when all above it have room.
  std::uint32_t level = path.leaf_level();
  while (level > 0 && path.step(level - 1).node().full()) --level;
  return level == 0 ? grow(path) : split(path, level);
}

Result<BlockPin> ExtentEditor::new_node(const ExtentPath& path) {
  const PhysicalBlock goal = path.leaf_level() == 0
                                 ? metadata_.geometry().first_block(metadata_.geometry().group_of(inode_.number()))
                                 : path.leaf().block.number() + 1;
  const PhysicalBlock block = EXT4_TRY(allocator_.take_one(transaction_, goal, privilege_));
  EXT4_TRY(add_blocks(transaction_, inode_, 1));
  return transaction_.create(block, {.kind = BlockKind::extents, .owner = inode_.checksum_seed()});
}

Result<void> ExtentEditor::split(ExtentPath& path, std::uint32_t level) {
  const BlockPin fresh = EXT4_TRY(new_node(path));
  const ExtentStep& step = path.step(level);
  const ExtentStep& parent = path.step(level - 1);
  const ExtentNode left = EXT4_TRY(edit(step));
  const ExtentNode right(EXT4_TRY(transaction_.modify(fresh)).data());
  // Files grow at their end, so a node that is extended there stays full.
  const bool at_end = unsigned_position(step) + 1 == left.entries();
  move_entries(left, at_end ? left.entries() - 1 : left.entries() / 2, right, extent_block_capacity);
  const layout::ExtentIndex index = encode_index(right.first_logical(0), fresh.number());
  insert_entry(EXT4_TRY(edit(parent)), unsigned_position(parent) + 1, &index);
  return {};
}

Result<void> ExtentEditor::grow(ExtentPath& path) {
  if (path.leaf_level() == layout::maximum_extent_depth) return std::unexpected(Error::file_too_large);
  const BlockPin fresh = EXT4_TRY(new_node(path));
  const ExtentNode root = EXT4_TRY(edit(path.step(0)));
  const ExtentNode child(EXT4_TRY(transaction_.modify(fresh)).data());
  move_entries(root, 0, child, extent_block_capacity);
  root.header().depth = static_cast<std::uint16_t>(root.depth() + 1);
  const layout::ExtentIndex index = encode_index(child.first_logical(0), fresh.number());
  insert_entry(root, 0, &index);
  return {};
}

Result<void> ExtentEditor::correct_keys(ExtentPath& path, std::uint32_t level) {
  const LogicalBlock key = path.step(level).node().first_logical(0);
  while (level-- > 0) {
    const ExtentStep& step = path.step(level);
    if (step.node().first_logical(unsigned_position(step)) == key) return {};
    EXT4_TRY(edit(step)).index(unsigned_position(step)).logical = key.value;
    if (step.position != 0) return {};
  }
  return {};
}

Result<void> ExtentEditor::free_node(PhysicalBlock block) {
  transaction_.forget({block, 1});
  EXT4_TRY(allocator_.give_back(transaction_, {block, 1}));
  return add_blocks(transaction_, inode_, -1);
}

Result<void> ExtentEditor::remove_at(ExtentPath& path) {
  std::uint32_t level = path.leaf_level();
  remove_entry(EXT4_TRY(edit(path.step(level))), unsigned_position(path.step(level)));
  for (; level > 0 && path.step(level).node().entries() == 0; --level) {
    EXT4_TRY(free_node(path.step(level).block.number()));
    remove_entry(EXT4_TRY(edit(path.step(level - 1))), unsigned_position(path.step(level - 1)));
  }
  if (level == 0 && path.step(0).node().entries() == 0) {
    EXT4_TRY(edit(path.step(0))).header().depth = 0;
    return {};
  }
  if (path.step(level).position == 0) EXT4_TRY(correct_keys(path, level));
  return collapse();
}

Result<void> ExtentEditor::collapse() {
  for (;;) {
    ExtentPath path = EXT4_TRY(ExtentPath::find(metadata_, inode_, LogicalBlock{0}));
    if (path.leaf_level() == 0 || path.step(0).node().entries() != 1) return {};
    const ConstExtentNode child = path.step(1).node();
    if (child.entries() > extent_root_capacity) return {};
    const ExtentNode root = EXT4_TRY(edit(path.step(0)));
    std::memcpy(root.address(0), child.address(0), child.entries() * sizeof(layout::Extent));
    root.header().entries = static_cast<std::uint16_t>(child.entries());
    root.header().depth = static_cast<std::uint16_t>(child.depth());
    EXT4_TRY(free_node(path.step(1).block.number()));
  }
}

Result<void> ExtentEditor::replace(ExtentPath& path, Mapping mapping) {
  if (mapping.length == 0) return remove_at(path);
  const bool key_changes = path.leaf().position == 0 && path.extent().logical != mapping.logical;
  EXT4_TRY(edit(path.leaf())).extent(unsigned_position(path.leaf())) = encode_extent(mapping);
  return key_changes ? correct_keys(path, path.leaf_level()) : Result<void>{};
}

Result<bool> ExtentEditor::remove(LogicalBlock from, LogicalBlock end) {
  while (from < end) {
    if (transaction_.nearly_full()) return false;
    ExtentPath path = EXT4_TRY(ExtentPath::find(metadata_, inode_, end - 1));
    if (!path.has_extent()) {
      end = path.leaf_start();
      continue;
    }
    const Mapping extent = path.extent();
    if (extent.end() <= from) return true;
    const LogicalBlock first = std::max(extent.logical, from);
    const LogicalBlock last = std::min(extent.end(), end);
    const Run freed{extent.physical + (first - extent.logical), last - first};
    const Mapping head{extent.logical, first - extent.logical, extent.physical, extent.content};
    const Mapping tail{last, extent.end() - last, extent.physical + (last - extent.logical), extent.content};
    if (inode_.kind() != FileKind::regular) transaction_.forget(freed);
    EXT4_TRY(allocator_.give_back(transaction_, freed));
    EXT4_TRY(add_blocks(transaction_, inode_, -std::int64_t{freed.count}));
    if (head.length != 0 && tail.length != 0) {
      EXT4_TRY(replace(path, head));
      EXT4_TRY(insert(tail));
    } else {
      EXT4_TRY(replace(path, head.length != 0 ? head : tail));
    }
    end = first;
  }
  return true;
}

Result<void> ExtentEditor::mark_written(LogicalBlock from, std::uint32_t count) {
  ExtentPath path = EXT4_TRY(ExtentPath::find(metadata_, inode_, from));
  if (!path.has_extent()) return std::unexpected(Error::bad_argument);
  const Mapping extent = path.extent();
  if (extent.content != Content::unwritten || std::uint64_t{from.value} + count > extent.end().value)
    return std::unexpected(Error::bad_argument);
  const LogicalBlock end = from + count;
  const std::uint32_t skipped = from - extent.logical;
  const Mapping head{extent.logical, skipped, extent.physical, Content::unwritten};
  const Mapping middle{from, count, extent.physical + skipped, Content::written};
  const Mapping tail{end, extent.end() - end, middle.physical + count, Content::unwritten};
  // Taking it out and putting the parts back lets each join what it now continues.
  if (head.length != 0) {
    EXT4_TRY(replace(path, head));
    EXT4_TRY(insert(middle));
    return tail.length == 0 ? Result<void>{} : insert(tail);
  }
  EXT4_TRY(replace(path, tail));
  return insert(middle);
}

}  // namespace ext4
