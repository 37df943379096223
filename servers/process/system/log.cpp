// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/process/server.hpp"

// syslog(2): the system's log, in which the kernel's lines and each component's stand, as dmesg(1) asks for it.
namespace process {
namespace {

/// include/linux/syslog.h of Linux.
enum class Action : i32 {
  close,
  open,
  read,
  read_all,
  read_clear,
  clear,
  console_off,
  console_on,
  console_level,
  size_unread,
  size_buffer,
};

/// A line does not say how grave it is: to programs each is the kernel's, and informational.
constexpr std::string_view mark = "<6>";
/// The kernel keeps 32 KiB; with a mark on each line they fit in this.
constexpr i64 buffer_size = 64 * 1024;
constexpr i32 levels = 8;

/// Gives `take` the whole lines between two positions, each with its mark and its end, until it answers false. What the
/// kernel overwrites meanwhile is passed over; a line that is too long for one becomes two.
template <class Take>
void each_line(Kernel& kernel, u64 position, u64 end, Take take) {
  std::array<char, 512> line;
  std::ranges::copy(mark, line.begin());
  std::size_t length = mark.size();
  bool cut = false;
  std::array<char, 256> piece;
  while (position < end) {
    const auto part = kernel.read_log(position, std::span(piece).first(std::min<u64>(piece.size(), end - position)));
    if (part.bytes == 0) return;
    if (part.position - part.bytes != position) length = mark.size(), cut = true;
    position = part.position;
    for (const char c : std::span(piece).first(part.bytes)) {
      const bool ends = c == '\n';
      if (cut || (ends && length == mark.size())) {
        cut = cut && !ends;
        continue;
      }
      line[length++] = c;
      if (!ends && length + 1 < line.size()) continue;
      if (!ends) line[length++] = '\n';
      if (!take(std::span<const char>(line).first(length))) return;
      length = mark.size();
    }
  }
}

}  // namespace

CallResult Server::syslog(ProgramCall& call, i32 kind, UserAddress buffer, i32 length) {
  // As with dmesg_restrict=1, Debian's setting: components say where in memory they failed.
  if (!is_privileged(process_of(caller(call)))) return CallResult::error(Errno::not_permitted);
  const u64 end = kernel_.read_log(~u64{0}, {}).position;
  switch (static_cast<Action>(kind)) {
    case Action::close:
    case Action::open:
    case Action::console_off:  // the log is on the console only while the kernel panics
    case Action::console_on:
      return CallResult::value(0);
    case Action::console_level:
      return length < 1 || length > levels ? CallResult::error(Errno::invalid) : CallResult::value(0);
    case Action::size_buffer:
      return CallResult::value(buffer_size);
    case Action::clear:
      log_cleared_ = end;
      return CallResult::value(0);
    case Action::read_all:
    case Action::read_clear:
      break;
    default:  // `read` and `size_unread` are for who waits for lines, and nothing tells of one
      return CallResult::error(Errno::invalid);
  }
  if (buffer.value == 0 || length < 0) return CallResult::error(Errno::invalid);
  if (length == 0) return CallResult::value(0);
  u64 excess = 0;
  each_line(kernel_, log_cleared_, end, [&](std::span<const char> line) { return excess += line.size(), true; });
  // The last lines that fit.
  u64 done = 0;
  std::optional<contract::CopyError> error;
  each_line(kernel_, log_cleared_, end, [&](std::span<const char> line) {
    if (excess > static_cast<u64>(length)) return excess -= line.size(), true;
    const auto told = call.copy_out(buffer.plus(done), std::as_bytes(line));
    if (!told) error = told.error();
    done += line.size();
    return !error;
  });
  if (error) return CallResult::of(*error);
  if (static_cast<Action>(kind) == Action::read_clear) log_cleared_ = end;
  return CallResult::value(static_cast<i64>(done));
}

}  // namespace process
