// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/directory_editor.hpp"

#include <algorithm>

#include "servers/ext4/extent_editor.hpp"

namespace ext4 {
namespace {

constexpr std::uint64_t maximum_directory_size = 0x7FFFFFFF;

}  // namespace

Result<DirectoryEditor::NewBlock> DirectoryEditor::append_block(BlockKind kind) {
  const std::uint64_t size = directory_.size();
  if (size + block_size > maximum_directory_size) return std::unexpected(Error::no_space);
  const LogicalBlock logical{static_cast<std::uint32_t>(size / block_size)};
  PhysicalBlock goal = metadata_.geometry().first_block(metadata_.geometry().group_of(directory_.number()));
  if (logical.value != 0) {
    const Mapping last = EXT4_TRY(map_block(metadata_, directory_, logical - 1, 1));
    if (last.content != Content::written) return metadata_.damaged("hole in directory", directory_.number().value);
    goal = last.physical + 1;
  }
  const PhysicalBlock block = EXT4_TRY(allocator_.take_one(transaction_, goal, privilege_));
  ExtentEditor extents(transaction_, allocator_, directory_, privilege_);
  EXT4_TRY(extents.insert({.logical = logical, .length = 1, .physical = block, .content = Content::written}));
  EXT4_TRY(add_blocks(transaction_, directory_, 1));
  set_size(*EXT4_TRY(modify_inode(transaction_, directory_)), size + block_size);
  BlockPin pin = EXT4_TRY(transaction_.create(block, {.kind = kind, .owner = directory_.checksum_seed()}));
  return NewBlock{.block = std::move(pin), .logical = logical};
}

Result<void> DirectoryEditor::make(InodeNumber parent) {
  const NewBlock first = EXT4_TRY(append_block(BlockKind::directory_leaf));
  const Block block = EXT4_TRY(transaction_.modify(first.block));
  make_first_leaf(metadata_.geometry(), block, directory_.number(), parent);
  return {};
}

Result<void> DirectoryEditor::remove(const FoundName& found) {
  remove_name(EXT4_TRY(transaction_.modify(found.block)), found.offset);
  return {};
}

Result<void> DirectoryEditor::retarget(const FoundName& found, InodeNumber inode, FileKind kind) {
  ext4::retarget(EXT4_TRY(transaction_.modify(found.block)), found.offset, inode, kind);
  return {};
}

Result<void> DirectoryEditor::add(std::string_view name, InodeNumber inode, FileKind kind) {
  return is_indexed(directory_) ? add_indexed(name, inode, kind) : add_linear(name, inode, kind);
}

Result<bool> DirectoryEditor::add_to_leaf(const BlockPin& leaf, std::string_view name, InodeNumber inode,
                                          FileKind kind) {
  const auto room = find_room(metadata_.geometry(), leaf.bytes(), name.size());
  if (!room) return false;
  insert_name(EXT4_TRY(transaction_.modify(leaf)), *room, name, inode, kind);
  return true;
}

Result<void> DirectoryEditor::add_linear(std::string_view name, InodeNumber inode, FileKind kind) {
  const std::uint32_t blocks = EXT4_TRY(directory_blocks(metadata_, directory_));
  for (LogicalBlock block{0}; block.value < blocks; ++block) {
    const BlockPin leaf = EXT4_TRY(read_directory_block(metadata_, directory_, block, BlockKind::directory_leaf));
    if (EXT4_TRY(add_to_leaf(leaf, name, inode, kind))) return {};
  }
  if (blocks == 1 && metadata_.geometry().directory_index) {
    EXT4_TRY(make_indexed());
    return add_indexed(name, inode, kind);
  }
  const NewBlock fresh = EXT4_TRY(append_block(BlockKind::directory_leaf));
  make_leaf(metadata_.geometry(), EXT4_TRY(transaction_.modify(fresh.block)));
  EXT4_TRY(add_to_leaf(fresh.block, name, inode, kind));
  return {};
}

Result<void> DirectoryEditor::make_indexed() {
  const Geometry& geometry = metadata_.geometry();
  const BlockPin first =
      EXT4_TRY(read_directory_block(metadata_, directory_, LogicalBlock{0}, BlockKind::directory_leaf));
  const LeafEntry self = leaf_entry(first.bytes(), 0);
  const LeafEntry parent = self.end() < leaf_end(geometry) ? leaf_entry(first.bytes(), self.end()) : LeafEntry{};
  if (self.name != "." || parent.name != ".." || self.inode != directory_.number())
    return metadata_.damaged("first entries of directory", directory_.number().value);

  const NewBlock leaf = EXT4_TRY(append_block(BlockKind::directory_leaf));
  const Block names = EXT4_TRY(transaction_.modify(leaf.block));
  const Block root = EXT4_TRY(transaction_.modify(first));
  std::ranges::copy(root, names.begin());
  const InodeNumber parent_inode = parent.inode;
  remove_name(names, parent.offset);
  remove_name(names, self.offset);
  compact_leaf(geometry, names);
  make_index_root(geometry, root, directory_.number(), parent_inode, leaf.logical);
  transaction_.change_kind(first, BlockKind::directory_root);
  layout::Inode* inode = EXT4_TRY(modify_inode(transaction_, directory_));
  inode->flags = inode->flags | layout::inode_flag::indexed;
  return {};
}

Result<void> DirectoryEditor::add_indexed(std::string_view name, InodeNumber inode, FileKind kind) {
  // At most: another level, a node divided, a leaf divided; then there is room.
  for (int turn = 0; turn < 5; ++turn) {
    IndexPath path = EXT4_TRY(IndexPath::root(metadata_, directory_));
    EXT4_TRY(path.descend(hash_name(path.hash_parameters(), name).major));
    const BlockPin leaf = EXT4_TRY(path.read_leaf());
    if (EXT4_TRY(add_to_leaf(leaf, name, inode, kind))) return {};
    if (path.lowest().index().full())
      EXT4_TRY(split_index(path));
    else
      EXT4_TRY(split_leaf(path, leaf));
  }
  return metadata_.damaged("index of directory", directory_.number().value);
}

Result<Index> DirectoryEditor::edit_index(const IndexPath::Step& step) {
  return Index(EXT4_TRY(transaction_.modify(step.block)).data(), step.kind);
}

std::size_t DirectoryEditor::sort_leaf(const IndexPath& path, const BlockPin& leaf) {
  const HashParameters hashing = path.hash_parameters();
  std::size_t count = 0;
  for (std::uint32_t offset = 0; offset < leaf_end(metadata_.geometry());) {
    const LeafEntry entry = leaf_entry(leaf.bytes(), offset);
    offset = entry.end();
    if (entry.inode == no_inode) continue;
    buffer_[count++] = {.hash = hash_name(hashing, entry.name).major,
                        .offset = static_cast<std::uint16_t>(entry.offset),
                        .length = static_cast<std::uint16_t>(entry_length(entry.name.size()))};
  }
  std::sort(buffer_.begin(), buffer_.begin() + count, [](const SplitSlot& a, const SplitSlot& b) {
    return a.hash != b.hash ? a.hash < b.hash : a.offset < b.offset;
  });
  return count;
}

Result<void> DirectoryEditor::split_leaf(const IndexPath& path, const BlockPin& leaf) {
  const std::size_t count = sort_leaf(path, leaf);
  if (count < 2) return metadata_.damaged("leaf of directory", directory_.number().value);
  // The upper half, by bytes, moves.
  std::uint32_t moved = 0;
  std::size_t split = count;
  while (split > 1 && moved + buffer_[split - 1].length / 2 <= block_size / 2) moved += buffer_[--split].length;
  if (split == count) --split;
  const std::uint32_t hash = buffer_[split].hash;
  const std::uint32_t key = hash | (buffer_[split - 1].hash == hash ? 1 : 0);
  const IndexPath::Step& step = path.lowest();
  const bool in_order = key >= step.index().hash(step.position) && (!path.has_next_leaf() || key <= path.next_hash());
  if (!in_order) return metadata_.damaged("name in the wrong leaf, in directory", directory_.number().value);

  const NewBlock fresh = EXT4_TRY(append_block(BlockKind::directory_leaf));
  const Block upper = EXT4_TRY(transaction_.modify(fresh.block));
  const Block lower = EXT4_TRY(transaction_.modify(leaf));
  make_leaf(metadata_.geometry(), upper);
  std::uint32_t room = 0;
  for (std::size_t i = split; i < count; ++i) {
    const LeafEntry entry = leaf_entry(lower, buffer_[i].offset);
    insert_name(upper, room, entry.name, entry.inode, entry.kind);
    if (i != split) room += buffer_[i - 1].length;
  }
  for (std::size_t i = split; i < count; ++i) mark_unused(lower, buffer_[i].offset);
  compact_leaf(metadata_.geometry(), lower);
  insert_behind(EXT4_TRY(edit_index(step)), step.position, key, fresh.logical);
  return {};
}

Result<void> DirectoryEditor::split_index(const IndexPath& path) {
  const IndexPath::Step& root = path.step(0);
  if (path.levels() == maximum_index_levels && root.index().full()) return std::unexpected(Error::no_space);
  const NewBlock fresh = EXT4_TRY(append_block(BlockKind::directory_node));
  const Block node = EXT4_TRY(transaction_.modify(fresh.block));
  const Index root_index = EXT4_TRY(edit_index(root));
  if (path.levels() == 0) {
    make_index_node(metadata_.geometry(), node, root_index, 0);
    root_index.set_count(1);
    root_index.entry(0).block = fresh.logical.value;
    const Block block = EXT4_TRY(transaction_.modify(root.block));
    reinterpret_cast<layout::IndexRoot*>(block.data())->indirect_levels = 1;
    return {};
  }
  const Index full = EXT4_TRY(edit_index(path.step(1)));
  const std::uint32_t half = full.count() / 2;
  const std::uint32_t key = full.hash(half);
  make_index_node(metadata_.geometry(), node, full, half);
  insert_behind(root_index, root.position, key, fresh.logical);
  return {};
}

}  // namespace ext4
