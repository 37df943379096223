// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "servers/ext4/device_number.hpp"
#include "servers/ext4/extent_editor.hpp"
#include "servers/ext4/file_system.hpp"
#include "servers/ext4/inode_allocator.hpp"
#include "servers/ext4/names.hpp"

namespace ext4 {
namespace {

constexpr std::uint32_t maximum_links = 65000;

/// chattr's flags that a new inode takes over from its directory.
std::uint32_t inherited_flags(std::uint32_t of_directory, FileKind kind) {
  constexpr std::uint32_t no_dump = 0x40;
  constexpr std::uint32_t no_access_time = 0x80;
  constexpr std::uint32_t synchronous_directory = 0x10000;
  const std::uint32_t flags = of_directory & layout::inode_flag::inherited;
  if (kind == FileKind::directory) return flags;
  if (kind == FileKind::regular) return flags & ~synchronous_directory;
  return flags & (no_dump | no_access_time);
}

bool owns_blocks(FileKind kind, std::string_view target, std::size_t inside) {
  return kind == FileKind::regular || kind == FileKind::directory ||
         (kind == FileKind::symbolic_link && target.size() >= inside);
}

}  // namespace

Result<Attributes> FileSystem::create(InodeNumber directory, std::string_view name, const NewInode& what, Handle handle,
                                      Caller caller) {
  if (mode_of_kind(what.kind) == 0 || what.kind == FileKind::symbolic_link) return std::unexpected(Error::bad_argument);
  return with_space([&] { return create_once(directory, name, {}, what, handle, caller); });
}

Result<Attributes> FileSystem::make_link(InodeNumber directory, std::string_view name, std::string_view target,
                                         const NewInode& what, Handle handle, Caller caller) {
  if (target.empty() || target.find('\0') != target.npos) return std::unexpected(Error::bad_name);
  if (target.size() >= block_size) return std::unexpected(Error::name_too_long);
  NewInode link = what;
  link.kind = FileKind::symbolic_link;
  return with_space([&] { return create_once(directory, name, target, link, handle, caller); });
}

Result<Attributes> FileSystem::create_once(InodeNumber directory, std::string_view name, std::string_view target,
                                           const NewInode& what, Handle handle, Caller caller) {
  EXT4_TRY(check_name(name));
  if (const auto before = EXT4_TRY(created_before(directory, name, handle))) return *before;
  Transaction transaction = EXT4_TRY(begin(caller));
  const InodePin parent = EXT4_TRY(load_directory(directory));
  const auto existing = find_in_directory(metadata_, parent, name);
  if (existing) return std::unexpected(Error::already_exists);
  if (existing.error() != Error::not_found) return std::unexpected(existing.error());

  const InodePin inode = EXT4_TRY(new_inode(transaction, parent, what, caller));
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  if (owns_blocks(what.kind, target, raw.map.size())) {
    raw.flags = raw.flags | layout::inode_flag::extents;
    const layout::ExtentHeader root{
        .magic = layout::extent_magic, .entries = 0, .capacity = extent_root_capacity, .depth = 0, .generation = 0};
    std::memcpy(raw.map.data(), &root, sizeof(root));
  }
  if (what.kind == FileKind::directory) {
    EXT4_TRY(edit(transaction, inode, caller.privilege).make(directory));
    EXT4_TRY(count_subdirectory(transaction, parent, 1));
  }
  if (what.kind == FileKind::symbolic_link) EXT4_TRY(store_target(transaction, inode, target, caller));
  EXT4_TRY(edit(transaction, parent, caller.privilege).add(name, inode.number(), what.kind));
  EXT4_TRY(touch_directory(transaction, parent, caller));
  transaction.commit();
  remember(handle, inode.number());
  return attributes_of(inode, metadata_.geometry());
}

Result<InodePin> FileSystem::new_inode(Transaction& transaction, const InodePin& parent, const NewInode& what,
                                       Caller caller) {
  const Geometry& geometry = metadata_.geometry();
  InodePin inode = EXT4_TRY(take_inode(transaction, parent.number(), what.kind));
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  raw.mode = static_cast<std::uint16_t>(mode_of_kind(what.kind) | (what.permissions & layout::mode::permissions));
  raw.uid_low = static_cast<std::uint16_t>(what.uid);
  raw.uid_high = static_cast<std::uint16_t>(what.uid >> 16);
  raw.gid_low = static_cast<std::uint16_t>(what.gid);
  raw.gid_high = static_cast<std::uint16_t>(what.gid >> 16);
  raw.links = what.kind == FileKind::directory ? 2 : 1;
  raw.flags = inherited_flags(parent.raw().flags, what.kind);
  raw.generation = ++next_generation_;
  if (geometry.new_extra_size != 0) raw.extra_size = static_cast<std::uint16_t>(geometry.new_extra_size);
  for (const Time which : {Time::access, Time::change, Time::modification, Time::creation})
    set_time(raw, geometry, which, caller.now);
  if (what.kind == FileKind::character_device || what.kind == FileKind::block_device)
    encode_device({what.device_major, what.device_minor}, raw.map);
  return inode;
}

Result<void> FileSystem::store_target(Transaction& transaction, const InodePin& inode, std::string_view target,
                                      Caller caller) {
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  ext4::set_size(raw, target.size());
  if (!inode.has_extents()) {
    std::memcpy(raw.map.data(), target.data(), target.size());
    return {};
  }
  const PhysicalBlock goal = goal_for(inode, LogicalBlock{0});
  const PhysicalBlock block = EXT4_TRY(allocator_.take_one(transaction, goal, caller.privilege));
  ExtentEditor extents(transaction, allocator_, inode, caller.privilege);
  EXT4_TRY(extents.insert({.logical = {}, .length = 1, .physical = block, .content = Content::written}));
  EXT4_TRY(add_blocks(transaction, inode, 1));
  const BlockPin pin = EXT4_TRY(transaction.create(block, {.kind = BlockKind::link_target}));
  std::memcpy(EXT4_TRY(transaction.modify(pin)).data(), target.data(), target.size());
  return {};
}

Result<void> FileSystem::count_subdirectory(Transaction& transaction, const InodePin& directory, int change) {
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, directory));
  const std::uint32_t links = raw.links;
  if (links == 1) return {};  // too many to count (feature dir_nlink)
  if (change < 0) {
    if (links > 2) raw.links = static_cast<std::uint16_t>(links - 1);
    return {};
  }
  if (links < maximum_links) {
    raw.links = static_cast<std::uint16_t>(links + 1);
    return {};
  }
  if (!metadata_.geometry().directory_links || !is_indexed(directory)) return std::unexpected(Error::too_many_links);
  raw.links = 1;
  return {};
}

