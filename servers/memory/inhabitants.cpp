// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

Result<SpaceIndex> Memory::space_of(u32 pid) const {
  const Inhabitant& place = place_of(pid);
  if (place.pid != pid || pid == 0) return std::unexpected(Error::unknown);
  return place.space;
}

void Memory::leave(Inhabitant& inhabitant) {
  Space& space = spaces_[inhabitant.space];
  inhabitant = {};
  if (--space.users == 0) destroy(static_cast<SpaceIndex>(&space - spaces_.data()));
}

void Memory::destroy(SpaceIndex index) {
  Space& space = spaces_[index];
  {
    Change change(*this, space);
    space.regions.remove(regions_, program_range, [&](const Region& piece) {
      // What is the file server's goes with the space.
      if (piece.promised || (piece.object != 0 && objects_[piece.object].kind == Object::Kind::shared_zeros))
        drop_pages(index, piece);
    });
  }
  machine_.destroy(index);
  space = {};
}

// Each of the following finds it done when it is asked again.

Result<void> Memory::adopt(u32 pid, SpaceIndex index) {
  if (index >= spaces_.size()) return std::unexpected(Error::unknown);
  Space& space = spaces_[index];
  Inhabitant& place = place_of(pid);
  if (place.pid == pid && place.space == index) return {};
  if (space.state != Space::State::built) return std::unexpected(Error::unknown);
  if (place.pid == pid) {
    if (spaces_[place.space].downcalls != 0) return std::unexpected(Error::busy);
    space.limits = spaces_[place.space].limits;
    leave(place);
  }
  space.state = Space::State::live;
  space.users = 1;
  place = {pid, index};
  return {};
}

Result<void> Memory::share(u32 parent, u32 pid) {
  const auto index = space_of(parent);
  if (!index) return std::unexpected(index.error());
  Inhabitant& place = place_of(pid);
  if (place.pid == pid && place.space == *index) return {};
  if (place.pid != 0) return std::unexpected(Error::exists);
  ++spaces_[*index].users;
  place = {pid, *index};
  return {};
}

Result<void> Memory::release(u32 pid) {
  Inhabitant& place = place_of(pid);
  if (place.pid != pid || pid == 0) return {};
  if (spaces_[place.space].users == 1 && spaces_[place.space].downcalls != 0) return std::unexpected(Error::busy);
  leave(place);
  return {};
}

Result<void> Memory::discard(SpaceIndex index) {
  if (index >= spaces_.size() || spaces_[index].state != Space::State::built) return {};
  if (spaces_[index].downcalls != 0) return std::unexpected(Error::busy);
  destroy(index);
  return {};
}

Result<void> Memory::limit(u32 pid, const Limits& limits) {
  const auto index = space_of(pid);
  if (!index) return std::unexpected(index.error());
  spaces_[*index].limits = limits;
  return {};
}

Result<Usage> Memory::usage(u32 pid) {
  const auto index = space_of(pid);
  if (!index) return std::unexpected(index.error());
  const Space& space = spaces_[*index];
  Usage usage{space.regions.pages(), 0, space.minor_faults, space.major_faults};
  machine_.each_present(*index, program_range, [&](UserPage, std::span<Entry> entries) {
    usage.resident += static_cast<u64>(std::ranges::count_if(entries, &Entry::present));
  });
  return usage;
}

}  // namespace memory
