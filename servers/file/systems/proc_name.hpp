// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <charconv>
#include <optional>
#include <span>
#include <string_view>

#include "servers/file/linux/mode.hpp"

namespace file {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// What a node of /proc is. With its process and its descriptor that is the node's number, so nothing is kept for it.
enum class ProcKind : u8 {
  information = 1,  // what the information server has: `which` is its node, 0 the root
  self,
  mounts_link,
  file_systems,
  // of a process, whose number is `which`; the order says what there is of its remains, and what tells of memory
  process,
  descriptors,
  descriptor,
  executable,
  working,
  root,
  mounts,
  command,
  command_line,
  stat,
  status,
  memory_pages,
};

struct ProcName {
  ProcKind kind;
  u32 which = 0;
  u16 descriptor = 0;

  u64 number() const { return u64{static_cast<u8>(kind)} << 56 | u64{descriptor} << 32 | which; }
  static ProcName of(u64 number) {
    return {static_cast<ProcKind>(number >> 56), static_cast<u32>(number), static_cast<u16>(number >> 32)};
  }
};

/// What there is of a process that has ended as well.
constexpr bool of_remains(ProcKind kind) { return kind >= ProcKind::command; }
/// What tells of memory, which has to be asked first.
constexpr bool tells_memory(ProcKind kind) { return kind >= ProcKind::stat; }

/// A name that is always there.
struct ProcEntry {
  std::string_view name;
  ProcKind kind;
  u32 mode;
};
inline constexpr ProcEntry proc_root_entries[] = {
    {"self", ProcKind::self, mode::link | 0777},
    {"mounts", ProcKind::mounts_link, mode::link | 0777},
    {"filesystems", ProcKind::file_systems, mode::regular | 0444},
};
inline constexpr ProcEntry proc_process_entries[] = {
    {"fd", ProcKind::descriptors, mode::directory | 0500},
    {"exe", ProcKind::executable, mode::link | 0777},
    {"cwd", ProcKind::working, mode::link | 0777},
    {"root", ProcKind::root, mode::link | 0777},
    {"mounts", ProcKind::mounts, mode::regular | 0444},
    {"comm", ProcKind::command, mode::regular | 0444},
    {"cmdline", ProcKind::command_line, mode::regular | 0444},
    {"stat", ProcKind::stat, mode::regular | 0444},
    {"status", ProcKind::status, mode::regular | 0444},
    {"statm", ProcKind::memory_pages, mode::regular | 0444},
};

inline std::string_view decimal(std::span<char> buffer, u64 value) {
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr;
  return {buffer.data(), static_cast<std::size_t>(end - buffer.data())};
}

/// A number without sign, spaces or leading zeroes; none: the name is no number.
inline std::optional<u32> number_in(std::string_view name) {
  u32 value = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), value);
  if (error != std::errc{} || end != name.data() + name.size() || (name.size() > 1 && name[0] == '0')) return {};
  return value;
}

}  // namespace file
