// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/process/process.hpp"

namespace file {

/// Descriptor tables: small integers to descriptions. Does not count uses of descriptions: its caller does.
class DescriptorTables {
 public:
  explicit DescriptorTables(Frames& frames) : tables_(frames), chunks_(frames) {}

  Descriptors& operator[](DescriptorsId id) { return tables_[id]; }

  Result<DescriptorsId> make();
  /// The table is empty.
  void remove(DescriptorsId id);

  /// None where the descriptor is not open.
  DescriptionId find(DescriptorsId id, i32 descriptor) const;
  /// The lowest free descriptor not below `from`, for which there is room from now on.
  Result<i32> find_free(DescriptorsId id, i32 from, u32 limit);
  /// Room for a given descriptor.
  Result<> make_room(DescriptorsId id, i32 descriptor);
  void set(DescriptorsId id, i32 descriptor, DescriptionId description, bool close_on_exec);
  /// What was there; none where it was not open.
  DescriptionId clear(DescriptorsId id, i32 descriptor);
  bool close_on_exec(DescriptorsId id, i32 descriptor) const;
  void set_close_on_exec(DescriptorsId id, i32 descriptor, bool value);
  /// Lowest open descriptor not below `from`; none: -1. With `marked`, of those closed by exec.
  i32 next(DescriptorsId id, i32 from, bool marked = false) const;
  /// A new table with the same descriptions.
  Result<DescriptorsId> copy(DescriptorsId from);

 private:
  enum class ChunkId : u32 {};
  const DescriptorChunk* chunk(DescriptorsId id, u32 index) const {
    const u16 at = index < max_chunks ? tables_[id].chunks[index] : 0;
    return at == 0 ? nullptr : &chunks_[static_cast<ChunkId>(at - 1)];
  }
  DescriptorChunk* chunk(DescriptorsId id, u32 index) {
    return const_cast<DescriptorChunk*>(const_cast<const DescriptorTables*>(this)->chunk(id, index));
  }

  Pool<Descriptors, DescriptorsId, 2048> tables_;
  Pool<DescriptorChunk, ChunkId, 4096> chunks_;
};

}  // namespace file
