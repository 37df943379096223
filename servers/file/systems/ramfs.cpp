// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/systems/ramfs.hpp"

#include <algorithm>

namespace file {

namespace {
constexpr u64 page_blocks = abi::page_size / 512;
}

Result<NodeId> RamFs::start(SystemId self, u32 mode, i64 now) {
  self_ = self;
  const Result<NodeId> made = tree_.nodes.make(self_, Keeping::resident, next_number_++);
  if (!made) return made;
  Node& node = tree_[*made];
  node.mode = static_cast<u16>(mode::directory | mode);
  node.links = 2;
  node.access_time = node.modify_time = node.change_time = now;
  node.size = abi::page_size;
  tree_.hold(*made);
  return root_ = *made;
}

void RamFs::remove_all() {
  // From the leaves up, without a stack: down as far as there are children, then one removed.
  for (NodeId at = root_;;) {
    while (tree_[at].children != EntryId::none) {
      const NodeId child = tree_.names[tree_[at].children].child;
      if (tree_[child].is_directory() && tree_[child].children != EntryId::none) {
        at = child;
        continue;
      }
      char buffer[max_name];
      const std::string_view name = tree_.names.name_of(tree_[at].children, buffer);
      if (!tree_.remove(at, name, child, 0)) return;
    }
    if (at == root_) break;
    at = tree_[at].parent;
  }
  tree_[root_].links = 0;
  tree_.drop(root_);
  root_ = NodeId::none;
}

void RamFs::touch(NodeId directory, i64 now) { tree_[directory].modify_time = tree_[directory].change_time = now; }

bool RamFs::empty(NodeId directory) const { return tree_.nodes[directory].children == EntryId::none; }

Result<NodeId> RamFs::create(NodeId directory, std::string_view, const Creation& creation) {
  if (tree_[directory].links == 0) return fail(Error::no_entry);
  u32 text = 0xffff'ffff;
  if (mode::is(creation.mode, mode::link)) {
    const Result<u32> kept = tree_.names.keep_text(creation.target);
    if (!kept) return fail(Error::no_space);
    text = *kept;
  }
  const Result<NodeId> made = tree_.nodes.make(self_, Keeping::resident, next_number_++);
  if (!made) {
    tree_.names.drop_text(text);
    return fail(Error::no_space);
  }
  Node& node = tree_[*made];
  node.mode = static_cast<u16>(creation.mode);
  node.user = creation.user;
  node.group = creation.group;
  node.device = creation.device;
  node.links = 1;
  node.access_time = node.modify_time = node.change_time = creation.now;
  node.detail = text;
  if (node.is_link()) node.size = creation.target.size();
  if (node.is_directory()) {
    node.size = abi::page_size;
    node.links = 2;
    ++tree_[directory].links;
  }
  touch(directory, creation.now);
  return made;
}

Result<NodeId> RamFs::create_from_archive(NodeId directory, std::string_view name, const Creation& creation, u64 offset,
                                          u64 length) {
  const Result<NodeId> made = tree_.create(directory, name, creation);
  if (!made) return made;
  set_archived(*made, offset, length);
  return made;
}

void RamFs::set_archived(NodeId id, u64 offset, u64 length) {
  Node& node = tree_[id];
  node.size = length;
  node.source = offset;
  node.source_length = length;
  node.blocks = (length + 511) / 512;
}

Result<> RamFs::link(NodeId directory, std::string_view, NodeId id, i64 now) {
  if (tree_[directory].links == 0) return fail(Error::no_entry);
  Node& node = tree_[id];
  ++node.links;
  node.change_time = now;
  touch(directory, now);
  return {};
}

Result<> RamFs::remove(NodeId directory, std::string_view, NodeId id, i64 now) {
  Node& node = tree_[id];
  if (node.is_directory()) {
    if (!empty(id)) return fail(Error::not_empty);
    node.links = 0;
    --tree_[directory].links;
  } else {
    --node.links;
  }
  node.change_time = now;
  touch(directory, now);
  return {};
}

Result<> RamFs::rename(const Renaming& renaming) {
  if (tree_[renaming.to].links == 0) return fail(Error::no_entry);
  Node& node = tree_[renaming.node];
  if (renaming.replaced != NodeId::none && !renaming.exchange) {
    Node& replaced = tree_[renaming.replaced];
    if (replaced.is_directory()) {
      if (!empty(renaming.replaced)) return fail(Error::not_empty);
      replaced.links = 0;
      --tree_[renaming.to].links;
    } else {
      --replaced.links;
    }
    replaced.change_time = renaming.now;
  }
  const bool other_directory = renaming.exchange && tree_[renaming.replaced].is_directory();
  if (node.is_directory() != other_directory) {
    const NodeId loses = node.is_directory() ? renaming.from : renaming.to;
    const NodeId gains = node.is_directory() ? renaming.to : renaming.from;
    --tree_[loses].links;
    ++tree_[gains].links;
  }
  node.change_time = renaming.now;
  if (renaming.exchange) tree_[renaming.replaced].change_time = renaming.now;
  touch(renaming.from, renaming.now);
  touch(renaming.to, renaming.now);
  return {};
}

Result<u32> RamFs::read_link(NodeId link, std::span<char> to) {
  const Node& node = tree_[link];
  return tree_.names.read_text(node.detail, to.first(std::min<std::size_t>(to.size(), node.size)));
}

Result<> RamFs::list(NodeId directory, u64 position, Listing& listing) {
  char buffer[max_name];
  for (EntryId id = tree_.names.at_cookie(directory, static_cast<u32>(position > 2 ? position - 2 : 0));
       id != EntryId::none; id = tree_.names[id].next) {
    const Entry& entry = tree_.names[id];
    const Node& child = tree_[entry.child];
    const std::string_view name = tree_.names.name_of(id, buffer);
    if (!listing.add(name, child.number, mode::entry_type(child.mode), u64{entry.cookie} + 3)) break;
  }
  return {};
}

Result<> RamFs::reserve(NodeId id, u64 first, u32 count) {
  u32 fresh = 0;
  for (u64 page = first; page < first + count; ++page) {
    const BlockId block = tree_.cache.find(id, page);
    if (block == BlockId::none || (tree_.cache[block].dirty >> page % block_pages & 1) == 0) ++fresh;
  }
  if (reserved_ + fresh > limit_) return fail(Error::no_space);
  reserved_ += fresh;
  tree_[id].blocks += fresh * page_blocks;
  return {};
}

void RamFs::unreserve(NodeId id, u64, u32 count) {
  reserved_ -= count;
  tree_[id].blocks -= std::min(tree_[id].blocks, count * page_blocks);
}

Result<> RamFs::truncate(NodeId id, u64 size) {
  Node& node = tree_[id];
  // Called before the cache is cut: each dirty page that goes was reserved once.
  const u64 first = (size + abi::page_size - 1) / abi::page_size;
  u32 dropped = 0;
  for (BlockId at = node.blocks_head; at != BlockId::none; at = tree_.cache[at].node_next) {
    const Block& block = tree_.cache[at];
    for (u32 i = 0; i < block_pages; ++i)
      if ((block.dirty >> i & 1) != 0 && u64{block.number} * block_pages + i >= first) ++dropped;
  }
  reserved_ -= dropped;
  node.blocks -= std::min(node.blocks, dropped * page_blocks);
  node.source_length = std::min(node.source_length, size);
  return {};
}

Result<linux_abi::StatFs> RamFs::statistics() {
  linux_abi::StatFs result{};
  result.type = 0x0102'1994;  // TMPFS_MAGIC
  result.block_size = result.fragment_size = abi::page_size;
  result.blocks = limit_;
  result.blocks_free = result.blocks_available = limit_ - reserved_;
  result.files = max_nodes;
  result.files_free = max_nodes - tree_.nodes.used();
  result.name_length = max_name;
  return result;
}

bool RamFs::forget(NodeId id) {
  Node& node = tree_[id];
  if (node.is_link()) tree_.names.drop_text(node.detail);
  static_cast<void>(truncate(id, 0));
  return true;
}

Result<> RamFs::load(NodeId id, u64 first, std::span<std::byte> pages) {
  const Node& node = tree_[id];
  const u64 offset = first * abi::page_size;
  const u64 present = offset < node.source_length ? std::min<u64>(node.source_length - offset, pages.size()) : 0;
  if (present != 0) std::memcpy(pages.data(), archive_.data() + node.source + offset, present);
  std::memset(pages.data() + present, 0, pages.size() - present);
  return {};
}

}  // namespace file
