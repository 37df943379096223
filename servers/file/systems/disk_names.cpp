// SPDX-License-Identifier: BSD-2-Clause
// Names and inodes of a disk: what is asked of the ext4 server, and what is known of it afterwards.
#include <algorithm>
#include <cstring>

#include "servers/file/systems/disk_system.hpp"

namespace file {

namespace ext4 = contract::ext4;

Error error_of(ext4::Reason reason) {
  using enum ext4::Reason;
  switch (reason) {
    case io:
      return Error::io;
    case exhausted:
      return Error::again;
    case unsupported:
      return Error::not_supported;
    case damaged:
      return Error::io;
    case read_only:
      return Error::read_only;
    case not_found:
      return Error::no_entry;
    case exists:
      return Error::exists;
    case not_directory:
      return Error::not_directory;
    case is_directory:
      return Error::is_directory;
    case not_empty:
      return Error::not_empty;
    case no_space:
      return Error::no_space;
    case too_long:
      return Error::name_too_long;
    case too_many_links:
      return Error::too_many_links;
    case too_large:
      return Error::file_too_large;
    case stale:
      return Error::io;
    case invalid:
      return Error::invalid;
  }
  return Error::io;
}

namespace {

constexpr u16 type_and_permissions = 0xffff;

/// Linux's 32-bit device number (Linux: include/linux/kdev_t.h, new_encode_dev) from the one that stat carries.
constexpr u32 packed_device(u64 device) { return static_cast<u32>(device); }

template <class Outcome>
bool attributes_in(const Outcome& outcome) {
  return outcome.template is<ext4::Attributes>();
}

/// Two names in a row, as one lend carries them.
class NamePair {
 public:
  NamePair(std::string_view first, std::string_view second) : length_(first.size() + second.size()) {
    std::memcpy(text_, first.data(), first.size());
    std::memcpy(text_ + first.size(), second.data(), second.size());
  }
  contract::Lend lend() const { return lend_of({text_, length_}); }

