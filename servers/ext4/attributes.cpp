// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/attributes.hpp"

#include "servers/ext4/device_number.hpp"
#include "servers/ext4/extent_editor.hpp"
#include "servers/ext4/file_system.hpp"

namespace ext4 {

Attributes attributes_of(const InodePin& inode, const Geometry& geometry) {
  const layout::Inode& raw = inode.raw();
  Attributes result{.inode = inode.number(),
                    .generation = raw.generation,
                    .kind = inode.kind(),
                    .permissions = static_cast<std::uint16_t>(raw.mode & layout::mode::permissions),
                    .links = raw.links,
                    .uid = std::uint32_t{raw.uid_high} << 16 | raw.uid_low,
                    .gid = std::uint32_t{raw.gid_high} << 16 | raw.gid_low,
                    .flags = raw.flags,
                    .size = inode.size(),
                    .sectors = inode.sectors(),
                    .access = time_of(raw, geometry, Time::access),
                    .change = time_of(raw, geometry, Time::change),
                    .modification = time_of(raw, geometry, Time::modification),
                    .creation = time_of(raw, geometry, Time::creation)};
  if (result.kind == FileKind::character_device || result.kind == FileKind::block_device) {
    const DeviceNumber device = decode_device(raw.map);
    result.device_major = device.major_number;
    result.device_minor = device.minor_number;
  }
  return result;
}

Result<Attributes> FileSystem::attributes(InodeNumber number) {
  const InodePin inode = EXT4_TRY(load_inode(metadata_, number, Linked::either));
  return attributes_of(inode, metadata_.geometry());
}

Result<Attributes> FileSystem::set_attributes(InodeNumber number, const AttributeChange& change, Caller caller) {
  Transaction transaction = EXT4_TRY(begin(caller));
  const InodePin inode = EXT4_TRY(load_inode(metadata_, number, Linked::either));
  layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
  if (change.permissions)
    raw.mode = static_cast<std::uint16_t>((raw.mode & layout::mode::type_mask) |
                                          (*change.permissions & layout::mode::permissions));
  if (change.uid) {
    raw.uid_low = static_cast<std::uint16_t>(*change.uid);
    raw.uid_high = static_cast<std::uint16_t>(*change.uid >> 16);
  }
  if (change.gid) {
    raw.gid_low = static_cast<std::uint16_t>(*change.gid);
    raw.gid_high = static_cast<std::uint16_t>(*change.gid >> 16);
  }
  const Geometry& geometry = metadata_.geometry();
  if (change.access) set_time(raw, geometry, Time::access, *change.access);
  if (change.modification) set_time(raw, geometry, Time::modification, *change.modification);
  set_time(raw, geometry, Time::change, caller.now);
  transaction.commit();
  return attributes_of(inode, geometry);
}

Result<Attributes> FileSystem::set_size(InodeNumber number, std::uint64_t size, Caller caller) {
  const Geometry& geometry = metadata_.geometry();
  if (size > maximum_file_size || (!geometry.large_files && size > 0x7FFFFFFF))
    return std::unexpected(Error::file_too_large);
  const LogicalBlock end{static_cast<std::uint32_t>((size + block_size - 1) / block_size)};
  bool finished = true;
  Attributes result;
  {
    Transaction transaction = EXT4_TRY(begin(caller));
    const InodePin inode = EXT4_TRY(load_file(number));
    layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
    const bool shorter = size < inode.size();
    ext4::set_size(raw, size);
    set_time(raw, geometry, Time::modification, caller.now);
    set_time(raw, geometry, Time::change, caller.now);
    if (shorter) {
      ExtentEditor extents(transaction, allocator_, inode, Privilege::superuser);
      finished = EXT4_TRY(extents.remove(end, LogicalBlock{maximum_file_blocks}));
      if (!finished && !EXT4_TRY(is_orphan(metadata_, inode))) EXT4_TRY(add_orphan(transaction, inode));
    }
    result = attributes_of(inode, geometry);
    transaction.commit();
  }
  reservations_.remove(number, end, LogicalBlock{maximum_file_blocks});
  // The size is set whatever happens now: blocks that cannot be freed are left to the next mount, by the list of
  // orphans.
  if (finished || !finish_orphan(number, caller)) return result;
  return attributes(number).value_or(result);
}

}  // namespace ext4
