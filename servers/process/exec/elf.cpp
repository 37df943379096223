// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/exec/elf.hpp"

#include <algorithm>
#include <cstring>

#include "abi/layout.hpp"

namespace process::elf {

namespace {

constexpr u16 type_executable = 2, type_shared = 3, machine_x86_64 = 62;
constexpr u32 part_load = 1, part_interpreter = 3;
constexpr u32 flag_execute = 1, flag_write = 2, flag_read = 4;
constexpr u64 longest_interpreter = 4096;

template <class T>
T read_at(std::span<const std::byte> bytes, std::size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return value;
}

constexpr u64 page_down(u64 address) { return address / page_size * page_size; }
constexpr u64 page_up(u64 address) { return page_down(address + page_size - 1); }

bool for_this_machine(const Header& header) {
  static constexpr u8 magic[4] = {0x7f, 'E', 'L', 'F'};
  return std::ranges::equal(header.magic, magic) && header.format == 2 && header.order == 1 &&
         header.machine == machine_x86_64 && (header.type == type_executable || header.type == type_shared) &&
         header.program_header_size == sizeof(ProgramHeader) && header.program_header_count != 0 &&
         header.program_header_count <= max_program_headers;
}

u8 rights_of(u32 flags) {
  return static_cast<u8>((flags & flag_read ? 1 : 0) | (flags & flag_write ? 2 : 0) | (flags & flag_execute ? 4 : 0));
}

/// Takes a loadable part in. They come in ascending order and share no page.
bool add_segment(Executable& result, const ProgramHeader& part, u64 file_size) {
  if (part.memory_size == 0) return part.file_size == 0;
  if (part.file_size > part.memory_size) return false;
  if (part.offset > file_size || part.file_size > file_size - part.offset) return false;
  if (part.address % page_size != part.offset % page_size) return false;
  if (part.address >= abi::layout::user_end || part.memory_size > abi::layout::user_end - part.address) return false;
  if ((part.flags & flag_write) && (part.flags & flag_execute)) return false;
  if (result.segment_count == max_segments) return false;
  const u64 begin = page_down(part.address), end = page_up(part.address + part.memory_size);
  if (result.segment_count == 0)
    result.begin = begin;
  else if (begin < result.end)
    return false;
  result.end = end;
  result.data_end = part.address + part.memory_size;
  result.segments[result.segment_count++] = {part.address, part.memory_size, part.offset, part.file_size,
                                             rights_of(part.flags)};
  return true;
}

/// The address at which bytes of the file are mapped, or 0.
u64 address_of(const Executable& executable, u64 offset, u64 length) {
  for (const Segment& segment : executable.parts())
    if (offset >= segment.offset && length <= segment.file_length &&
        offset - segment.offset <= segment.file_length - length)
      return segment.address + (offset - segment.offset);
  return 0;
}

}  // namespace

Result<HeaderPlace> find_headers(std::span<const std::byte> file_start) {
  if (file_start.size() < sizeof(Header)) return fail(Errno::not_executable);
  const auto header = read_at<Header>(file_start, 0);
  if (!for_this_machine(header)) return fail(Errno::not_executable);
  const u64 length = u64{header.program_header_count} * sizeof(ProgramHeader);
  if (header.program_headers + length < length) return fail(Errno::not_executable);
  return HeaderPlace{header.program_headers, length};
}

Result<Executable> load(std::span<const std::byte> file_start, std::span<const std::byte> headers, u64 file_size) {
  const auto place = find_headers(file_start);
  if (!place || headers.size() != place->length) return fail(Errno::not_executable);
  const auto header = read_at<Header>(file_start, 0);
  Executable result;
  result.relocatable = header.type == type_shared;
  result.entry = header.entry;
  result.header_count = header.program_header_count;
  for (std::size_t index = 0; index < header.program_header_count; ++index) {
    const auto part = read_at<ProgramHeader>(headers, index * sizeof(ProgramHeader));
    if (part.type == part_load && !add_segment(result, part, file_size)) return fail(Errno::not_executable);
    if (part.type == part_interpreter && result.interpreter_length == 0) {
      if (part.file_size < 2 || part.file_size > longest_interpreter) return fail(Errno::not_executable);
      if (part.offset > file_size || part.file_size > file_size - part.offset) return fail(Errno::not_executable);
      result.interpreter_offset = part.offset;
      result.interpreter_length = part.file_size;
    }
  }
  if (result.segment_count == 0) return fail(Errno::not_executable);
  if (!result.relocatable && result.begin == 0) return fail(Errno::not_executable);
  const bool entry_mapped = std::ranges::any_of(result.parts(), [&](const Segment& segment) {
    return (segment.rights & 4) && result.entry >= segment.address && result.entry - segment.address < segment.length;
  });
  if (!entry_mapped) return fail(Errno::not_executable);
  result.headers = address_of(result, place->offset, place->length);
  return result;
}

}  // namespace process::elf
