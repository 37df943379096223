// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <string_view>

#include "servers/ext4/directory_block.hpp"
#include "servers/ext4/inode.hpp"
#include "servers/ext4/metadata.hpp"
#include "servers/ext4/name_hash.hpp"

namespace ext4 {

// Reading directories, linear and indexed. An inode given here is a directory.

/// A name that was found, with its block pinned.
struct FoundName {
  BlockPin block;
  std::uint32_t offset = 0;
  InodeNumber inode{};
  FileKind kind{};  ///< as the entry says
};

inline bool is_indexed(const InodePin& directory) { return directory.has(layout::inode_flag::indexed); }

/// How many blocks the directory has.
Result<std::uint32_t> directory_blocks(Metadata& metadata, const InodePin& directory);
Result<BlockPin> read_directory_block(Metadata& metadata, const InodePin& directory, LogicalBlock block,
                                      BlockKind kind);

/// Error::not_found if no entry has the name, which may be "." or "..".
Result<FoundName> find_in_directory(Metadata& metadata, const InodePin& directory, std::string_view name);

/// Takes the entries of a directory one by one.
class EntrySink {
 public:
  struct Entry {
    std::string_view name;  ///< valid during the call
    InodeNumber inode;
    FileKind kind;
    std::uint64_t cookie;  ///< where to go on behind this entry
  };
  /// False if there was no room for the entry: it will be the first of the next scan.
  virtual bool take(const Entry& entry) = 0;

 protected:
  ~EntrySink() = default;
};

struct ScanEnd {
  std::uint64_t cookie;  ///< where the next scan begins
  bool complete;         ///< all entries have been taken
};

/// Memory in which entries are brought into the order of their hashes.
struct ScanSlot {
  std::uint64_t key;
  LogicalBlock block;
  std::uint32_t offset;
};
using ScanBuffer = std::array<ScanSlot, 512>;

/// Gives the entries from `cookie` on to `sink`; 0 is the beginning. An indexed directory is gone through in the
/// order of hashes, so that what stays in it is seen exactly once however it is changed meanwhile.
Result<ScanEnd> scan_directory(Metadata& metadata, const InodePin& directory, std::uint64_t cookie, EntrySink& sink,
                               ScanBuffer& buffer);

/// Whether there is nothing but "." and "..".
Result<bool> is_empty(Metadata& metadata, const InodePin& directory, ScanBuffer& buffer);

}  // namespace ext4
