// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "servers/ext4/attributes.hpp"
#include "servers/ext4/block_allocator.hpp"
#include "servers/ext4/directory.hpp"
#include "servers/ext4/directory_editor.hpp"
#include "servers/ext4/inode.hpp"
#include "servers/ext4/metadata.hpp"
#include "servers/ext4/orphans.hpp"
#include "servers/ext4/storage.hpp"

namespace ext4 {

/// On whose behalf and when.
struct Caller {
  Timestamp now{};
  Privilege privilege = Privilege::user;
};

/// What becomes of an inode that loses its last name.
enum class LastName : std::uint8_t {
  free_now,    ///< nobody has it open
  keep_inode,  ///< until `release`
};

struct Removed {
  InodeNumber inode{};  ///< no_inode: nothing was removed
  std::uint32_t links = 0;
};

enum class Replace : std::uint8_t { allowed, forbidden };

struct Usage {
  std::uint64_t blocks = 0;     ///< without what the file system keeps itself in
  std::uint64_t free = 0;       ///< after what is reserved
  std::uint64_t available = 0;  ///< of those, to users
  std::uint64_t inodes = 0;
  std::uint64_t free_inodes = 0;
};

struct MountState {
  bool read_only = false;
  bool was_clean = false;  ///< false: it was not unmounted, or errors were found; e2fsck should look at it
  bool needs_recovery = false;
};

/// An ext4 file system: names, inodes, extents and allocation. It moves no file data: it says where they are
/// (`map`), finds room for more (`reserve`), and takes them up when they are written (`link`).
///
/// Every operation is done as a whole or not at all. What is done is durable after `sync`. Permissions are the
/// caller's affair. Inodes that a caller has seen are named by number; Error::stale says that one is gone.
class FileSystem {
 public:
  template <std::size_t buffers, std::size_t zones, std::size_t freed, std::size_t reservations>
  FileSystem(BlockDevice& device, Storage<buffers, zones, freed, reservations>& storage)
      : cache_{storage.cache},
        metadata_{device, cache_, {.zones = storage.zone_table, .freed = storage.freed_table}},
        reservations_{storage.reservation_table},
        allocator_{metadata_, reservations_, storage.bitmap_scratch},
        scan_buffer_{storage.scan},
        split_buffer_{storage.split},
        creations_{storage.creations} {}
  FileSystem(const FileSystem&) = delete;
  FileSystem& operator=(const FileSystem&) = delete;

  enum class Access : std::uint8_t { read_only, read_write };
  /// Checks the image and finishes what a crash left in the list of orphans. An image whose journal must be
  /// replayed, or with features that only readers may ignore, becomes read-only.
  Result<MountState> mount(Access access, Timestamp now);
  /// Makes everything durable and marks the image clean if it was.
  Result<void> unmount(Timestamp now);
  /// Makes everything durable that was done and written so far.
  Result<void> sync(Timestamp now);

  Usage usage() const;
  const Geometry& geometry() const { return metadata_.geometry(); }
  const Damage& damage() const { return metadata_.damage(); }
  Metadata& metadata() { return metadata_; }

  // Names (names.cpp).
  Result<Attributes> lookup(InodeNumber directory, std::string_view name);
  Result<ScanEnd> read_directory(InodeNumber directory, std::uint64_t cookie, EntrySink& sink);
  /// The target's length; as much of it as fits is in `target`.
  Result<std::size_t> read_link(InodeNumber inode, std::span<char> target);

  // Attributes (attributes.cpp).
  Result<Attributes> attributes(InodeNumber inode);
  Result<Attributes> set_attributes(InodeNumber inode, const AttributeChange& change, Caller caller);
  /// Cuts or extends a regular file. Clearing the rest of the last block is up to who has the data.
  Result<Attributes> set_size(InodeNumber inode, std::uint64_t size, Caller caller);

  // Creation (create.cpp).
  Result<Attributes> create(InodeNumber directory, std::string_view name, const NewInode& what, Handle handle,
                            Caller caller);
  Result<Attributes> make_link(InodeNumber directory, std::string_view name, std::string_view target,
                               const NewInode& what, Handle handle, Caller caller);
  Result<Attributes> link(InodeNumber inode, InodeNumber directory, std::string_view name, Caller caller);

  // Removal (remove.cpp).
  Result<Removed> unlink(InodeNumber directory, std::string_view name, LastName last, Caller caller);
  Result<Removed> remove_directory(InodeNumber directory, std::string_view name, LastName last, Caller caller);
  /// Frees an inode that was kept without a name, and drops what is reserved for it. An inode that has names only
  /// loses its reservations.
  Result<void> release(InodeNumber inode, Caller caller);

