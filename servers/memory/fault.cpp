// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

namespace {

// Below the lowest page of the stack so much stays free, so that a runaway stack meets nothing.
constexpr u64 stack_gap = 256;

constexpr bool permits(u8 rights, Access access) {
  switch (access) {
    case Access::read:
      return rights != 0;
    case Access::write:
      return rights & writable;
    case Access::execute:
      return rights & executable;
  }
  return false;
}

}  // namespace

Result<void> Memory::fault(SpaceIndex index, u64 address, Access access, bool present) {
  Space& space = spaces_[index];
  const UserPage page = UserPage::of(address);
  if (!program_range.contains(page)) return std::unexpected(Error::unmapped);
  RegionIndex found = space.regions.find(regions_, page);
  if (found == 0) found = grow_stack(index, page);
  if (found == 0) return std::unexpected(Error::unmapped);
  // A copy: while the file server is at work, the table may change elsewhere.
  const Region region = regions_[found];
  if (!permits(region.rights, access)) return std::unexpected(Error::denied);

  Entry entry;
  if (present) machine_.query(index, page, {&entry, 1});
  const auto result = provide(index, region, page, access, entry);
  if (result || result.error() != Error::exists) return result;
  // Something is there: another thread's fault was first, or a copy did not say so.
  machine_.query(index, page, {&entry, 1});
  return provide(index, region, page, access, entry);
}

/// Makes the access possible that the region permits. `exists`: the entry is out of date.
Result<void> Memory::provide(SpaceIndex index, const Region& region, UserPage page, Access access, Entry entry) {
  if (entry.present() && (access != Access::write || entry.writable())) {
    // It was settled meanwhile, or the entry lags behind what the region allows.
    machine_.protect(index, Range::of(page, 1),
                     entry.writable() ? entry_rights(region.rights) : entry_rights_unwritten(region.rights));
    return {};
  }
  if (region.object != 0 && objects_[region.object].kind == Object::Kind::file)
    return file_page(index, region, page, access, entry);
  ++spaces_[index].minor_faults;
  if (region.object != 0) return shared_page(index, region, page, entry);
  if (entry.present()) return copy_on_write(index, region, page, entry.frame());
  const auto frame = stock_.zeroed();
  if (!frame) return std::unexpected(Error::no_frames);
  return place(index, page, *frame, region.rights);
}

/// The stack region if it may reach down to the page, and now does.
RegionIndex Memory::grow_stack(SpaceIndex index, UserPage page) {
  Space& space = spaces_[index];
  const RegionIndex found = space.regions.at_or_after(regions_, page);
  if (found == 0 || regions_[found].role != Role::stack) return 0;
  const Range range{page, regions_[found].range.end};
  const UserPage lowest{page.number > stack_gap ? page.number - stack_gap : 0};
  if (range.pages() > pages_of(space.limits.stack)) return 0;
  if (!space.regions.is_free(regions_, {lowest, regions_[found].range.begin})) return 0;
  if (!may_grow(space, regions_[found].range.begin - page, true)) return 0;
  Change change(*this, space);
  space.regions.stretch(regions_, found, range);
  return found;
}

/// Puts a frame where nothing should be; gives it back if something is.
Result<void> Memory::place(SpaceIndex space, UserPage page, Frame frame, u8 rights) {
  const Status status = machine_.map(space, page, frame, 1, entry_rights(rights));
  if (status == Status::ok) return {};
  stock_.give_back(frame);
  return std::unexpected(status == Status::exists ? Error::exists : Error::no_frames);
}

Result<void> Memory::shared_page(SpaceIndex space, const Region& region, UserPage page, Entry entry) {
  if (entry.present()) {
    machine_.protect(space, Range::of(page, 1), entry_rights(region.rights));
    return {};
  }
  const auto frame = objects_.shared_frame(region.object, region.page_of_object(page));
  if (!frame) return std::unexpected(Error::no_frames);
  const Status status = machine_.map(space, page, *frame, 1, entry_rights(region.rights));
  if (status == Status::ok) return {};
  return std::unexpected(status == Status::exists ? Error::exists : Error::no_frames);
}

/// A page that is present and must not be written, because another space has its frame or once had it.
Result<void> Memory::copy_on_write(SpaceIndex space, const Region& region, UserPage page, Frame frame) {
  if (machine_.use(frame).mappings == 1) {
    machine_.protect(space, Range::of(page, 1), entry_rights(region.rights));
    return {};
  }
  const auto copy = stock_.any();
  if (!copy) return std::unexpected(Error::no_frames);
  std::ranges::copy(machine_.contents(frame), machine_.contents(*copy).begin());
  machine_.unmap(space, Range::of(page, 1));
  return place(space, page, *copy, region.rights);
}

