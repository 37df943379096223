// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/binary.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>

#include "abi/calls.hpp"
#include "abi/layout.hpp"
#include "abi/slot.hpp"
#include "tools/verifier/limits.hpp"

namespace verifier {
namespace {

using abi::page_size;
namespace layout = abi::layout;

constexpr std::uint64_t page_down(std::uint64_t address) { return address & ~(page_size - 1); }
constexpr std::uint64_t page_up(std::uint64_t address) { return page_down(address + page_size - 1); }

constexpr const char* inject_names[] = {"component_inject_exit", "component_inject_segv", "component_inject_loop",
                                        "component_inject_hang", "component_inject_violate"};

class Reader {
 public:
  Reader(const std::string& path, std::span<const std::byte> file, Refusals& refusals)
      : path_(path), file_(file), refusals_(refusals) {}

  std::optional<Binary> read() {
    if (!read_header()) return std::nullopt;
    binary_.path = path_;
    binary_.entry = header_.e_entry;
    for (unsigned i = 0; i < header_.e_phnum && good_; ++i) read_program_header(i);
    if (!good_) return std::nullopt;
    check_segments();
    if (good_) read_sections();
    return good_ ? std::optional(std::move(binary_)) : std::nullopt;
  }

 private:
  bool refuse(std::string what, std::string mend) {
    refusals_.add("elf", {path_, 0}, std::move(what), std::move(mend));
    return good_ = false;
  }

  template <typename T>
  std::optional<T> at(std::uint64_t offset) const {
    if (offset > file_.size() || file_.size() - offset < sizeof(T)) return std::nullopt;
    T value;
    std::memcpy(&value, file_.data() + offset, sizeof value);
    return value;
  }

