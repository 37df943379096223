// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/names.hpp"

#include <algorithm>
#include <cstring>

#include "servers/ext4/extent_path.hpp"
#include "servers/ext4/file_system.hpp"

namespace ext4 {

Result<void> check_name(std::string_view name) {
  if (name.empty() || name.find('/') != name.npos || name.find('\0') != name.npos)
    return std::unexpected(Error::bad_name);
  if (name.size() > maximum_name_length) return std::unexpected(Error::name_too_long);
  return {};
}

Result<void> check_own_name(std::string_view name) {
  if (name == "." || name == "..") return std::unexpected(Error::bad_argument);
  return check_name(name);
}

Result<Attributes> FileSystem::lookup(InodeNumber directory, std::string_view name) {
  EXT4_TRY(check_name(name));
  const InodePin parent = EXT4_TRY(load_directory(directory));
  const FoundName found = EXT4_TRY(find_in_directory(metadata_, parent, name));
  const auto inode = load_inode(metadata_, found.inode);
  if (!inode && inode.error() == Error::stale) return metadata_.damaged("name of a free inode", found.inode.value);
  if (!inode) return std::unexpected(inode.error());
  return attributes_of(*inode, metadata_.geometry());
}

Result<ScanEnd> FileSystem::read_directory(InodeNumber directory, std::uint64_t cookie, EntrySink& sink) {
  const InodePin inode = EXT4_TRY(load_inode(metadata_, directory, Linked::either));
  if (!inode.is_directory()) return std::unexpected(Error::not_a_directory);
  // A directory that was removed while it is open has no entries any more, not even "." and "..".
  if (inode.links() == 0) return ScanEnd{.cookie = cookie, .complete = true};
  return scan_directory(metadata_, inode, cookie, sink, scan_buffer_);
}

Result<std::size_t> FileSystem::read_link(InodeNumber number, std::span<char> target) {
  const InodePin inode = EXT4_TRY(load_inode(metadata_, number, Linked::either));
  if (inode.kind() != FileKind::symbolic_link) return std::unexpected(Error::bad_argument);
  const std::uint64_t length = inode.size();
  const std::size_t fits = std::min<std::uint64_t>(length, target.size());
  if (inode.is_short_link()) {
    if (length == 0 || length >= inode.raw().map.size()) return metadata_.damaged("symbolic link", number.value);
    std::memcpy(target.data(), inode.raw().map.data(), fits);
    return length;
  }
  if (length == 0 || length >= block_size) return metadata_.damaged("symbolic link", number.value);
  const Mapping mapping = EXT4_TRY(map_block(metadata_, inode, LogicalBlock{0}, 1));
  if (mapping.content != Content::written) return metadata_.damaged("symbolic link", number.value);
  const BlockPin block = EXT4_TRY(metadata_.read(mapping.physical, {.kind = BlockKind::link_target}));
  std::memcpy(target.data(), block.data(), fits);
  return length;
}

}  // namespace ext4
