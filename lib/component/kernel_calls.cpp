// SPDX-License-Identifier: BSD-2-Clause
// The kernel's calls under their typed names.
#include <array>

#include "abi/raw.hpp"
#include "lib/component/frames.hpp"
#include "lib/component/log.hpp"
#include "lib/component/program_threads.hpp"
#include "lib/component/slots.hpp"
#include "lib/component/spaces.hpp"

namespace component {
namespace {

using abi::Call;
using abi::Status;
using abi::u32;
using abi::u64;
using abi::raw::Result;

Result kernel(Call call, u64 a0 = 0, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0, u64 a4 = 0) {
  return abi::raw::plain(static_cast<u64>(call), a0, a1, a2, a3, a4);
}

/// The kernel stops after a bounded part of the work and wants to be called again with the same arguments.
Status whole(Call call, u64 a0 = 0, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0, u64 a4 = 0) {
  for (;;) {
    const Status status = kernel(call, a0, a1, a2, a3, a4).status;
    if (status != Status::again) return status;
  }
}

/// The same for pages: words[at] is their address and the word behind it how many; asked again is what is left of them.
Status onward(Call call, std::array<u64, 4> words, std::size_t at) {
  for (;;) {
    const Result result = kernel(call, words[0], words[1], words[2], words[3]);
    if (result.status != Status::again) return result.status;
    words[at] += result.first * abi::page_size;
    words[at + 1] -= result.first;
  }
}

template <class T>
u64 number(T value) {
  return static_cast<u64>(value);
}
u64 address(const void* memory) { return reinterpret_cast<u64>(memory); }

}  // namespace

void write_log(std::string_view line) { static_cast<void>(kernel(Call::log, address(line.data()), line.size())); }

// ---- frames ----

namespace {

// Out of memory after the first frame is everyday life, and its owner's matter; not even one is a quota that it lacks.
bool had_frames = false;

void none_left() {
  if (!had_frames) abi::raw::refused(number(Call::frames_take), 0, 0);
}

}  // namespace

std::expected<std::size_t, Status> Frames::take(std::span<Frame> into) {
  std::size_t taken = 0;
  while (taken < into.size()) {
    const Result result = kernel(Call::frames_take, into.size() - taken, address(into.data() + taken));
    if (result.status == Status::ok || result.status == Status::again) taken += result.first;
    if (result.status == Status::again) continue;
    if (result.status != Status::ok && taken == 0) {
      none_left();
      return std::unexpected(result.status);
    }
    break;
  }
  had_frames = true;
  return taken;
}

std::expected<Frame, Status> Frames::take_sixteen() {
  Frame first{};
  const Result result = abi::raw::plain(number(Call::frames_take) | u64{4} << 8, 1, address(&first));
  if (result.status == Status::no_memory) none_left();
  if (result.status != Status::ok) return std::unexpected(result.status);
  if (result.first == 0) return std::unexpected(Status::no_memory);
  had_frames = true;
  return first;
}

Status Frames::give_back(Frame first, u32 count) { return whole(Call::frames_return, number(first), count); }

std::expected<FrameState, Status> Frames::state(Frame frame) const {
  const Result result = kernel(Call::frame_state, number(frame));
  if (result.status != Status::ok) return std::unexpected(result.status);
  return FrameState{static_cast<unsigned>(result.first), static_cast<unsigned>(result.second)};
}

// ---- spaces ----

namespace space {

Status create(Space space) {
  const Status status = kernel(Call::space_create, number(space)).status;
  if (status == Status::no_memory) none_left();  // of which its tables would be made
  return status;
}
Status destroy(Space space) { return whole(Call::space_destroy, number(space)); }
Status map(Space space, UserAddress address, Frame first, u32 count, u64 rights) {
  return whole(Call::space_map, number(space), number(address), number(first), count, rights);
}
Status unmap(Space space, UserAddress address, u64 pages) {
  return onward(Call::space_unmap, {number(space), number(address), pages}, 1);
}
Status protect(Space space, UserAddress address, u64 pages, u64 rights) {
  return onward(Call::space_protect, {number(space), number(address), pages, rights}, 1);
}
Status clone(Space to, Space from, UserAddress address, u64 pages) {
  return onward(Call::space_clone, {number(to), number(from), number(address), pages}, 2);
}
Status query(Space space, UserAddress address, std::span<u64> entries) {
  return whole(Call::space_query, number(space), number(address), component::address(entries.data()), entries.size());
}
UserAddress next_mapped(Space space, UserAddress address) {
  for (;;) {
    const Result result = kernel(Call::space_query, number(space), number(address));
    if (result.status != Status::ok) return UserAddress{abi::layout::user_end};
    const UserAddress next{result.first};
    // The kernel looks at so many entries in one call, and says how far it came.
    u64 entry = 0;
    if (number(next) >= abi::layout::user_end || query(space, next, {&entry, 1}) != Status::ok || entry != 0)
      return next;
    address = next;
  }
}

}  // namespace space

// ---- programs' threads ----

namespace program_thread {

Status create(Thread thread, space::Space space, u64 owner_tag, const abi::Registers& registers) {
  return kernel(Call::thread_create, number(thread), number(space), owner_tag, address(&registers)).status;
}
Status destroy(Thread thread) { return whole(Call::thread_destroy, number(thread)); }
Status stop(Thread thread, u32 cause) { return kernel(Call::thread_stop, number(thread), cause).status; }
Status resume(Thread thread) { return kernel(Call::thread_resume, number(thread)).status; }
Status read(Thread thread, abi::Registers& registers) {
  return kernel(Call::thread_registers, number(thread), address(&registers)).status;
}
Status write(Thread thread, const abi::Registers& registers) {
  return abi::raw::plain(number(Call::thread_registers) | abi::option_write, number(thread), address(&registers))
      .status;
}
Status read_vector(Thread thread, std::span<std::byte> state) {
  return kernel(Call::thread_vector, number(thread), address(state.data()), state.size()).status;
}
Status write_vector(Thread thread, std::span<const std::byte> state) {
  return abi::raw::plain(number(Call::thread_vector) | abi::option_write, number(thread), address(state.data()),
                         state.size())
      .status;
}
std::expected<Stopped, Status> take_stopped() {
  const Result result = kernel(Call::thread_stopped);
  if (result.status != Status::ok) return std::unexpected(result.status);
  return Stopped{static_cast<Thread>(result.first), result.second, static_cast<u32>(result.third)};
}
std::expected<Time, Status> time(unsigned from) {
  const Result result = kernel(Call::thread_time, from);
  if (result.status != Status::ok) return std::unexpected(result.status);
  return Time{static_cast<abi::u16>(result.first),
              result.second,
              (result.first & abi::program_runs) != 0,
              (result.first & abi::program_stopped) != 0,
              result.third & 0xffff'ffff,
              result.third >> 32};
}

}  // namespace program_thread

// ---- slots ----

namespace slot {

std::expected<Generation, Status> generation(unsigned slot) {
  const Result result = kernel(Call::generation, slot);
  if (result.status != Status::ok) return std::unexpected(result.status);
  return Generation{static_cast<u32>(result.first), static_cast<abi::SlotState>(result.second)};
}
Status notify(unsigned slot, u64 events) { return abi::raw::notify(slot, events); }
Status stop(unsigned slot, u32 cause) { return kernel(Call::slot_stop, slot, cause).status; }
Status reset(unsigned slot, u64 flags) { return kernel(Call::slot_reset, slot, flags).status; }
Status status(unsigned slot, abi::SlotStatus& status) {
  return kernel(Call::slot_status, slot, address(&status)).status;
}
Status peek(unsigned slot, u64 from, std::span<std::byte> into) {
  return kernel(Call::slot_peek, slot, from, address(into.data()), into.size()).status;
}
Status inject(unsigned slot, u64 instruction, u64 after) {
  return kernel(Call::slot_inject, slot, instruction, after).status;
}
std::expected<Wait, Status> waiting_call(unsigned from) {
  const Result result = kernel(Call::waiting_call, from);
  if (result.status != Status::ok) return std::unexpected(result.status);
  return Wait{static_cast<abi::u16>(result.first), static_cast<abi::u16>(result.third),
              static_cast<abi::u8>(result.second), static_cast<abi::u8>(result.second >> 8), (result.first >> 16) != 0};
}
std::expected<LogRead, Status> read_log(u64 position, std::span<std::byte> into) {
  const Result result = kernel(Call::log_read, position, address(into.data()), into.size());
  if (result.status != Status::ok && result.status != Status::again) return std::unexpected(result.status);
  return LogRead{result.first, result.second};
}

}  // namespace slot
}  // namespace component
