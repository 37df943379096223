// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/ext4/extent_editor.hpp"
#include "servers/ext4/file_system.hpp"

namespace ext4 {
namespace {

Result<LogicalBlock> end_of(LogicalBlock first, std::uint32_t count) {
  if (count == 0) return std::unexpected(Error::bad_argument);
  if (count > maximum_file_blocks - first.value) return std::unexpected(Error::file_too_large);
  return first + count;
}

}  // namespace

Result<std::size_t> FileSystem::map(InodeNumber number, LogicalBlock first, std::uint32_t count,
                                    std::span<Mapping> mappings) {
  const LogicalBlock end = EXT4_TRY(end_of(first, count));
  const InodePin inode = EXT4_TRY(load_file(number));
  std::size_t used = 0;
  for (LogicalBlock at = first; at < end && used < mappings.size(); ++used) {
    mappings[used] = EXT4_TRY(map_block(metadata_, inode, at, end - at));
    at = mappings[used].end();
  }
  return used;
}

Result<std::size_t> FileSystem::reserve(InodeNumber number, LogicalBlock first, std::uint32_t count,
                                        std::span<Mapping> mappings, Caller caller) {
  const LogicalBlock end = EXT4_TRY(end_of(first, count));
  if (metadata_.read_only()) return std::unexpected(Error::read_only);
  metadata_.set_time(caller.now);
  return with_space([&]() -> Result<std::size_t> {
    const InodePin inode = EXT4_TRY(load_file(number));
    std::size_t used = 0;
    for (LogicalBlock at = first; at < end && used < mappings.size(); ++used) {
      Mapping mapping = EXT4_TRY(map_block(metadata_, inode, at, end - at));
      if (mapping.content == Content::hole) {
        const auto reserved = reserve_hole(inode, mapping, caller);
        // What was found so far is good; the caller asks for the rest and is told then.
        if (!reserved && used != 0) return used;
        if (!reserved) return std::unexpected(reserved.error());
        mapping = *reserved;
      }
      mappings[used] = mapping;
      at = mapping.end();
    }
    return used;
  });
}

Result<Mapping> FileSystem::reserve_hole(const InodePin& inode, const Mapping& hole, Caller caller) {
  if (const Reservation* known = reservations_.find(inode.number(), hole.logical)) {
    const std::uint32_t skipped = hole.logical - known->logical;
    return Mapping{.logical = hole.logical,
                   .length = std::min(hole.length, known->run.count - skipped),
                   .physical = known->run.first + skipped,
                   .content = Content::reserved};
  }
  const LogicalBlock next = reservations_.next_start(inode.number(), hole.logical);
  const std::uint32_t wanted =
      std::min<std::uint32_t>({hole.length, next - hole.logical, layout::maximum_written_length});
  if (reservations_.full()) return std::unexpected(Error::table_full);
  const Run run = EXT4_TRY(allocator_.find(goal_for(inode, hole.logical), wanted, caller.privilege));
  reservations_.add({.inode = inode.number(), .logical = hole.logical, .run = run});
  return Mapping{.logical = hole.logical, .length = run.count, .physical = run.first, .content = Content::reserved};
}

PhysicalBlock FileSystem::goal_for(const InodePin& inode, LogicalBlock block) {
  if (block.value != 0)
    if (const Reservation* before = reservations_.find(inode.number(), block - 1)) return before->run.end();
  const auto path = ExtentPath::find(metadata_, inode, block);
  if (path && path->has_extent()) {
    const Mapping extent = path->extent();
    return extent.physical + (block - extent.logical);
  }
  return metadata_.geometry().first_block(metadata_.geometry().group_of(inode.number()));
}

Result<void> FileSystem::link_blocks(InodeNumber number, const Mapping& written, std::uint64_t size, Timestamp now) {
  EXT4_TRY(end_of(written.logical, written.length));
  if (size > maximum_file_size || (!metadata_.geometry().large_files && size > 0x7FFFFFFF))
    return std::unexpected(Error::file_too_large);
  for (Mapping left = written; !EXT4_TRY(link_step(number, left, size, now));) continue;
  return {};
}

Result<bool> FileSystem::link_step(InodeNumber number, Mapping& left, std::uint64_t size, Timestamp now) {
  Transaction transaction = EXT4_TRY(begin({.now = now}));
  const InodePin inode = EXT4_TRY(load_file(number));
  // The blocks are promised and room for the tree is kept, so the superuser's part is open to the tree.
  ExtentEditor extents(transaction, allocator_, inode, Privilege::superuser);
  Mapping rest = left;
  while (rest.length != 0 && !transaction.nearly_full()) {
    Mapping piece = EXT4_TRY(map_block(metadata_, inode, rest.logical, rest.length));
    if (piece.content == Content::hole) {
      const Reservation* known = reservations_.find(number, rest.logical);
      if (known == nullptr) return std::unexpected(Error::bad_argument);
      const std::uint32_t skipped = rest.logical - known->logical;
      piece.physical = known->run.first + skipped;
      piece.length = std::min({piece.length, known->run.count - skipped, maximum_extent_length(Content::written)});
      piece.content = Content::reserved;
    }
    if (piece.physical != rest.physical) return std::unexpected(Error::bad_argument);
    if (piece.content == Content::reserved) {
      EXT4_TRY(allocator_.take(transaction, piece.run()));
      piece.content = Content::written;
      EXT4_TRY(extents.insert(piece));
      EXT4_TRY(add_blocks(transaction, inode, piece.length));
    } else if (piece.content == Content::unwritten) {
      EXT4_TRY(extents.mark_written(piece.logical, piece.length));
    }
    rest.logical = piece.end();
    rest.physical = piece.physical + piece.length;
    rest.length -= piece.length;
  }
  if (rest.length == 0) {
    layout::Inode& raw = *EXT4_TRY(modify_inode(transaction, inode));
    if (size > inode.size()) ext4::set_size(raw, size);
    set_time(raw, metadata_.geometry(), Time::modification, now);
    set_time(raw, metadata_.geometry(), Time::change, now);
  }
  transaction.commit();
  reservations_.remove(number, left.logical, rest.logical);
  left = rest;
  return rest.length == 0;
}

Result<void> FileSystem::cancel(InodeNumber number, LogicalBlock first, std::uint32_t count) {
  const LogicalBlock end = EXT4_TRY(end_of(first, count));
  reservations_.remove(number, first, end);
  return {};
}

}  // namespace ext4
