// SPDX-License-Identifier: BSD-2-Clause
#include "servers/memory/kernel_machine.hpp"

#include "lib/component/component.hpp"
#include "lib/component/spaces.hpp"

namespace memory {

namespace {

namespace kernel = component::space;

constexpr kernel::Space space_of(SpaceIndex index) { return static_cast<kernel::Space>(index); }
constexpr kernel::UserAddress address_of(UserPage page) { return static_cast<kernel::UserAddress>(page.address()); }
constexpr component::Frame frame_of(Frame frame) { return static_cast<component::Frame>(frame.number); }

}  // namespace

Status KernelMachine::create(SpaceIndex space) { return kernel::create(space_of(space)); }

void KernelMachine::destroy(SpaceIndex space) {
  const Status status = kernel::destroy(space_of(space));
  if (status != Status::ok) component::log("space ", space, " cannot be destroyed: ", static_cast<u64>(status));
}

Status KernelMachine::map(SpaceIndex space, UserPage page, Frame first, u64 count, u64 rights) {
  for (u64 done = 0; done < count; done += pages_at_once) {
    const u64 part = std::min(pages_at_once, count - done);
    const Status status =
        kernel::map(space_of(space), address_of(page + done), frame_of(first + done), static_cast<u32>(part), rights);
    if (status != Status::ok) return status;
  }
  if (rights == 0) protect(space, Range::of(page, count), 0);
  return Status::ok;
}

void KernelMachine::unmap(SpaceIndex space, Range range) {
  static_cast<void>(kernel::unmap(space_of(space), address_of(range.begin), range.pages()));
}

void KernelMachine::protect(SpaceIndex space, Range range, u64 rights) {
  static_cast<void>(kernel::protect(space_of(space), address_of(range.begin), range.pages(), rights));
}

Status KernelMachine::clone(SpaceIndex to, SpaceIndex from, Range range) {
  return kernel::clone(space_of(to), space_of(from), address_of(range.begin), range.pages());
}

void KernelMachine::query(SpaceIndex space, UserPage page, std::span<Entry> entries) {
  const std::span words(reinterpret_cast<u64*>(entries.data()), entries.size());
  if (kernel::query(space_of(space), address_of(page), words) != Status::ok) std::ranges::fill(entries, Entry{});
}

UserPage KernelMachine::next_present(SpaceIndex space, UserPage page) {
  return UserPage::of(static_cast<u64>(kernel::next_mapped(space_of(space), address_of(page))));
}

std::size_t KernelMachine::take(std::span<Frame> frames) {
  const std::span numbers(reinterpret_cast<component::Frame*>(frames.data()), frames.size());
  return component::Frames{}.take(numbers).value_or(0);
}

std::optional<Frame> KernelMachine::take_row() {
  const auto first = component::Frames{}.take_sixteen();
  if (!first) return {};
  return Frame{static_cast<u32>(*first)};
}

void KernelMachine::give_back(Frame first, u64 count) {
  for (u64 done = 0; done < count; done += pages_at_once) {
    const u64 part = std::min(pages_at_once, count - done);
    if (component::Frames{}.give_back(frame_of(first + done), static_cast<u32>(part)) == Status::ok) continue;
    // One of them is still in use: the others go singly.
    for (u64 index = 0; part > 1 && index < part; ++index)
      static_cast<void>(component::Frames{}.give_back(frame_of(first + done + index)));
  }
}

FrameUse KernelMachine::use(Frame frame) {
  const auto state = component::Frames{}.state(frame_of(frame));
  if (!state || state->owner != own_slot_) return {};
  return {true, state->map_count - 1};
}

std::span<std::byte, page_size> KernelMachine::contents(Frame frame) {
  return std::span<std::byte, page_size>(component::Frames::memory(frame_of(frame)), page_size);
}

}  // namespace memory
