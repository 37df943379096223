// SPDX-License-Identifier: BSD-2-Clause
#include "boot/plan.hpp"

#include <algorithm>
#include <cstring>

#include "boot/multiboot2.hpp"

namespace boot {

using namespace std::string_view_literals;

namespace {

constexpr uint32_t free_memory = 1;
constexpr uint64_t page_size = 4096, first_mib = 0x10'0000, four_gib = uint64_t{1} << 32;

std::unexpected<Refusal> refused(Refusal why) { return std::unexpected(why); }

template <class T>
bool get(std::span<const std::byte> bytes, uint64_t offset, T& value) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof value) return false;
  std::memcpy(&value, bytes.data() + offset, sizeof value);
  return true;
}

bool read_map(std::span<const std::byte> tag, Given& given) {
  multiboot2::MemoryMapTag head;
  if (!get(tag, 0, head) || head.entry_size < sizeof(multiboot2::MemoryMapEntry)) return false;
  multiboot2::MemoryMapEntry entry;
  for (uint64_t at = sizeof head; get(tag, at, entry); at += head.entry_size) {
    if (entry.size == 0 || entry.begin + entry.size < entry.begin) continue;
    if (given.region_count == most_regions) return false;
    given.regions[given.region_count++] = {entry.begin, entry.size, entry.type, 0};
  }
  return true;
}

// Firmware tells of many small pieces, in any order.
void join(Given& given) {
  const auto regions = std::span(given.regions).first(given.region_count);
  std::ranges::sort(regions, {}, &Region::begin);
  std::size_t kept = 0;
  for (const Region& region : regions) {
    if (kept != 0 && regions[kept - 1].type == region.type && regions[kept - 1].end() >= region.begin)
      regions[kept - 1].size = std::max(regions[kept - 1].end(), region.end()) - regions[kept - 1].begin;
    else
      regions[kept++] = region;
  }
  given.region_count = kept;
}

// ELF-64 Object File Format 1.5, figures 3, 5 and 8.
struct Header {
  unsigned char identity[16];
  std::uint16_t type, machine;
  uint32_t version;
  uint64_t entry, program_headers, section_headers;
  uint32_t flags;
  std::uint16_t header_size, program_header_size, program_header_count, unused[3];
};
struct ProgramHeader {
  uint32_t type, flags;
  uint64_t offset, address, physical, file_size, memory_size, alignment;
};
struct Note {
  uint32_t name_size, size, type;
};

constexpr uint32_t type_load = 1, type_note = 4, note_entry = 18;
constexpr std::uint16_t machine_x86_64 = 62;

uint32_t entry_of(std::span<const std::byte> file, const ProgramHeader& part) {
  Note note;
  char name[4];
  uint32_t entry = 0;
  const bool there = get(file, part.offset, note) && note.name_size == sizeof name && note.type == note_entry &&
                     note.size >= sizeof entry && get(file, part.offset + sizeof note, name) &&
                     std::memcmp(name, "Xen", sizeof name) == 0 &&
                     get(file, part.offset + sizeof note + sizeof name, entry);
  return there ? entry : 0;
}

}  // namespace

std::expected<Given, Refusal> read(std::span<const std::byte> information) {
  Given given;
  bool mapped = false;
  multiboot2::Tag tag;
  for (uint64_t at = 8; get(information, at, tag) && tag.type != multiboot2::tag_end; at += (tag.size + 7u) & ~7u) {
    if (tag.size < sizeof tag || tag.size > information.size() - at)
      return refused("the boot loader's information is cut off"sv);
    const auto bytes = information.subspan(at, tag.size);
    const auto body = bytes.subspan(sizeof tag);
    switch (tag.type) {
      case multiboot2::tag_command_line: {
        const std::string_view text(reinterpret_cast<const char*>(body.data()), body.size());
        given.command_line = text.substr(0, text.find('\0'));
        break;
      }
      case multiboot2::tag_module: {
        multiboot2::ModuleTag module;
        if (!get(bytes, 0, module) || module.end < module.begin || given.module_count == most_modules)
          return refused("the boot loader's modules make no sense"sv);
        given.modules[given.module_count++] = {module.begin, module.end};
        break;
      }
      case multiboot2::tag_memory_map:
        mapped = read_map(bytes, given);
        break;
      case multiboot2::tag_old_rsdp:
        if (given.rsdp.empty()) given.rsdp = body;
        break;
      case multiboot2::tag_new_rsdp:
        given.rsdp = body;
        break;
      default:
        break;
    }
  }
  if (!mapped) return refused("the boot loader has no memory map, or one with too many regions"sv);
  join(given);
  return given;
}

std::expected<Kernel, Refusal> read_kernel(std::span<const std::byte> file) {
  Header header;
  if (!get(file, 0, header) || std::memcmp(header.identity, "\177ELF\2\1", 6) != 0 || header.machine != machine_x86_64)
    return refused("the first module is no kernel: not an ELF file for x86-64"sv);
  Kernel kernel;
  kernel.memory = {four_gib, 0};
  for (unsigned i = 0; i < header.program_header_count; ++i) {
    ProgramHeader part;
    if (!get(file, header.program_headers + uint64_t{i} * header.program_header_size, part))
      return refused("the kernel's file is cut off"sv);
    if (part.type == type_note) {
      if (const uint32_t entry = entry_of(file, part); entry != 0) kernel.entry = entry;
    }
    if (part.type != type_load || part.memory_size == 0) continue;
    const Range memory{part.physical, part.physical + part.memory_size};
    if (part.file_size > part.memory_size || part.offset > file.size() || part.file_size > file.size() - part.offset)
      return refused("the kernel's file is cut off"sv);
    if (memory.begin < first_mib || memory.end < memory.begin || memory.end > four_gib ||
        kernel.segment_count == kernel.segments.size())
      return refused("the kernel's file has a part that cannot be put in its place"sv);
    kernel.segments[kernel.segment_count++] = {part.offset, part.file_size, memory};
    kernel.memory = {std::min(kernel.memory.begin, memory.begin), std::max(kernel.memory.end, memory.end)};
  }
  if (kernel.entry < kernel.memory.begin || kernel.entry >= kernel.memory.end)
    return refused("the first module is no kernel: it has no PVH entry"sv);
  return kernel;
}

uint64_t place(std::span<const Region> map, uint64_t size, std::span<const Range> obstacles) {
  uint64_t best = 0;
  for (const Region& region : map) {
    if (region.type != free_memory) continue;
    const uint64_t begin = std::max(region.begin, first_mib);
    uint64_t end = std::min(region.end(), four_gib);
    while (end > begin && end - begin >= size) {
      const Range here{(end - size) & ~(page_size - 1), ((end - size) & ~(page_size - 1)) + size};
      if (here.begin < begin) break;
      const auto hit = std::ranges::find_if(obstacles, [&](Range each) { return here.overlaps(each); });
      if (hit == obstacles.end()) {
        best = std::max(best, here.begin);
        break;
      }
      end = std::min(end - 1, hit->begin);
    }
  }
  return best;
}

bool is_free(std::span<const Region> map, Range range) {
  return std::ranges::any_of(map, [&](const Region& region) {
    return region.type == free_memory && range.begin >= region.begin && range.end <= region.end();
  });
}

}  // namespace boot
