// SPDX-License-Identifier: BSD-2-Clause
#include "boot/kernel_elf.hpp"

#include <algorithm>
#include <cstring>

using namespace std::string_view_literals;

namespace boot {
namespace {

using abi::u16;
using abi::u8;

struct Header {
  std::array<u8, 16> identity;
  u16 type, machine;
  u32 version;
  u64 entry, program_headers, section_headers;
  u32 flags;
  u16 header_size, program_header_size, program_header_count, section_header_size, section_header_count, names;
};
static_assert(sizeof(Header) == 64);

struct ProgramHeader {
  u32 type, flags;
  u64 offset, virtual_address, physical_address, file_size, memory_size, alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

struct Note {
  u32 name_size, value_size, type;
};

constexpr std::array<u8, 7> magic{0x7f, 'E', 'L', 'F', 2, 1, 1};  // 64 bits, little-endian, version 1
constexpr u16 executable = 2, x86_64 = 62;
constexpr u32 load = 1, note = 4, entry_note = 18;  // XEN_ELFNOTE_PHYS32_ENTRY

using Bytes = std::span<const std::byte>;

template <typename T>
std::optional<T> read(Bytes bytes, u64 at) {
  if (at > bytes.size() || bytes.size() - at < sizeof(T)) return std::nullopt;
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

std::optional<Bytes> part(Bytes bytes, u64 at, u64 size) {
  if (at > bytes.size() || bytes.size() - at < size) return std::nullopt;
  return bytes.subspan(at, size);
}

u64 padded(u32 size) { return (u64{size} + 3) & ~u64{3}; }

/// The entry that one of the notes names.
std::optional<u32> find_entry(Bytes notes) {
  constexpr char xen[] = "Xen";
  for (u64 at = 0; const auto head = read<Note>(notes, at);) {
    at += sizeof(Note);
    const auto name = part(notes, at, head->name_size);
    at += padded(head->name_size);
    const auto value = read<u32>(notes, at);
    if (name && value && head->type == entry_note && head->value_size == sizeof(u32) && name->size() == sizeof xen &&
        std::memcmp(name->data(), xen, sizeof xen) == 0)
      return value;
    at += padded(head->value_size);
  }
  return std::nullopt;
}

std::optional<ElfError> add(KernelElf& to, const ProgramHeader& header, Bytes file) {
  if (header.memory_size == 0) return std::nullopt;
  const auto contents = part(file, header.offset, header.file_size);
  if (!contents) return ElfError::cut_short;
  if (header.file_size > header.memory_size || header.physical_address < first_mib ||
      header.memory_size > highest_end || header.physical_address > highest_end - header.memory_size)
    return ElfError::out_of_place;
  if (to.segment_count == KernelElf::most_segments) return ElfError::too_many_segments;
  const Range place{header.physical_address, header.physical_address + header.memory_size};
  to.place =
      to.segment_count == 0 ? place : Range{std::min(to.place.begin, place.begin), std::max(to.place.end, place.end)};
  to.segments[to.segment_count++] = {place.begin, header.memory_size, *contents};
  return std::nullopt;
}

bool has_code_at(const KernelElf& kernel, u64 address) {
  return std::ranges::any_of(kernel.all(), [&](const Segment& each) {
    return address >= each.address && address - each.address < each.contents.size();
  });
}

}  // namespace

std::string_view text(ElfError error) {
  switch (error) {
    case ElfError::not_elf:
      return "it is not an ELF file"sv;
    case ElfError::other_machine:
      return "it is not an executable for x86-64"sv;
    case ElfError::cut_short:
      return "it is cut short"sv;
    case ElfError::too_many_segments:
      return "it has too many segments"sv;
    case ElfError::out_of_place:
      return "a segment lies where no kernel may be"sv;
    case ElfError::no_entry:
      return "it names no PVH entry"sv;
  }
  return {};
}

std::expected<KernelElf, ElfError> read_kernel(Bytes file) {
  const auto header = read<Header>(file, 0);
  if (!header || !std::ranges::equal(magic, std::span{header->identity}.first(magic.size())))
    return std::unexpected(ElfError::not_elf);
  if (header->type != executable || header->machine != x86_64 || header->program_header_size != sizeof(ProgramHeader))
    return std::unexpected(ElfError::other_machine);
  KernelElf kernel;
  std::optional<u32> entry;
  for (u64 i = 0; i < header->program_header_count; ++i) {
    if (header->program_headers > file.size()) return std::unexpected(ElfError::cut_short);
    const auto program = read<ProgramHeader>(file, header->program_headers + i * sizeof(ProgramHeader));
    if (!program) return std::unexpected(ElfError::cut_short);
    if (program->type == load)
      if (const auto error = add(kernel, *program, file)) return std::unexpected(*error);
    if (program->type == note) {
      const auto notes = part(file, program->offset, program->file_size);
      if (!notes) return std::unexpected(ElfError::cut_short);
      if (!entry) entry = find_entry(*notes);
    }
  }
  if (!entry || !has_code_at(kernel, *entry)) return std::unexpected(ElfError::no_entry);
  kernel.entry = *entry;
  return kernel;
}

}  // namespace boot
