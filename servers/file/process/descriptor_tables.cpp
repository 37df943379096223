// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/process/descriptor_tables.hpp"

#include <bit>

namespace file {

namespace {
constexpr u32 chunk_of(i32 descriptor) { return static_cast<u32>(descriptor) / chunk_descriptors; }
constexpr u32 slot_of(i32 descriptor) { return static_cast<u32>(descriptor) % chunk_descriptors; }
constexpr u64 bit_of(i32 descriptor) { return u64{1} << slot_of(descriptor); }
}  // namespace

Result<DescriptorsId> DescriptorTables::make() {
  const Result<DescriptorsId> id = tables_.take();
  if (id) tables_[*id].references = 1;
  return id;
}

void DescriptorTables::remove(DescriptorsId id) {
  for (const u16 at : tables_[id].chunks)
    if (at != 0) chunks_.give(static_cast<ChunkId>(at - 1));
  tables_.give(id);
}

[[gnu::hot]] DescriptionId DescriptorTables::find(DescriptorsId id, i32 descriptor) const {
  if (descriptor < 0) return DescriptionId::none;
  const DescriptorChunk* at = chunk(id, chunk_of(descriptor));
  return at != nullptr && (at->used & bit_of(descriptor)) != 0 ? at->slots[slot_of(descriptor)] : DescriptionId::none;
}

[[gnu::hot]] Result<i32> DescriptorTables::find_free(DescriptorsId id, i32 from, u32 limit) {
  if (limit > max_descriptors) limit = max_descriptors;
  for (u32 at = static_cast<u32>(from); at < limit;) {
    const DescriptorChunk* found = chunk(id, at / chunk_descriptors);
    const u64 used = found == nullptr ? 0 : found->used >> at % chunk_descriptors;
    const u32 free = at + static_cast<u32>(std::countr_one(used));
    if (free / chunk_descriptors != at / chunk_descriptors) {
      at = (at / chunk_descriptors + 1) * chunk_descriptors;
      continue;
    }
    if (free >= limit) break;
    if (const Result<> room = make_room(id, static_cast<i32>(free)); !room) return fail(room.error());
    return static_cast<i32>(free);
  }
  return fail(Error::too_many_files);
}

[[gnu::hot]] Result<> DescriptorTables::make_room(DescriptorsId id, i32 descriptor) {
  if (descriptor < 0 || static_cast<u32>(descriptor) >= max_descriptors) return fail(Error::bad_descriptor);
  u16& at = tables_[id].chunks[chunk_of(descriptor)];
  if (at != 0) return {};
  const Result<ChunkId> made = chunks_.take();
  if (!made) return fail(Error::no_memory);
  at = static_cast<u16>(static_cast<u32>(*made) + 1);
  return {};
}

[[gnu::hot]] void DescriptorTables::set(DescriptorsId id, i32 descriptor, DescriptionId description,
                                        bool close_on_exec) {
  DescriptorChunk& at = *chunk(id, chunk_of(descriptor));
  at.slots[slot_of(descriptor)] = description;
  at.used |= bit_of(descriptor);
  set_close_on_exec(id, descriptor, close_on_exec);
}

[[gnu::hot]] DescriptionId DescriptorTables::clear(DescriptorsId id, i32 descriptor) {
  const DescriptionId was = find(id, descriptor);
  if (was == DescriptionId::none) return was;
  DescriptorChunk& at = *chunk(id, chunk_of(descriptor));
  at.used &= ~bit_of(descriptor);
  at.close_on_exec &= ~bit_of(descriptor);
  return was;
}

bool DescriptorTables::close_on_exec(DescriptorsId id, i32 descriptor) const {
  return (chunk(id, chunk_of(descriptor))->close_on_exec & bit_of(descriptor)) != 0;
}

[[gnu::hot]] void DescriptorTables::set_close_on_exec(DescriptorsId id, i32 descriptor, bool value) {
  u64& marks = chunk(id, chunk_of(descriptor))->close_on_exec;
  marks = value ? marks | bit_of(descriptor) : marks & ~bit_of(descriptor);
}

i32 DescriptorTables::next(DescriptorsId id, i32 from, bool marked) const {
  for (u32 at = static_cast<u32>(from); at < max_descriptors; at = (at / chunk_descriptors + 1) * chunk_descriptors) {
    const DescriptorChunk* found = chunk(id, at / chunk_descriptors);
    const u64 bits = found == nullptr ? 0 : (marked ? found->close_on_exec : found->used) >> at % chunk_descriptors;
    if (bits != 0) return static_cast<i32>(at) + std::countr_zero(bits);
  }
  return -1;
}

Result<DescriptorsId> DescriptorTables::copy(DescriptorsId from) {
  const Result<DescriptorsId> made = make();
  if (!made) return made;
  for (u32 i = 0; i < max_chunks; ++i) {
    const DescriptorChunk* source = chunk(from, i);
    if (source == nullptr || source->used == 0) continue;
    if (!make_room(*made, static_cast<i32>(i * chunk_descriptors))) {
      remove(*made);
      return fail(Error::no_memory);
    }
    *chunk(*made, i) = *source;
  }
  return made;
}

}  // namespace file