Result<void> Memory::file_page(SpaceIndex space, const Region& region, UserPage page, Access access, Entry entry) {
  if (region.sharing == Sharing::own && access == Access::write) {
    if (entry.present() && machine_.use(entry.frame()).own) {
      ++spaces_[space].minor_faults;
      return copy_on_write(space, region, page, entry.frame());
    }
    return fill_file_page(space, region, page);
  }
  // A shared page that was only read so far is mapped anew: the file server learns that it becomes dirty.
  if (entry.present()) machine_.unmap(space, Range::of(page, 1));
  return map_file_pages(space, region, page, access == Access::write);
}

/// Has the file server map its own frames, around the page as well where nothing is yet.
Result<void> Memory::map_file_pages(SpaceIndex space, const Region& region, UserPage page, bool write) {
  Range around = Range::of(page, 1);
  if (!write) {
    const UserPage first{page.number / file_pages_at_once * file_pages_at_once};
    const Range window = region.range.common(Range::of(first, file_pages_at_once));
    Entry entries[file_pages_at_once];
    machine_.query(space, window.begin, {entries, window.pages()});
    while (around.begin > window.begin && !entries[around.begin - 1 - window.begin].present())
      around.begin = around.begin - 1;
    while (around.end < window.end && !entries[around.end - window.begin].present()) around.end = around.end + 1;
  }
  const u64 name = objects_[region.object].name;
  const u8 rights = write ? entry_rights(region.rights) : entry_rights_unwritten(region.rights);
  const Downcall downcall(*this, space);
  auto mapped = files_.page(name, region.page_of_object(around.begin), space, around.begin, around.pages(), rights);
  // Fewer than asked for, and the page not among them; or it alone is within the object.
  if (around.begin != page && (mapped ? around.begin + *mapped <= page : mapped.error() == FileError::beyond_end))
    mapped = files_.page(name, region.page_of_object(page), space, page, 1, rights);
  if (!mapped) return std::unexpected(mapped.error() == FileError::no_memory ? Error::no_frames : Error::bus);
  ++spaces_[space].major_faults;
  return {};
}

/// Gives the space a copy of its own of a file's page.
Result<void> Memory::fill_file_page(SpaceIndex space, const Region& region, UserPage page) {
  const auto frame = stock_.any();
  if (!frame) return std::unexpected(Error::no_frames);
  const Downcall downcall(*this, space);
  const auto filled = files_.fill(objects_[region.object].name, region.page_of_object(page), machine_.contents(*frame));
  if (!filled) {
    stock_.give_back(*frame);
    return std::unexpected(filled.error() == FileError::no_memory ? Error::no_frames : Error::bus);
  }
  ++spaces_[space].major_faults;
  // What is there now is the file's page, read so far; or the copy of another thread's fault, perhaps written already.
  Entry entry;
  machine_.query(space, page, {&entry, 1});
  if (entry.present() && machine_.use(entry.frame()).own) {
    stock_.give_back(*frame);
    return {};
  }
  if (entry.present()) machine_.unmap(space, Range::of(page, 1));
  return place(space, page, *frame, region.rights);
}

Result<Frame> Memory::writable_frame(SpaceIndex space, UserPage page) {
  for (bool again = false;; again = true) {
    const RegionIndex found = spaces_[space].regions.find(regions_, page);
    if (found != 0 && !permits(regions_[found].rights, Access::write)) return std::unexpected(Error::denied);
    Entry entry;
    machine_.query(space, page, {&entry, 1});
    if (entry.present() && entry.writable()) {
      if (!machine_.use(entry.frame()).own) return std::unexpected(Error::bus);
      return entry.frame();
    }
    if (again) return std::unexpected(Error::bus);
    const auto provided = fault(space, page.address(), Access::write, entry.present());
    if (!provided) return std::unexpected(provided.error());
  }
}

Result<Memory::Location> Memory::locate(SpaceIndex index, u64 address) const {
  const RegionIndex found = spaces_[index].regions.find(regions_, UserPage::of(address));
  if (found == 0) return std::unexpected(Error::unmapped);
  const Region& region = regions_[found];
  // Objects are told apart from spaces by the top bit.
  if (region.sharing == Sharing::own) return Location{index, address};
  return Location{u64{1} << 63 | region.object,
                  region.page_of_object(UserPage::of(address)) * page_size + address % page_size};
}

}  // namespace memory
