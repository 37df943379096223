// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

namespace {

// Mappings are put below the stack, which may grow this far at least, and the higher ones first.
constexpr u64 least_stack_room = u64{128} << 20;
constexpr Range low_range{{16}, UserPage::of(0x8000'0000)};

Range room_for_mappings(const Space& space) {
  const u64 stack = std::clamp(space.limits.stack, least_stack_room, abi::layout::user_end / 6);
  return {{16}, program_range.end - pages_of(stack)};
}

}  // namespace

Result<UserPage> Memory::choose(const Space& space, const MapRequest& request, u64 pages) const {
  const UserPage wish = UserPage::of(request.address);
  const Range wished = Range::of(wish, pages);
  const bool possible = program_range.contains(wished) && wished.begin < wished.end;
  if (request.fixed) {
    if (request.address % page_size != 0) return std::unexpected(Error::invalid);
    if (!possible) return std::unexpected(Error::no_memory);
    if (!request.replace && !space.regions.is_free(regions_, wished)) return std::unexpected(Error::exists);
    return wish;
  }
  if (wish.number != 0 && possible && space.regions.is_free(regions_, wished)) return wish;
  const Range room = request.low ? low_range : room_for_mappings(space);
  const Range found = space.regions.find_free(regions_, pages, room);
  if (found.empty()) return std::unexpected(Error::no_memory);
  return found.begin;
}

Result<u64> Memory::map(SpaceIndex index, MapRequest request) {
  Space& space = spaces_[index];
  if (request.length == 0) return std::unexpected(Error::invalid);
  if (request.length > abi::layout::user_end) return std::unexpected(Error::no_memory);
  if ((request.rights & writable) && (request.rights & executable)) return std::unexpected(Error::denied);
  const u64 pages = pages_of(request.length);
  if (!room_for(space, RegionMap::spare)) return std::unexpected(Error::no_memory);
  const auto begin = choose(space, request, pages);
  if (!begin) return std::unexpected(begin.error());

  Region region;
  region.range = Range::of(*begin, pages);
  region.may = request.may;
  region.sharing = request.sharing;
  region.role = request.role;
  region.first = request.first;
  region.object = request.object;
  region.promised = request.promised;
  region.set_rights(request.rights);
  const bool shared_zeros = request.sharing == Sharing::shared && request.object == 0;
  if (const auto room = may_grow(space, pages, region.promised || shared_zeros); !room)
    return std::unexpected(room.error());
  if (request.replace && space.downcalls != 0 && !space.regions.is_free(regions_, region.range))
    return std::unexpected(Error::busy);
  if (shared_zeros) {
    region.object = objects_.shared_zeros(pages);
    if (region.object == 0) return std::unexpected(Error::no_memory);
    region.first = 0;
  }

  Change change(*this, space);
  if (request.replace)
    space.regions.remove(regions_, region.range, [&](const Region& piece) { drop_pages(index, piece); });
  space.regions.insert(regions_, region);
  return begin->address();
}

/// The pages of a change of what is there.
Result<Range> Memory::writable_range(SpaceIndex index, u64 address, u64 length) const {
  Range range;
  if (address % page_size != 0 || length > abi::layout::user_end) return std::unexpected(Error::invalid);
  if (length == 0) return Range{UserPage::of(address), UserPage::of(address)};
  if (!touch(address, length, range)) return std::unexpected(Error::unmapped);
  if (spaces_[index].downcalls != 0) return std::unexpected(Error::busy);
  return range;
}

bool Memory::room_for(const Space& space, std::size_t more) const {
  constexpr std::size_t few = 64;
  const std::size_t kept = space.regions.count() + more > few ? regions_.size() / 4 : 0;
  return regions_.available() >= more + kept;
}

Result<void> Memory::unmap(SpaceIndex index, u64 address, u64 length) {
  if (length == 0) return std::unexpected(Error::invalid);
  const auto range = writable_range(index, address, length);
  if (!range) return std::unexpected(range.error() == Error::unmapped ? Error::invalid : range.error());
  // Only a hole makes more regions of what is there, and whoever has too many must be able to give some back.
  const RegionIndex at = spaces_[index].regions.find(regions_, range->begin);
  const bool hole = at != 0 && regions_[at].range.begin < range->begin && range->end < regions_[at].range.end;
  const bool room = hole ? room_for(spaces_[index], RegionMap::spare) : regions_.available() >= RegionMap::spare;
  if (!room) return std::unexpected(Error::no_memory);
  Change change(*this, spaces_[index]);
  spaces_[index].regions.remove(regions_, *range, [&](const Region& piece) { drop_pages(index, piece); });
  return {};
}

Result<void> Memory::protect(SpaceIndex index, u64 address, u64 length, u8 rights) {
  if ((rights & writable) && (rights & executable)) return std::unexpected(Error::denied);
  const auto range = writable_range(index, address, length);
  if (!range) return std::unexpected(range.error());
  if (range->empty()) return {};
  Space& space = spaces_[index];
  if (!space.regions.covered(regions_, *range)) return std::unexpected(Error::unmapped);
  u64 new_promises = 0;
  const bool allowed = space.regions.each(regions_, *range, [&](const Region& part) {
    Region changed = part;
    changed.set_rights(rights);
    if (changed.promised && !part.promised) new_promises += part.range.pages();
    return (rights & ~part.may) == 0;
  });
  if (!allowed) return std::unexpected(Error::denied);
  if (new_promises != 0 && !can_promise(new_promises)) return std::unexpected(Error::no_memory);
  if (!room_for(space, RegionMap::spare)) return std::unexpected(Error::no_memory);

  Change change(*this, space);
  space.regions.protect(regions_, *range, rights);
  // Whether a page may be written at once only a fault can say: others may have its frame, or a file's page become
  // dirty. So what becomes writable waits for its first write.
  machine_.protect(index, *range, entry_rights_unwritten(rights));
  return {};
}

Result<void> Memory::forget(SpaceIndex index, u64 address, u64 length) {
  const auto range = writable_range(index, address, length);
  if (!range) return std::unexpected(range.error());
  Space& space = spaces_[index];
  space.regions.each(regions_, *range, [&](const Region& part) {
    drop_pages(index, part);
    return true;
  });
  return space.regions.covered(regions_, *range) ? Result<void>{} : std::unexpected(Error::unmapped);
}

Result<void> Memory::covered(SpaceIndex index, u64 address, u64 length) const {
  Range range;
  if (length == 0) return {};
  if (!touch(address, length, range)) return std::unexpected(Error::unmapped);
  return spaces_[index].regions.covered(regions_, range) ? Result<void>{} : std::unexpected(Error::unmapped);
}

Result<void> Memory::resident(SpaceIndex index, u64 address, std::span<u8> pages) {
  if (const auto there = covered(index, address, pages.size() * page_size); !there) return there;
  Entry entries[pages_at_once];
  machine_.query(index, UserPage::of(address), {entries, pages.size()});
  for (std::size_t page = 0; page < pages.size(); ++page) pages[page] = entries[page].present();
  return {};
}

Result<u64> Memory::set_heap_end(SpaceIndex index, u64 end) {
  Space& space = spaces_[index];
  if (end < space.heap_begin || end > abi::layout::user_end) return space.heap_end;
  const Range old_range{UserPage::of(space.heap_begin + page_size - 1), UserPage::of(space.heap_end + page_size - 1)};
  const Range new_range{old_range.begin, UserPage::of(end + page_size - 1)};
  if (new_range.end < old_range.end) {
    const auto cut = unmap(index, new_range.end.address(), (old_range.end - new_range.end) * page_size);
    if (!cut) return cut.error() == Error::busy ? Result<u64>{std::unexpected(Error::busy)} : space.heap_end;
  } else if (new_range.end > old_range.end) {
    // One page stays free, so that the heap never touches what is above it.
    const Range more{old_range.end, new_range.end};
    if (!space.regions.is_free(regions_, {more.begin, more.end + 1})) return space.heap_end;
    const u64 data = space.limits.data;
    if (data != no_limit && end - space.heap_begin > data) return space.heap_end;
    if (!map(index, {.address = more.begin.address(),
                     .length = more.pages() * page_size,
                     .rights = readable | writable,
                     .role = Role::heap,
                     .fixed = true}))
      return space.heap_end;
  }
  return space.heap_end = end;
}

bool Memory::cut_object(u64 name, u64 first) {
  bool done = true;
  for (std::size_t index = 0; index < spaces_.size(); ++index) {
    Space& space = spaces_[index];
    if (space.state == Space::State::none) continue;
    space.regions.each(regions_, program_range, [&](const Region& region) {
      if (region.object == 0 || objects_[region.object].name != name) return true;
      if (region.page_of_object(region.range.end) <= first) return true;
      const u64 keep = first > region.first ? first - region.first : 0;
      if (space.downcalls != 0)
        done = false;
      else
        drop_pages(static_cast<SpaceIndex>(index), part_of(region, {region.range.begin + keep, region.range.end}));
      return true;
    });
  }
  return done;
}

}  // namespace memory