  bool read_header() {
    const auto header = at<Elf64_Ehdr>(0);
    if (!header || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
      return refuse("this is no ELF file", "build the component anew");
    header_ = *header;
    if (header_.e_ident[EI_CLASS] != ELFCLASS64 || header_.e_ident[EI_DATA] != ELFDATA2LSB ||
        header_.e_machine != EM_X86_64)
      return refuse("it is not for x86-64", "build it with bulkhead_component in the target tree");
    if (header_.e_type != ET_EXEC)
      return refuse("it is not a static executable", "link it with bulkhead_component: static, at a fixed address");
    if (header_.e_phentsize != sizeof(Elf64_Phdr) || header_.e_phnum == 0)
      return refuse("it has no segments", "build the component anew");
    return true;
  }

  void read_program_header(unsigned index) {
    const auto found = at<Elf64_Phdr>(header_.e_phoff + std::uint64_t{index} * sizeof(Elf64_Phdr));
    if (!found) return void(refuse("its program headers lie beyond its end", "build the component anew"));
    switch (found->p_type) {
      case PT_INTERP:
      case PT_DYNAMIC:
        return void(refuse("it is dynamically linked", "link it with bulkhead_component, without shared libraries"));
      case PT_TLS:
        return void(refuse("it has thread-local storage", "components have none: remove thread_local"));
      case PT_GNU_STACK:
        if (found->p_flags & PF_X)
          refuse("it asks for an executable stack",
                 "mark assembly files with .note.GNU-stack, or link with -z noexecstack");
        return;
      case PT_LOAD:
        if (found->p_memsz != 0) read_load(*found);
        return;
      default:
        return;
    }
  }

  void read_load(const Elf64_Phdr& load) {
    if (load.p_filesz > load.p_memsz || load.p_offset > file_.size() || file_.size() - load.p_offset < load.p_filesz)
      return void(refuse("a segment's contents lie beyond its end", "build the component anew"));
    if (load.p_vaddr < layout::image_base || load.p_vaddr >= layout::table_base ||
        load.p_memsz > layout::table_base - load.p_vaddr)
      return void(refuse("a segment lies outside of 0x40000000 to 0x50000000",
                         "link it at abi::layout::image_base, and keep it under 256 MiB"));
    if ((load.p_flags & PF_W) && (load.p_flags & PF_X))
      return void(refuse("a segment is writable and executable", "keep code and data in sections of their own"));
    if ((load.p_flags & PF_W) && load.p_filesz + load.p_vaddr % page_size > abi::max_contents)
      return void(refuse("it has more than 64 KiB of initialised data, which a reset copies at once",
                         "let `start` fill the table, or make it constant"));
    BinarySegment segment;
    segment.address = page_down(load.p_vaddr);
    segment.memory_size = page_up(load.p_vaddr + load.p_memsz) - segment.address;
    segment.rights = (load.p_flags & PF_R ? abi::right_read : 0) | (load.p_flags & PF_W ? abi::right_write : 0) |
                     (load.p_flags & PF_X ? abi::right_execute : 0);
    segment.contents.resize(load.p_vaddr - segment.address);
    const auto contents = file_.subspan(load.p_offset, load.p_filesz);
    segment.contents.insert(segment.contents.end(), contents.begin(), contents.end());
    binary_.segments.push_back(std::move(segment));
  }

  void check_segments() {
    auto& segments = binary_.segments;
    std::ranges::sort(segments, {}, &BinarySegment::address);
    if (segments.empty() || segments.size() > max_segments)
      return void(refuse("it has " + std::to_string(segments.size()) + " segments to load",
                         "between 1 and " + std::to_string(max_segments) + " fit into a slot"));
    for (std::size_t i = 1; i < segments.size(); ++i)
      if (segments[i - 1].address + segments[i - 1].memory_size > segments[i].address)
        return void(refuse("two segments share a page", "link with -z max-page-size=4096 -z separate-code"));
    if (!in_code(binary_.entry))
      refuse("its entry is not in an executable segment", "begin at _start: use COMPONENT(...)");
  }

  bool in_code(std::uint64_t address) const {
    return std::ranges::any_of(binary_.segments, [&](const BinarySegment& segment) {
      return (segment.rights & abi::right_execute) && address >= segment.address &&
             address - segment.address < segment.contents.size();
    });
  }

  void read_sections() {
    if (header_.e_shnum != 0 && header_.e_shentsize != sizeof(Elf64_Shdr))
      return void(refuse("its section headers have a foreign size", "build the component anew"));
    for (unsigned i = 0; i < header_.e_shnum && good_; ++i) {
      const auto section = section_at(i);
      if (!section) return void(refuse("its section headers lie beyond its end", "build the component anew"));
      const bool relocations = section->sh_type == SHT_REL || section->sh_type == SHT_RELA;
      if (relocations && section->sh_size != 0)
        return void(refuse("it still has relocations", "link it fully: static, without -r and --emit-relocs"));
      if (section->sh_type == SHT_SYMTAB) read_symbols(*section);
    }
  }

  std::optional<Elf64_Shdr> section_at(unsigned index) const {
    return at<Elf64_Shdr>(header_.e_shoff + std::uint64_t{index} * sizeof(Elf64_Shdr));
  }

  void read_symbols(const Elf64_Shdr& table) {
    const auto names = section_at(table.sh_link);
    if (!names) return;
    for (std::uint64_t done = 0; table.sh_size - done >= sizeof(Elf64_Sym); done += sizeof(Elf64_Sym)) {
      const auto symbol = at<Elf64_Sym>(table.sh_offset + done);
      if (!symbol) return void(refuse("its symbols lie beyond its end", "build the component anew"));
      const std::string_view name = text_at(names->sh_offset + symbol->st_name);
      if (symbol->st_shndx == SHN_UNDEF) continue;
      binary_.needs.take_symbol(name);
      for (unsigned kind = 0; kind < binary_.inject_entry.size(); ++kind)
        if (name == inject_names[kind]) take_inject(kind, symbol->st_value);
    }
  }

  void take_inject(unsigned kind, std::uint64_t address) {
    if (!in_code(address))
      return void(refuse(std::string(inject_names[kind]) + " is not in an executable segment",
                         "define it as a function, as lib/component does"));
    binary_.inject_entry[kind] = address;
  }

  std::string_view text_at(std::uint64_t offset) const {
    if (offset >= file_.size()) return {};
    const char* text = reinterpret_cast<const char*>(file_.data() + offset);
    return {text, strnlen(text, std::min<std::uint64_t>(file_.size() - offset, 128))};
  }

  std::string path_;
  std::span<const std::byte> file_;
  Refusals& refusals_;
  Elf64_Ehdr header_ = {};
  Binary binary_;
  bool good_ = true;
};

}  // namespace

std::optional<Binary> read_binary(const std::string& path, std::span<const std::byte> file, Refusals& refusals) {
  return Reader(path, file, refusals).read();
}

}  // namespace verifier