  // Renaming (rename.cpp). What the new name stood for is removed as by `unlink` or `remove_directory`.
  Result<Removed> rename(InodeNumber from, std::string_view old_name, InodeNumber to, std::string_view new_name,
                         Replace replace, LastName last, Caller caller);
  /// Lets two names, which both exist, change places.
  Result<void> exchange(InodeNumber first, std::string_view first_name, InodeNumber second,
                        std::string_view second_name, Caller caller);

  // Data (data.cpp).
  /// Says where `count` blocks from `first` on are; returns how many mappings were needed or did fit.
  Result<std::size_t> map(InodeNumber inode, LogicalBlock first, std::uint32_t count, std::span<Mapping> mappings);
  /// As `map`, but with blocks kept for each hole (Content::reserved). They are not the file's before `link`.
  Result<std::size_t> reserve(InodeNumber inode, LogicalBlock first, std::uint32_t count, std::span<Mapping> mappings,
                              Caller caller);
  /// Takes up blocks that have been written: reserved ones, or unwritten ones of the file, as `reserve` named them.
  /// The file's size becomes at least `size`. Asked again after an error, it takes up what is not yet taken up.
  Result<void> link_blocks(InodeNumber inode, const Mapping& written, std::uint64_t size, Timestamp now);
  /// Gives up what is reserved for these blocks and was not linked.
  Result<void> cancel(InodeNumber inode, LogicalBlock first, std::uint32_t count);

 private:
  Result<Transaction> begin(Caller caller);
  /// Does `operation` again after freed blocks have become usable, if it failed for want of space.
  template <typename Operation>
  auto with_space(Operation operation) -> decltype(operation()) {
    auto result = operation();
    if (result || result.error() != Error::no_space || metadata_.freed().size() == 0) return result;
    if (auto persisted = metadata_.persist(); !persisted) return std::unexpected(persisted.error());
    return operation();
  }

  Result<void> protect_journal();
  Result<InodePin> load_directory(InodeNumber number);
  Result<InodePin> load_file(InodeNumber number);
  DirectoryEditor edit(Transaction& transaction, const InodePin& directory, Privilege privilege) {
    return DirectoryEditor(transaction, allocator_, directory, privilege, split_buffer_);
  }

  // create.cpp
  Result<std::optional<Attributes>> created_before(InodeNumber directory, std::string_view name, Handle handle);
  void remember(Handle handle, InodeNumber inode);
  Result<Attributes> create_once(InodeNumber directory, std::string_view name, std::string_view target,
                                 const NewInode& what, Handle handle, Caller caller);
  Result<InodePin> new_inode(Transaction& transaction, const InodePin& directory, const NewInode& what, Caller caller);
  Result<void> store_target(Transaction& transaction, const InodePin& inode, std::string_view target, Caller caller);
  Result<void> count_subdirectory(Transaction& transaction, const InodePin& directory, int change);
  Result<void> touch_directory(Transaction& transaction, const InodePin& directory, Caller caller);

  // remove.cpp
  Result<Removed> remove_name(InodeNumber directory, std::string_view name, bool want_directory, LastName last,
                              Caller caller);
  /// Takes one name from the inode. True if the last went and there is more to free than the transaction holds.
  Result<bool> drop_link(Transaction& transaction, const InodePin& inode, LastName last, Caller caller);
  Result<bool> dispose(Transaction& transaction, const InodePin& inode, Caller caller);
  Result<void> release_attributes(Transaction& transaction, const InodePin& inode);
  Result<void> finish_orphan(InodeNumber inode, Caller caller);
  Result<void> finish_orphans(Caller caller);

  // rename.cpp
  Result<void> check_not_below(InodeNumber moved, InodeNumber directory);
  Result<void> move_parent(Transaction& transaction, const InodePin& moved, const InodePin& from, const InodePin& to,
                           Caller caller);
  Result<Removed> rename_once(InodeNumber from, std::string_view old_name, InodeNumber to, std::string_view new_name,
                              Replace replace, LastName last, Caller caller);

  // data.cpp
  Result<Mapping> reserve_hole(const InodePin& inode, const Mapping& hole, Caller caller);
  PhysicalBlock goal_for(const InodePin& inode, LogicalBlock block);
  Result<bool> link_step(InodeNumber inode, Mapping& left, std::uint64_t size, Timestamp now);

  BlockCache cache_;
  Metadata metadata_;
  Reservations reservations_;
  BlockAllocator allocator_;
  ScanBuffer& scan_buffer_;
  SplitBuffer& split_buffer_;
  std::span<Creation> creations_;
  std::size_t next_creation_ = 0;
  std::uint32_t next_generation_ = 0;
  std::uint64_t overhead_ = 0;
  bool was_clean_ = false;
};

}  // namespace ext4
