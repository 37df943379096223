// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

namespace {

// Copying a page that will be written is a tenth of the fault that it saves; for the first few that is sure to pay.
constexpr unsigned pages_copied_at_once = 16;

}  // namespace

Result<void> Memory::fork(u32 parent_pid, u32 pid, SpaceIndex child_index) {
  const auto parent_index = space_of(parent_pid);
  if (!parent_index) return std::unexpected(parent_index.error());
  if (child_index >= spaces_.size()) return std::unexpected(Error::invalid);
  Inhabitant& place = place_of(pid);
  if (place.pid == pid && place.space == child_index) return {};  // asked again
  Space& parent = spaces_[*parent_index];
  Space& child = spaces_[child_index];
  if (place.pid != 0 || child.state != Space::State::none) return std::unexpected(Error::exists);
  if (parent.downcalls != 0) return std::unexpected(Error::busy);
  if (!room_for(child, parent.regions.count() + RegionMap::spare)) return std::unexpected(Error::no_memory);
  if (!can_promise(parent.regions.promised())) return std::unexpected(Error::no_memory);
  if (machine_.create(child_index) != Status::ok) return std::unexpected(Error::no_frames);

  child = {.state = Space::State::live,
           .users = 1,
           .regions = {},
           .heap_begin = parent.heap_begin,
           .heap_end = parent.heap_end,
           .limits = parent.limits};
  Result<void> result;
  unsigned copies = pages_copied_at_once;
  {
    Change change(*this, child);
    parent.regions.each(regions_, program_range, [&](const Region& region) {
      child.regions.insert(regions_, region);
      return true;
    });
  }
  // The stack first: nothing is written sooner by either of the two.
  for (const bool stacks : {true, false})
    parent.regions.each(regions_, program_range, [&](const Region& region) {
      if ((region.role == Role::stack) == stacks) result = fork_region(*parent_index, child_index, region, copies);
      return result.has_value();
    });
  if (!result) {
    destroy(child_index);
    return result;
  }
  place = {pid, child_index};
  return {};
}

Result<void> Memory::fork_region(SpaceIndex parent, SpaceIndex child, const Region& region, unsigned& copies) {
  // What is shared is found again through its object.
  if (region.sharing == Sharing::shared) return {};
  if (!region.promised) {
    if (machine_.clone(child, parent, region.range) == Status::ok) return {};
    return std::unexpected(Error::no_frames);
  }
  // From above, where a stack is in use.
  for (UserPage end = region.range.end; end > region.range.begin;) {
    const u64 count = std::min(pages_at_once, end - region.range.begin);
    if (const auto done = fork_pages(parent, child, region, {end - count, end}, copies); !done) return done;
    end = end - count;
  }
  return {};
}

Result<void> Memory::fork_pages(SpaceIndex parent, SpaceIndex child, const Region& region, Range range,
                                unsigned& copies) {
  Entry entries[pages_at_once];
  machine_.query(parent, range.begin, {entries, range.pages()});
  // A run for the kernel to clone: it has something present, and nothing that was copied.
  Range run{range.end, range.end};
  bool worthwhile = false;
  const auto clone = [&] {
    const bool cloned = !worthwhile || machine_.clone(child, parent, run) == Status::ok;
    worthwhile = false;
    return cloned;
  };
  for (u64 index = range.pages(); index-- != 0;) {
    const UserPage page = range.begin + index;
    const Entry entry = entries[index];
    if (entry.present() && entry.writable() && (region.rights & writable) && copies != 0) {
      --copies;
      if (!clone()) return std::unexpected(Error::no_frames);
      run = {page, page};
      const auto frame = stock_.any();
      if (!frame) return std::unexpected(Error::no_frames);
      std::ranges::copy(machine_.contents(entry.frame()), machine_.contents(*frame).begin());
      if (const auto placed = place(child, page, *frame, region.rights); !placed) return placed;
      continue;
    }
    run.begin = page;
    worthwhile |= entry.present();
  }
  if (!clone()) return std::unexpected(Error::no_frames);
  return {};
}

}  // namespace memory
