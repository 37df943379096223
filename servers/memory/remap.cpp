// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

/// Moves what is present of memory's own frames; pages of files come again when they are touched.
void Memory::move_pages(SpaceIndex space, const Region& from, UserPage to) {
  machine_.each_present(space, from.range, [&](UserPage page, std::span<Entry> entries) {
    for (const Entry entry : entries) {
      const UserPage target = to + (page - from.range.begin);
      page = page + 1;
      if (!entry.present() || !machine_.use(entry.frame()).own) continue;
      const u64 rights = entry.writable() ? entry_rights(from.rights) : entry_rights_unwritten(from.rights);
      static_cast<void>(machine_.map(space, target, entry.frame(), 1, rights));
    }
  });
  machine_.unmap(space, from.range);
}

Result<u64> Memory::remap(SpaceIndex index, u64 address, u64 length, u64 new_length, bool may_move, bool fixed,
                          u64 target) {
  if (length == 0 || new_length == 0 || new_length > abi::layout::user_end) return std::unexpected(Error::invalid);
  const auto range = writable_range(index, address, length);
  if (!range) return std::unexpected(range.error());
  Space& space = spaces_[index];
  const RegionIndex found = space.regions.find(regions_, range->begin);
  if (found == 0 || !regions_[found].range.contains(*range)) return std::unexpected(Error::unmapped);
  const Region old = part_of(regions_[found], *range);
  const u64 pages = pages_of(new_length);
  const u64 more = pages > range->pages() ? pages - range->pages() : 0;

  if (!fixed && more == 0) {
    if (pages < range->pages()) {
      const auto cut = unmap(index, (range->begin + pages).address(), (range->pages() - pages) * page_size);
      if (!cut) return std::unexpected(cut.error());
    }
    return address;
  }
  if (more != 0)
    if (const auto room = may_grow(space, more, old.promised); !room) return std::unexpected(room.error());
  const Range behind = Range::of(range->end, more);
  if (!fixed && regions_[found].range.end == range->end && program_range.contains(behind) &&
      space.regions.is_free(regions_, behind)) {
    Change change(*this, space);
    space.regions.stretch(regions_, found, {regions_[found].range.begin, behind.end});
    return address;
  }
  if (!may_move || !room_for(space, RegionMap::spare)) return std::unexpected(Error::no_memory);

  if (fixed) {
    const Range wished = Range::of(UserPage::of(target), pages);
    if (target % page_size != 0 || !program_range.contains(wished) || wished.overlaps(*range))
      return std::unexpected(Error::invalid);
    if (const auto cleared = unmap(index, target, pages * page_size); !cleared) return std::unexpected(cleared.error());
  }
  const auto begin = choose(space, {.address = target, .fixed = fixed}, pages);
  if (!begin) return std::unexpected(begin.error());
  Region moved = old;
  moved.range = Range::of(*begin, pages);
  moved.role = Role::plain;
  const Region kept = part_of(old, {old.range.begin, old.range.begin + std::min(pages, old.range.pages())});
  Change change(*this, space);
  space.regions.insert(regions_, moved);
  move_pages(index, kept, *begin);
  space.regions.remove(regions_, old.range, [&](const Region& piece) { drop_pages(index, piece); });
  return begin->address();
}

}  // namespace memory