 private:
  std::size_t length_;
  char text_[max_name + ext4::max_target];
};

}  // namespace

Result<NodeId> DiskSystem::start(SystemId self) {
  self_ = self;
  const auto opened = metadata_.open(now());
  if (!opened.is<ext4::Opened>()) return refused(opened);
  read_only_ = opened.get<ext4::Opened>().read_only;
  clean_ = opened.get<ext4::Opened>().clean;
  if (!disk_.open().is<contract::disk::Opened>()) return fail(Error::no_device);
  // Creations of earlier generations of this server had other handles.
  core_.machine.random(std::as_writable_bytes(std::span(&handle_, 1)));
  const auto found = metadata_.stat(ext4::root);
  if (!attributes_in(found)) return refused(found);
  const Result<NodeId> made = make(found.get<ext4::Attributes>());
  if (!made) return made;
  tree_.hold(*made);
  return root_ = *made;
}

void DiskSystem::take_over(Node& node, const Found& found) {
  node.size = node.source_length = found.size;
  node.access_time = found.access;
  node.modify_time = found.modification;
  node.change_time = found.change;
  node.blocks = found.sectors;
  node.links = found.links;
  node.user = found.user;
  node.group = found.group;
  node.mode = static_cast<u16>(found.mode & type_and_permissions);
  const bool device = mode::is(node.mode, mode::character_device) || mode::is(node.mode, mode::block_device);
  node.device = device ? found.size : 0;
  if (device) node.size = node.source_length = 0;
}

/// A node of what the ext4 server has just described, which no node stands for.
Result<NodeId> DiskSystem::make(const Found& found) {
  Result<NodeId> made = tree_.nodes.make(self_, Keeping::cached, found.inode);
  if (!made && tree_.forget_idle(64)) made = tree_.nodes.make(self_, Keeping::cached, found.inode);
  if (!made) return made;
  take_over(tree_[*made], found);
  // It is idle until somebody uses it, so that it can be forgotten.
  if (tree_[*made].links != 0) static_cast<void>(Use(tree_, *made));
  return made;
}

/// The node of what was found since the count of retired nodes was `retired`.
Result<NodeId> DiskSystem::known(Found found, u32 retired) {
  for (bool relieved = false;;) {
    // What is known here is newer: contents and times wait to be written.
    if (const NodeId id = tree_.nodes.find(self_, found.inode); id != NodeId::none) return id;
    if (tree_.nodes.retired() == retired) {
      const Result<NodeId> made = make(found);
      if (made || relieved) return made;
      // What could be forgotten waits to be written.
      relieved = true;
      static_cast<void>(core_.write_all());
    }
    // Others may have found it as well, changed it, and forgotten it again.
    retired = tree_.nodes.retired();
    const auto again = metadata_.stat(found.inode);
    if (again.is<ext4::Failed>() && again.get<ext4::Failed>().reason == ext4::Reason::stale)
      return fail(Error::no_entry);
    if (!attributes_in(again)) return refused(again);
    found = again.get<ext4::Attributes>();
    if (found.links == 0) return fail(Error::no_entry);
  }
}

Result<NodeId> DiskSystem::lookup(NodeId directory, std::string_view name) {
  if (tree_[directory].links == 0) return fail(Error::no_entry);  // removed, and still used
  const u32 retired = tree_.nodes.retired();
  const auto found = metadata_.lookup(inode(directory), lend_of(name));
  if (!attributes_in(found)) return refused(found);
  return known(found.get<ext4::Attributes>(), retired);
}

void DiskSystem::touch(NodeId directory, i64 time) {
  Node& node = tree_[directory];
  node.modify_time = node.change_time = time;
  node.stale = true;
}

Result<NodeId> DiskSystem::create(NodeId directory, std::string_view name, const Creation& creation) {
  const u32 parent = inode(directory);
  const bool privileged = creation.user == 0;
  const u32 generation = tree_.nodes.generation(), retired = tree_.nodes.retired();
  const u64 handle = handle_ = std::max<u64>(handle_ + 1, 1);
  const auto made = [&] {
    if (!mode::is(creation.mode, mode::link))
      return metadata_.create(parent, creation.user, creation.group, packed_device(creation.device),
                              static_cast<u16>(creation.mode), privileged, handle, creation.now, lend_of(name));
    const NamePair names(name, creation.target);
    return metadata_.symlink(parent, creation.user, creation.group, static_cast<u8>(name.size()), privileged, handle,
                             creation.now, names.lend());
  }();
  if (!attributes_in(made)) return refused(made);
  const Found& found = made.template get<ext4::Attributes>();
  touch(directory, creation.now);
  if (mode::is(creation.mode, mode::directory)) ++tree_[directory].links;
  // An inode of this number that was known before is the one before it: nothing of it is true any more. But others may
  // have found the new one already.
  const NodeId old = tree_.nodes.find(self_, found.inode);
  if (old == NodeId::none || tree_[old].generation > generation) return known(found, retired);
  extents_.forget_all(old);
  tree_.cache.drop_from(old, 0);
  take_over(tree_[old], found);
  return old;
}

Result<> DiskSystem::link(NodeId directory, std::string_view name, NodeId id, i64 time) {
  const bool privileged = tree_[id].user == 0;
  const auto linked = metadata_.link(inode(id), inode(directory), privileged, time, lend_of(name));
  if (!attributes_in(linked)) return refused(linked);
  set_links(tree_[id], linked.get<ext4::Attributes>().links, time);
  touch(directory, time);
  return {};
}

/// Answers about names of one file in several directories are read in any order: none left is the last word, of others
/// `refresh` asks again.
void DiskSystem::set_links(Node& node, u32 links, i64 time) {
  if (node.links != 0) node.links = links;
  node.change_time = time;
  node.stale = true;
}

Result<> DiskSystem::remove(NodeId directory, std::string_view name, NodeId id, i64 time) {
  const bool of_directory = tree_[id].is_directory();
  const auto removed = metadata_.unlink(inode(directory), of_directory, true, time, lend_of(name));
  if (!removed.is<ext4::Removed>()) return refused(removed);
  set_links(tree_[id], of_directory ? 0 : removed.get<ext4::Removed>().links, time);
  touch(directory, time);
  if (of_directory) --tree_[directory].links;
  return {};
}

Result<> DiskSystem::rename(const Renaming& renaming) {
  const NamePair names(renaming.from_name, renaming.to_name);
  const bool privileged = tree_[renaming.node].user == 0;
  const auto renamed =
      metadata_.rename(inode(renaming.from), inode(renaming.to), static_cast<u8>(renaming.from_name.size()),
                       renaming.exchange ? ext4::Existing::exchanged : ext4::Existing::replaced, true, privileged,
                       renaming.now, names.lend());
  if (!renamed.is<ext4::Removed>()) return refused(renamed);
  const bool directory = tree_[renaming.node].is_directory();
  bool other_directory = false;
  if (renaming.exchange) {
    Node& other = tree_[renaming.replaced];
    other_directory = other.is_directory();
    other.change_time = renaming.now;
  } else if (renaming.replaced != NodeId::none) {
    // A directory takes the place of directories only.
    if (directory) --tree_[renaming.to].links;
    set_links(tree_[renaming.replaced], directory ? 0 : renamed.get<ext4::Removed>().links, renaming.now);
  }
  // A directory that moves takes the link of its `..` along.
  if (directory != other_directory) {
    --tree_[directory ? renaming.from : renaming.to].links;
    ++tree_[directory ? renaming.to : renaming.from].links;
  }
  tree_[renaming.node].change_time = renaming.now;
  touch(renaming.from, renaming.now);
  touch(renaming.to, renaming.now);
  return {};
}

Result<u32> DiskSystem::read_link(NodeId link, std::span<char> to) {
  const auto read = metadata_.read_link(inode(link), contract::Lend::writing(std::as_writable_bytes(to)));
  if (!read.is<ext4::Target>()) return refused(read);
  return static_cast<u32>(std::min<u64>(read.get<ext4::Target>().length, to.size()));
}

Result<> DiskSystem::list(NodeId directory, u64 position, Listing& listing) {
  constexpr u64 first_position = 2;
  alignas(8) std::byte buffer[4096];
  for (u64 cookie = position > first_position ? position - first_position : 0;;) {
    const auto read = metadata_.read_directory(inode(directory), cookie, contract::Lend::writing(buffer));
    if (!read.is<ext4::Entries>()) return refused(read);
    const ext4::Entries& entries = read.get<ext4::Entries>();
    const u32 bytes = std::min<u32>(entries.bytes, sizeof buffer);
    for (u32 at = 0; at + sizeof(ext4::Entry) <= bytes;) {
      ext4::Entry entry;
      std::memcpy(&entry, buffer + at, sizeof entry);
      if (entry.length < sizeof entry + entry.name_length || entry.length > bytes - at) return fail(Error::io);
      const std::string_view name(reinterpret_cast<const char*>(buffer) + at + sizeof entry, entry.name_length);
      at += entry.length;
      cookie = entry.next;
      if (name == "." || name == "..") continue;
      if (!listing.add(name, entry.inode, entry.kind, entry.next + first_position)) return {};
    }
    if (entries.complete || bytes == 0) return {};
  }
}

Result<> DiskSystem::store_attributes(NodeId id, Attributes which) {
  const Node& node = tree_[id];
  const auto has = [&](Attribute attribute) { return (which & static_cast<u8>(attribute)) != 0; };
  const u8 wanted = static_cast<u8>((has(Attribute::mode) ? 1 : 0) | (has(Attribute::owner) ? 2 | 4 : 0) |
                                    (has(Attribute::access_time) ? 8 : 0) | (has(Attribute::modify_time) ? 16 : 0));
  const auto stored =
      metadata_.set_attributes(inode(id), node.user, node.group, static_cast<u16>(node.mode & mode::permissions),
                               wanted, node.access_time, node.modify_time, node.change_time);
  if (!attributes_in(stored)) return refused(stored);
  return {};
}

Result<linux_abi::StatFs> DiskSystem::statistics() {
  const auto answer = metadata_.usage();
  if (!answer.is<ext4::Used>()) return refused(answer);
  const ext4::Used& used = answer.get<ext4::Used>();
  linux_abi::StatFs result{};
  result.type = 0xef53;  // EXT4_SUPER_MAGIC
  result.block_size = result.fragment_size = ext4::block_size;
  result.blocks = used.blocks;
  result.blocks_free = used.free;
  result.blocks_available = used.available;
  result.files = used.inodes;
  result.files_free = used.free_inodes;
  result.name_length = max_name;
  return result;
}

/// Pages that are dirty and have no blocks of their own yet, but promised ones.
u64 DiskSystem::reserved_pages(NodeId id) {
  u64 pages = 0;
  for (BlockId at = tree_[id].blocks_head; at != BlockId::none; at = tree_.cache[at].node_next) {
    const Block& block = tree_.cache[at];
    for (u32 i = 0; i < block_pages; ++i)
      if ((block.dirty >> i & 1) != 0 && extents_.find(id, u64{block.number} * block_pages + i).length == 0) ++pages;
  }
  return pages;
}

Result<> DiskSystem::refresh(NodeId id) {
  if (!tree_[id].stale) return {};
  tree_[id].stale = false;
  const auto found = metadata_.stat(inode(id));
  if (!attributes_in(found)) return refused(found);
  Node& node = tree_[id];
  const ext4::Attributes& attributes = found.get<ext4::Attributes>();
  node.blocks = attributes.sectors + reserved_pages(id) * (abi::page_size / 512);
  if (node.links != 0 && attributes.links != 0) node.links = attributes.links;
  if (node.is_directory()) node.size = attributes.size;
  return {};
}

bool DiskSystem::forget(NodeId id) {
  extents_.forget_all(id);
  return tree_[id].links != 0;
}

void DiskSystem::bury(NodeId id) {
  // Where this fails the inode stays on the disk's list of orphans, and the next mount frees it.
  const auto released = metadata_.release(inode(id), now());
  if (!released.is<ext4::Done>()) core_.machine.log("an inode without a name could not be freed");
}

}  // namespace file
