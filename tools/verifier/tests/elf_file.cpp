// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/tests/elf_file.hpp"

#include <cstring>
#include <span>

namespace verifier::test {
namespace {

Elf64_Phdr load(unsigned flags, std::uint64_t offset, std::uint64_t address, std::uint64_t file, std::uint64_t memory) {
  return {PT_LOAD, flags, offset, address, address, file, memory, 0x1000};
}

template <typename T>
void append(std::vector<std::byte>& to, const T& value) {
  to.append_range(std::as_bytes(std::span(&value, 1)));
}

void append_text(std::vector<std::byte>& to, const std::string& text) {
  to.append_range(std::as_bytes(std::span(text.c_str(), text.size() + 1)));
}

}  // namespace

ElfFile::ElfFile() {
  std::memcpy(header.e_ident, ELFMAG, SELFMAG);
  header.e_ident[EI_CLASS] = ELFCLASS64;
  header.e_ident[EI_DATA] = ELFDATA2LSB;
  header.e_type = ET_EXEC;
  header.e_machine = EM_X86_64;
  header.e_entry = 0x4000'1000;
  header.e_phoff = sizeof header;
  header.e_phentsize = sizeof(Elf64_Phdr);
  header.e_shentsize = sizeof(Elf64_Shdr);
  programs = {load(PF_R, 0x1000, 0x4000'0000, 0x123, 0x123), load(PF_R | PF_X, 0x2000, 0x4000'1000, 0x80, 0x80),
              load(PF_R | PF_W, 0x3000, 0x4000'2010, 0x20, 0x3000)};
  programs.push_back({PT_GNU_STACK, PF_R | PF_W, 0, 0, 0, 0, 0, 0});
  contents.resize(0x3000);
  for (std::size_t i = 0; i < contents.size(); ++i) contents[i] = static_cast<std::byte>(i * 7 + i / 256);
  const char* const kinds[] = {"exit", "segv", "loop", "hang", "violate"};
  for (unsigned i = 0; i < 5; ++i) symbols.push_back({std::string("component_inject_") + kinds[i], 0x4000'1010 + i});
}

std::vector<std::byte> ElfFile::bytes() const {
  std::vector<std::byte> file;
  Elf64_Ehdr head = header;
  head.e_phnum = static_cast<Elf64_Half>(programs.size());
  head.e_shnum = static_cast<Elf64_Half>(sections.size() + 2);
  head.e_shoff = contents_offset + contents.size();
  append(file, head);
  for (const Elf64_Phdr& program : programs) append(file, program);
  file.resize(contents_offset);
  file.append_range(contents);

  std::vector<std::byte> names(1), table;
  append(table, Elf64_Sym{});
  for (const Symbol& symbol : symbols) {
    append(table, Elf64_Sym{static_cast<Elf64_Word>(names.size()), ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), 0, 1,
                            symbol.address, 1});
    append_text(names, symbol.name);
  }
  const std::uint64_t tables = head.e_shoff + (sections.size() + 2) * sizeof(Elf64_Shdr);
  for (const Elf64_Shdr& section : sections) append(file, section);
  append(file, Elf64_Shdr{0, SHT_SYMTAB, 0, 0, tables, table.size(), static_cast<Elf64_Word>(sections.size() + 1), 0, 8,
                          sizeof(Elf64_Sym)});
  append(file, Elf64_Shdr{0, SHT_STRTAB, 0, 0, tables + table.size(), names.size(), 0, 0, 1, 0});
  file.append_range(table);
  file.append_range(names);
  return file;
}

}  // namespace verifier::test
