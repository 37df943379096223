// SPDX-License-Identifier: BSD-2-Clause
#include "programs/trace/arguments.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <span>

#include "programs/trace/errors.hpp"

namespace trace {
namespace {

struct Name {
  std::uint64_t value;
  std::string_view name;
};
#define NAME(name) {static_cast<std::uint64_t>(name), #name}

constexpr Name open_flags[] = {NAME(O_CREAT),    NAME(O_EXCL),   NAME(O_NOCTTY),  NAME(O_TRUNC),     NAME(O_APPEND),
                               NAME(O_NONBLOCK), NAME(O_SYNC),   NAME(O_DSYNC),   NAME(O_DIRECTORY), NAME(O_NOFOLLOW),
                               NAME(O_CLOEXEC),  NAME(O_DIRECT), NAME(O_NOATIME), NAME(O_PATH)};
constexpr Name open_ways[] = {NAME(O_RDONLY), NAME(O_WRONLY), NAME(O_RDWR)};
constexpr Name at_flags[] = {NAME(AT_SYMLINK_NOFOLLOW), NAME(AT_SYMLINK_FOLLOW), NAME(AT_EMPTY_PATH),
                             NAME(AT_NO_AUTOMOUNT)};
constexpr Name protections[] = {NAME(PROT_READ), NAME(PROT_WRITE), NAME(PROT_EXEC)};
constexpr Name map_flags[] = {NAME(MAP_SHARED),    NAME(MAP_PRIVATE), NAME(MAP_FIXED),   NAME(MAP_ANONYMOUS),
                              NAME(MAP_NORESERVE), NAME(MAP_STACK),   NAME(MAP_POPULATE)};
constexpr Name whences[] = {NAME(SEEK_SET), NAME(SEEK_CUR), NAME(SEEK_END)};
constexpr Name wait_options[] = {NAME(WNOHANG), NAME(WUNTRACED), NAME(WCONTINUED)};
constexpr Name mask_ways[] = {NAME(SIG_BLOCK), NAME(SIG_UNBLOCK), NAME(SIG_SETMASK)};
constexpr Name clocks[] = {NAME(CLOCK_REALTIME), NAME(CLOCK_MONOTONIC), NAME(CLOCK_PROCESS_CPUTIME_ID),
                           NAME(CLOCK_THREAD_CPUTIME_ID), NAME(CLOCK_BOOTTIME)};
constexpr Name file_commands[] = {NAME(F_DUPFD), NAME(F_GETFD), NAME(F_SETFD),  NAME(F_GETFL),        NAME(F_SETFL),
                                  NAME(F_GETLK), NAME(F_SETLK), NAME(F_SETLKW), NAME(F_DUPFD_CLOEXEC)};
constexpr Name terminal_requests[] = {NAME(TCGETS),    NAME(TCSETS),     NAME(TCSETSW),    NAME(TCSETSF),
                                      NAME(TIOCGPGRP), NAME(TIOCSPGRP),  NAME(TIOCGWINSZ), NAME(TIOCSWINSZ),
                                      NAME(TIOCSCTTY), NAME(TIOCNOTTY),  NAME(FIONREAD),   NAME(FIONBIO),
                                      NAME(TIOCGPTN),  NAME(TIOCSPTLCK), NAME(TIOCGSID)};
constexpr Name advices[] = {NAME(MADV_NORMAL), NAME(MADV_DONTNEED), NAME(MADV_WILLNEED), NAME(MADV_FREE)};
#undef NAME

/// One of several values.
bool add_one(Text& text, std::span<const Name> names, std::uint64_t value) {
  const auto found = std::ranges::find(names, value, &Name::value);
  if (found == names.end()) return false;
  text.add(found->name);
  return true;
}

/// Bits, and what has no name as a number; `begun`: something stands before them.
bool add_bits(Text& text, std::span<const Name> names, std::uint64_t value, bool begun = false) {
  for (const Name& each : names) {
    if (each.value == 0 || (value & each.value) != each.value) continue;
    text.add(begun ? "|" : "").add(each.name);
    value &= ~each.value;
    begun = true;
  }
  if (value != 0) text.add(begun ? "|" : "").hex(value);
  if (value == 0 && !begun) text.add('0');
  return true;
}

bool add_open_flags(Text& text, std::uint64_t value) {
  if (!add_one(text, open_ways, value & O_ACCMODE)) text.hex(value & O_ACCMODE);
  const std::uint64_t rest = value & ~std::uint64_t{O_ACCMODE} & 0xffff'ffff & ~std::uint64_t{0100000};  // O_LARGEFILE
  return rest == 0 || add_bits(text, open_flags, rest, true);
}

}  // namespace

bool add_named(Text& text, std::string_view call, std::string_view argument, std::uint64_t value) {
  const auto is = [&](std::string_view name) { return argument == name; };
  if (is("directory") || is("from_directory") || is("to_directory")) {
    if (static_cast<std::int32_t>(value) != AT_FDCWD) return false;
    text.add("AT_FDCWD");
    return true;
  }
  if (is("mode")) {
    text.octal(value);
    return true;
  }
  if (is("signal")) {
    const std::string_view name = signal_name(static_cast<int>(value));
    text.add(name);
    return !name.empty();
  }
  if (is("whence")) return add_one(text, whences, value);
  if (is("protection")) return value == 0 ? (text.add("PROT_NONE"), true) : add_bits(text, protections, value);
  if (is("clock")) return add_one(text, clocks, value);
  if (is("how")) return add_one(text, mask_ways, value);
  if (is("command")) return call == "fcntl" && add_one(text, file_commands, value);
  if (is("request")) return add_one(text, terminal_requests, value);
  if (is("advice")) return call == "madvise" && add_one(text, advices, value);
  if (is("options")) return add_bits(text, wait_options, value & 0xffff'ffff);
  if (!is("flags")) return false;
  if (call == "open" || call == "openat" || call == "creat") return add_open_flags(text, value);
  if (call == "mmap") return add_bits(text, map_flags, value & 0xffff'ffff);
  if (call == "pipe2" || call == "dup3") return add_bits(text, open_flags, value & 0xffff'ffff);
  if (call == "clone") {
    text.hex(value);
    return true;
  }
  if (call == "unlinkat") {
    constexpr Name remove[] = {{AT_REMOVEDIR, "AT_REMOVEDIR"}};
    return add_bits(text, remove, value & 0xffff'ffff);
  }
  if (call.ends_with("at") || call == "statx" || call == "faccessat2")
    return add_bits(text, at_flags, value & 0xffff'ffff);
  return false;
}

}  // namespace trace
