// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "servers/process/types.hpp"

// Executables (System V ABI, "Object Files", and its AMD64 supplement). Everything here comes from outside: what is
// accepted is safe to map, whatever else the file may contain.
namespace process::elf {

struct Header {
  u8 magic[4];
  u8 format;  // 2: 64 bits
  u8 order;   // 1: little-endian
  u8 version;
  u8 system;
  u8 unused[8];
  u16 type;
  u16 machine;
  u32 object_version;
  u64 entry;
  u64 program_headers;
  u64 section_headers;
  u32 flags;
  u16 header_size;
  u16 program_header_size;
  u16 program_header_count;
  u16 section_header_size;
  u16 section_header_count;
  u16 section_names;
};
static_assert(sizeof(Header) == 64);

struct ProgramHeader {
  u32 type;
  u32 flags;
  u64 offset;
  u64 address;
  u64 physical_address;
  u64 file_size;
  u64 memory_size;
  u64 alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

inline constexpr std::size_t max_program_headers = 64;
inline constexpr std::size_t max_segments = 16;

/// A part to be mapped, as contracts/memory.contract wants it. Addresses of a position-independent file begin at 0.
struct Segment {
  u64 address = 0;
  u64 length = 0;
  u64 offset = 0;
  u64 file_length = 0;
  u8 rights = 0;  // 1 read, 2 write, 4 execute
};

struct Executable {
  bool relocatable = false;  // may lie anywhere: add a base to each address
  u64 entry = 0;
  u64 begin = 0, end = 0;  // of everything mapped, whole pages
  u64 data_end = 0;        // behind the last byte: where the heap begins
  u64 headers = 0;         // address of the program headers in memory, 0: not mapped
  u16 header_count = 0;
  u64 interpreter_offset = 0;  // in the file; length 0: none
  u64 interpreter_length = 0;  // with its zero byte
  std::size_t segment_count = 0;
  std::array<Segment, max_segments> segments{};

  std::span<const Segment> parts() const { return {segments.data(), segment_count}; }
};

/// Where the program headers lie in the file; not_executable if this is not an executable for this machine.
struct HeaderPlace {
  u64 offset;
  u64 length;
};
Result<HeaderPlace> find_headers(std::span<const std::byte> file_start);

/// What to map. `headers` are the bytes that `find_headers` named; `file_size` is that of the whole file.
Result<Executable> load(std::span<const std::byte> file_start, std::span<const std::byte> headers, u64 file_size);

}  // namespace process::elf
