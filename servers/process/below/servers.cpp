// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/below/servers.hpp"

#include <algorithm>

namespace process {

namespace {

namespace file = contract::file;
namespace memory = contract::memory;
namespace signals = contract::signals;
namespace power = contract::power;

contract::Lend lend(std::span<const std::byte> bytes) { return contract::Lend::reading(bytes); }

Errno errno_of(file::Reason reason) { return static_cast<Errno>(reason); }

Errno errno_of(memory::Reason reason) {
  switch (reason) {
    case memory::Reason::no_memory:
      return Errno::no_memory;
    case memory::Reason::unknown:
      return Errno::no_process;
    case memory::Reason::bad_address:
      return Errno::fault;
    case memory::Reason::invalid:
      return Errno::invalid;
    case memory::Reason::io:
      break;
  }
  return Errno::io;
}

/// What came of a request that is done or fails.
template <class Done, class Failed, class Outcome>
Result<void> done(const Outcome& outcome) {
  if (outcome.template is<Done>()) return {};
  if (outcome.template is<Failed>()) return fail(errno_of(outcome.template get<Failed>().reason));
  return fail(Errno::io);
}
template <class Outcome>
Result<void> of_file(const Outcome& outcome) {
  return done<file::Done, file::Failed>(outcome);
}
template <class Outcome>
Result<void> of_memory(const Outcome& outcome) {
  return done<memory::Done, memory::Failed>(outcome);
}

}  // namespace

Result<void> FileServer::first(Pid pid) { return of_file(file_.first(pid)); }
Result<void> FileServer::fork(Pid parent, Pid pid, bool share_descriptors, bool share_directories) {
  return of_file(file_.fork(parent, pid, share_descriptors, share_directories));
}
void FileServer::exec(Pid pid, std::string_view name, std::span<const std::byte> arguments) {
  static_cast<void>(file_.exec(pid, name, lend(arguments)));
}
void FileServer::exit(Pid pid) { static_cast<void>(file_.exit(pid)); }
void FileServer::linger(Pid pid, bool lingers) { static_cast<void>(file_.linger(pid, lingers)); }

void FileServer::credentials(Pid pid, const Credentials& who) {
  file::Credentials data{who.user,  who.effective_user,  who.saved_user,  who.file_user,
                         who.group, who.effective_group, who.saved_group, who.file_group};
  for (std::size_t index = 0; index < who.group_count; ++index) data.groups.push(who.groups[index]);
  static_cast<void>(file_.credentials(pid, contract::LendOf<file::Credentials>::reading(data)));
}

Result<void> FileServer::trace(Pid pid, i32 descriptor) { return of_file(file_.trace(pid, descriptor)); }
void FileServer::traced(Pid pid, std::span<const std::byte> record) {
  static_cast<void>(file_.traced(pid, lend(record)));
}

void FileServer::name(Pid pid, std::string_view name) { static_cast<void>(file_.name(pid, name)); }
void FileServer::session(Pid pid, Pid group, Pid session) { static_cast<void>(file_.session(pid, group, session)); }
void FileServer::limits(Pid pid, u32 descriptors, u64 file_size) {
  static_cast<void>(file_.limits(pid, descriptors, file_size));
}
void FileServer::clock(u64 offset) { static_cast<void>(file_.clock(static_cast<i64>(offset))); }
void FileServer::interrupt(KernelThread thread) { static_cast<void>(file_.interrupt(thread)); }

Result<ImageInfo> FileServer::open_image(Pid pid, Image image, i32 directory, u32 flags, std::string_view path) {
  const auto outcome =
      file_.open_image(pid, static_cast<u8>(image), directory, flags, lend(std::as_bytes(std::span(path))));
  if (outcome.is<file::Image>()) {
    const auto& found = outcome.get<file::Image>();
    return ImageInfo{found.size, found.mode, found.user, found.group};
  }
  return fail(outcome.is<file::Failed>() ? errno_of(outcome.get<file::Failed>().reason) : Errno::io);
}

Result<u64> FileServer::read_image(Pid pid, Image image, u64 offset, std::span<std::byte> to) {
  const auto outcome = file_.read_image(pid, static_cast<u8>(image), offset, contract::Lend::writing(to));
  if (outcome.is<file::Bytes>()) return std::min<u64>(outcome.get<file::Bytes>().count, to.size());
  return fail(outcome.is<file::Failed>() ? errno_of(outcome.get<file::Failed>().reason) : Errno::io);
}

void FileServer::close_images(Pid pid) { static_cast<void>(file_.close_images(pid)); }
void FileServer::sync() { static_cast<void>(file_.sync()); }

Result<void> MemoryServer::build(Pid pid, SpaceIndex space, u64 heap, std::span<const PlacedSegment> segments,
                                 u64 stack, std::span<const std::byte> image) {
  std::array<memory::Segment, 2 * elf::max_segments> parts;
  for (std::size_t index = 0; index < segments.size(); ++index) {
    const auto& [segment, of_interpreter] = segments[index];
    const auto source = segment.file_length == 0 ? memory::Source::nothing
                        : of_interpreter         ? memory::Source::interpreter
                                                 : memory::Source::program;
    parts[index] = {segment.address,     segment.length, segment.offset,
                    segment.file_length, segment.rights, static_cast<u32>(source)};
  }
  const auto lent = contract::LendOf<memory::Segment>::reading(std::span(parts).first(segments.size()));
  return of_memory(memory_.build(pid, space, heap, stack, lent, lend(image)));
}

Result<void> MemoryServer::adopt(Pid pid, SpaceIndex space) { return of_memory(memory_.adopt(pid, space)); }
void MemoryServer::discard(SpaceIndex space) { static_cast<void>(memory_.discard(space)); }
Result<void> MemoryServer::fork(Pid parent, Pid pid, SpaceIndex space) {
  return of_memory(memory_.fork(parent, pid, space));
}
Result<void> MemoryServer::share(Pid parent, Pid pid) { return of_memory(memory_.share(parent, pid)); }
void MemoryServer::release(Pid pid) { static_cast<void>(memory_.release(pid)); }
Result<void> MemoryServer::store(Pid pid, u64 address, std::span<const std::byte> data) {
  return of_memory(memory_.store(pid, address, lend(data)));
}
Result<void> MemoryServer::store_space(SpaceIndex space, u64 address, std::span<const std::byte> data) {
  return of_memory(memory_.store_space(space, address, lend(data)));
}
Result<void> MemoryServer::load(Pid pid, u64 address, std::span<std::byte> data) {
  return of_memory(memory_.load(pid, address, contract::Lend::writing(data)));
}

Result<Location> MemoryServer::locate(Pid pid, u64 address) {
  const auto outcome = memory_.locate(pid, address);
  if (!outcome.is<memory::Located>()) return fail(Errno::fault);
  const auto& located = outcome.get<memory::Located>();
  return Location{located.object, located.offset};
}

std::optional<FaultReason> MemoryServer::fault(KernelThread thread) {
  const auto outcome = memory_.fault(thread);
  if (!outcome.is<memory::Faulted>()) return {};
  const auto& reason = outcome.get<memory::Faulted>();
  return FaultReason{reason.address, reason.signal, reason.code};
}

void MemoryServer::limits(Pid pid, u64 address_space, u64 data, u64 stack) {
  static_cast<void>(memory_.limits(pid, address_space, data, stack));
}

MemoryUse MemoryServer::usage(Pid pid) {
  const auto outcome = memory_.usage(pid);
  if (!outcome.is<memory::Used>()) return {};
  const auto& used = outcome.get<memory::Used>();
  return {used.pages, used.resident, used.peak_resident, used.minor_faults, used.major_faults};
}

std::size_t TerminalServer::take(std::span<TerminalSignal, 5> to) {
  const auto outcome = signals_.take_signals(taken_);
  if (!outcome.is<signals::Taken>()) return 0;
  const auto& taken = outcome.get<signals::Taken>();
  taken_ = taken.last;
  std::size_t count = 0;
  for (const signals::Signal& signal : taken.signals)
    to[count++] = {signal.group, static_cast<u8>(std::min(signal.number, 255u))};
  return count;
}

void TerminalServer::end_session(Pid session) { static_cast<void>(signals_.end_session(session)); }

void PowerControl::change(bool restart) {
  static_cast<void>(power_.change(restart ? power::Action::reset : power::Action::off));
}

}  // namespace process
