// SPDX-License-Identifier: BSD-2-Clause
#include "servers/ext4/extent_path.hpp"
#include "servers/ext4/file_system.hpp"

namespace ext4 {

Result<MountState> FileSystem::mount(Access access, Timestamp now) {
  const auto closing_on_error = [this](auto result) {
    if (!result) metadata_.close();
    return result;
  };
  reservations_.clear();
  for (Creation& creation : creations_) creation = {};
  EXT4_TRY(closing_on_error(metadata_.open()));
  metadata_.set_time(now);
  if (access == Access::read_only) metadata_.make_read_only();
  const std::uint16_t state = metadata_.superblock().state;
  was_clean_ = (state & layout::state::clean) != 0 && (state & layout::state::errors) == 0;
  // Numbers that inodes of earlier mounts are unlikely to have had.
  next_generation_ = static_cast<std::uint32_t>(now.seconds) * 0x9E3779B1 ^ now.nanoseconds;

  EXT4_TRY(closing_on_error(protect_journal()));
  overhead_ = 0;
  for (const Run zone : metadata_.zones().zones()) overhead_ += zone.count;
  EXT4_TRY(closing_on_error(load_directory(root_inode)));
  if (!metadata_.read_only()) {
    const auto finished = finish_orphans({.now = now, .privilege = Privilege::superuser});
    if (!finished && finished.error() == Error::device_failed)
      return closing_on_error(Result<MountState>(std::unexpected(finished.error())));
    if (!finished) metadata_.make_read_only();
  }
  return MountState{.read_only = metadata_.read_only(),
                    .was_clean = was_clean_,
                    .needs_recovery = metadata_.geometry().needs_recovery};
}

Result<void> FileSystem::protect_journal() {
  const Geometry& geometry = metadata_.geometry();
  if (!geometry.has_journal || geometry.journal_inode == no_inode) return {};
  const auto journal = load_reserved_inode(metadata_, geometry.journal_inode);
  if (!journal && journal.error() == Error::unsupported_inode) {
    // Mapped as ext3 did it. Its blocks cannot be told, so nothing is written.
    metadata_.make_read_only();
    return {};
  }
  if (!journal) return std::unexpected(journal.error());
  const std::uint64_t blocks = journal->size() / block_size;
  for (LogicalBlock at{0}; at.value < blocks;) {
    const auto left = static_cast<std::uint32_t>(blocks - at.value);
    const Mapping mapping = EXT4_TRY(map_block(metadata_, *journal, at, left));
    if (mapping.content == Content::hole) return metadata_.damaged("hole in journal, at its block", at.value);
    if (!metadata_.zones().add(mapping.run())) return std::unexpected(Error::table_full);
    metadata_.zones().finish();
    at = mapping.end();
  }
  return {};
}

Result<void> FileSystem::sync(Timestamp now) {
  metadata_.set_time(now);
  return metadata_.persist();
}

Result<void> FileSystem::unmount(Timestamp now) {
  metadata_.mark_clean(was_clean_ && metadata_.damage().what == nullptr);
  EXT4_TRY(sync(now));
  metadata_.close();
  reservations_.clear();
  return {};
}

Usage FileSystem::usage() const {
  const Geometry& geometry = metadata_.geometry();
  return {.blocks = geometry.blocks - overhead_,
          .free = allocator_.available(Privilege::superuser),
          .available = allocator_.available(Privilege::user),
          .inodes = geometry.inodes,
          .free_inodes = metadata_.totals().free_inodes};
}

Result<Transaction> FileSystem::begin(Caller caller) {
  metadata_.set_time(caller.now);
  return Transaction::begin(metadata_);
}

Result<InodePin> FileSystem::load_directory(InodeNumber number) {
  InodePin inode = EXT4_TRY(load_inode(metadata_, number));
  if (!inode.is_directory()) return std::unexpected(Error::not_a_directory);
  return inode;
}

Result<InodePin> FileSystem::load_file(InodeNumber number) {
  InodePin inode = EXT4_TRY(load_inode(metadata_, number, Linked::either));
  if (inode.is_directory()) return std::unexpected(Error::is_a_directory);
  if (inode.kind() != FileKind::regular) return std::unexpected(Error::bad_argument);
  return inode;
}

}  // namespace ext4
