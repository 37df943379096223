// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/memory.hpp"

namespace memory {

namespace {

// A stack begins with so many pages, as Linux's does, and grows from there.
constexpr u64 first_stack_pages = 33;

}  // namespace

Result<void> Memory::begin_build(SpaceIndex index, u32 pid, u64 heap) {
  if (index >= spaces_.size()) return std::unexpected(Error::invalid);
  if (spaces_[index].state == Space::State::live) return std::unexpected(Error::exists);
  // What an earlier attempt built is in the way of this one.
  if (const auto discarded = discard(index); !discarded) return discarded;
  if (machine_.create(index) != Status::ok) return std::unexpected(Error::no_frames);
  spaces_[index] = {.state = Space::State::built, .regions = {}, .heap_begin = heap, .heap_end = heap, .limits = {}};
  if (const auto old = space_of(pid)) spaces_[index].limits = spaces_[*old].limits;
  return {};
}

Result<void> Memory::build_segment(SpaceIndex index, const Segment& segment) {
  Range range;
  if (!touch(segment.address, segment.length, range)) return std::unexpected(Error::invalid);
  if (segment.file_length > segment.length) return std::unexpected(Error::invalid);
  if (segment.file_length != 0 && segment.object == 0) return std::unexpected(Error::invalid);
  if (segment.address % page_size != segment.offset % page_size) return std::unexpected(Error::invalid);
  const u64 file_end = segment.address + segment.file_length;
  // A last page that is part file, part zeros.
  const bool mixed = segment.length > segment.file_length && file_end % page_size != 0 && segment.file_length != 0;
  const Range of_file{range.begin, segment.file_length == 0 ? range.begin : UserPage::of(file_end - 1) + 1};
  const Range of_zeros{of_file.end, range.end};

  if (!of_file.empty()) {
    const auto mapped = map(index, {.address = of_file.begin.address(),
                                    .length = of_file.pages() * page_size,
                                    .rights = segment.rights,
                                    .object = segment.object,
                                    .first = segment.offset / page_size,
                                    .fixed = true,
                                    .promised = mixed});
    if (!mapped) return std::unexpected(mapped.error());
  }
  if (!of_zeros.empty()) {
    const auto mapped = map(index, {.address = of_zeros.begin.address(),
                                    .length = of_zeros.pages() * page_size,
                                    .rights = segment.rights,
                                    .fixed = true});
    if (!mapped) return std::unexpected(mapped.error());
  }
  // What will be written soon is there from the beginning; so is the mixed page, whatever its rights.
  const bool all = (segment.rights & writable) && of_file.pages() <= frames_in_row;
  const Range now{all ? of_file.begin : of_file.end - mixed, of_file.end};
  if (now.empty()) return {};
  return build_pages(index, segment, now, file_end - now.begin.address());
}

/// Pages of memory's own, at most a row, with the first bytes of a file's pages and zeros behind them.
Result<void> Memory::build_pages(SpaceIndex index, const Segment& segment, Range range, u64 bytes) {
  const auto row = machine_.take_row();
  if (!row) return std::unexpected(Error::no_frames);
  const std::span<std::byte> contents(machine_.contents(*row).data(), range.pages() * page_size);
  const u64 page_of_file = segment.offset / page_size + (range.begin - UserPage::of(segment.address));
  const Downcall downcall(*this, index);
  const auto filled = files_.fill(objects_[segment.object].name, page_of_file, contents);
  Result<void> result;
  if (!filled) result = std::unexpected(filled.error() == FileError::no_memory ? Error::no_frames : Error::bus);
  if (segment.length > segment.file_length) std::ranges::fill(contents.subspan(bytes), std::byte{0});
  if (result && machine_.map(index, range.begin, *row, range.pages(), entry_rights(segment.rights)) != Status::ok)
    result = std::unexpected(Error::no_frames);
  const u64 used = result ? range.pages() : 0;
  if (used != frames_in_row) machine_.give_back(*row + used, frames_in_row - used);
  return result;
}

Result<void> Memory::build_stack(SpaceIndex index, u64 lowest) {
  const UserPage end = program_range.end;
  const UserPage begin = std::min(UserPage::of(lowest), end - first_stack_pages);
  const auto mapped = map(index, {.address = begin.address(),
                                  .length = (end - begin) * page_size,
                                  .rights = readable | writable,
                                  .role = Role::stack,
                                  .fixed = true});
  return mapped ? Result<void>{} : std::unexpected(mapped.error());
}

}  // namespace memory