Result<void> FileSystem::touch_directory(Transaction& transaction, const InodePin& directory, Caller caller) {
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, directory));
  set_time(raw, metadata_.geometry(), Time::modification, caller.now);
  set_time(raw, metadata_.geometry(), Time::change, caller.now);
  return {};
}

Result<Attributes> FileSystem::link(InodeNumber number, InodeNumber directory, std::string_view name, Caller caller) {
  EXT4_TRY(check_name(name));
  return with_space([&]() -> Result<Attributes> {
    Transaction transaction = EXT4_TRY(begin(caller));
    const InodePin parent = EXT4_TRY(load_directory(directory));
    const InodePin inode = EXT4_TRY(load_inode(metadata_, number));
    if (inode.is_directory()) return std::unexpected(Error::is_a_directory);
    if (inode.links() >= maximum_links) return std::unexpected(Error::too_many_links);
    const auto existing = find_in_directory(metadata_, parent, name);
    if (existing) return std::unexpected(Error::already_exists);
    if (existing.error() != Error::not_found) return std::unexpected(existing.error());
    EXT4_TRY(edit(transaction, parent, caller.privilege).add(name, number, inode.kind()));
    EXT4_TRY(touch_directory(transaction, parent, caller));
    layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
    raw.links = static_cast<std::uint16_t>(raw.links + 1);
    set_time(raw, metadata_.geometry(), Time::change, caller.now);
    transaction.commit();
    return attributes_of(inode, metadata_.geometry());
  });
}

Result<std::optional<Attributes>> FileSystem::created_before(InodeNumber directory, std::string_view name,
                                                             Handle handle) {
  if (handle == Handle::none) return std::nullopt;
  const auto known = std::ranges::find(creations_, handle, &Creation::handle);
  if (known == creations_.end()) return std::nullopt;
  const Attributes found = EXT4_TRY(lookup(directory, name));
  if (found.inode != known->inode) return std::unexpected(Error::already_exists);
  return found;
}

void FileSystem::remember(Handle handle, InodeNumber inode) {
  if (handle == Handle::none) return;
  creations_[next_creation_] = {.handle = handle, .inode = inode};
  next_creation_ = (next_creation_ + 1) % creations_.size();
}

}  // namespace ext4
