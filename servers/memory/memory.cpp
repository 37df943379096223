// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

Memory::Memory(Machine& machine, Files& files, Watcher& watcher, Storage storage, u64 frames)
    : machine_(machine),
      files_(files),
      watcher_(watcher),
      stock_(machine),
      objects_(machine, stock_),
      regions_(storage.regions, objects_),
      spaces_(storage.spaces),
      inhabitants_(storage.inhabitants),
      limit_(frames) {}

/// Whether so many pages more fit into the limits of the space, and into memory if they are promised.
Result<void> Memory::may_grow(const Space& space, u64 pages, bool promised) const {
  if (pages > program_range.pages()) return std::unexpected(Error::no_memory);
  if (space.limits.address_space / page_size < space.regions.pages() + pages) return std::unexpected(Error::no_memory);
  if (!promised) return {};
  if (space.limits.data / page_size < space.regions.promised() + pages) return std::unexpected(Error::no_memory);
  if (!can_promise(pages)) return std::unexpected(Error::no_memory);
  return {};
}

/// Ends what is present of a region's part, and gives back the frames that nobody else has.
void Memory::drop_pages(SpaceIndex space, const Region& region) {
  if (!region.promised) {
    machine_.unmap(space, region.range);
    return;
  }
  Entry entries[pages_at_once];
  for (UserPage page = region.range.begin; page < region.range.end; page = page + pages_at_once) {
    const u64 count = std::min(pages_at_once, region.range.end - page);
    machine_.query(space, page, {entries, count});
    u64 from = count, to = 0;
    for (u64 index = 0; index < count; ++index)
      if (entries[index].present()) from = std::min(from, index), to = index + 1;
    if (from >= to) continue;
    machine_.unmap(space, {page + from, page + to});
    for (u64 index = from; index < to; ++index)
      if (entries[index].present()) stock_.give_back(entries[index].frame());
  }
}

void Memory::release_unused() {
  // A downcall may bring new ones; whoever makes them comes here as well.
  while (const auto unused = objects_.take_unused()) files_.release(unused->name, unused->serial);
}

}  // namespace memory
