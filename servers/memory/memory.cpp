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
  machine_.each_present(space, region.range, [&](UserPage page, std::span<Entry> entries) {
    machine_.unmap(space, Range::of(page, entries.size()));
    for (const Entry entry : entries)
      if (entry.present()) stock_.give_back(entry.frame());
  });
}

void Memory::release_unused() {
  // A downcall may bring new ones; whoever makes them comes here as well.
  while (const auto unused = objects_.take_unused()) files_.release(unused->name, unused->serial);
}

}  // namespace memory
