// SPDX-License-Identifier: BSD-2-Clause
#include <gtest/gtest.h>

#include <random>

#include "abi/calls.hpp"
#include "tools/verifier/binary.hpp"
#include "tools/verifier/tests/elf_file.hpp"
#include "tools/verifier/tests/fixture.hpp"

namespace verifier::test {
namespace {

std::string said_of(const std::vector<std::byte>& file) {
  Refusals refusals;
  const auto binary = read_binary("bin/a", file, refusals);
  EXPECT_EQ(binary.has_value(), refusals.empty());
  std::string text;
  for (const Refusal& refusal : refusals.all()) text += to_string(refusal);
  return text;
}
std::string said_of(const ElfFile& file) { return said_of(file.bytes()); }

std::string refused(std::string_view what, std::string_view mend) { return refusal("bin/a", what, "elf", mend); }

TEST(Binary, IsTakenApart) {
  Refusals refusals;
  const ElfFile file;
  const auto binary = read_binary("bin/a", file.bytes(), refusals);
  ASSERT_TRUE(binary) << to_string(refusals.all().front());
  EXPECT_EQ(binary->entry, 0x4000'1000u);
  ASSERT_EQ(binary->segments.size(), 3u);
  const BinarySegment &constants = binary->segments[0], &code = binary->segments[1], &data = binary->segments[2];
  EXPECT_EQ(constants.address, 0x4000'0000u);
  EXPECT_EQ(constants.memory_size, 0x1000u);
  EXPECT_EQ(constants.rights, abi::right_read);
  EXPECT_EQ(constants.contents.size(), 0x123u);
  EXPECT_EQ(constants.contents[5], file.contents[5]);
  EXPECT_EQ(code.rights, abi::right_read | abi::right_execute);
  EXPECT_EQ(data.address, 0x4000'2000u);
  EXPECT_EQ(data.memory_size, 0x4000u);
  EXPECT_EQ(data.rights, abi::right_read | abi::right_write);
  ASSERT_EQ(data.contents.size(), 0x30u);  // zeros up to 0x10, as the segment begins within its page
  EXPECT_EQ(data.contents[0x0f], std::byte{0});
  EXPECT_EQ(data.contents[0x10], file.contents[0x2000]);
  for (unsigned i = 0; i < 5; ++i) EXPECT_EQ(binary->inject_entry[i], 0x4000'1010u + i);
}

TEST(Binary, InjectEntriesMayBeAbsent) {
  ElfFile file;
  file.symbols.erase(file.symbols.begin() + 2);
  Refusals refusals;
  const auto binary = read_binary("bin/a", file.bytes(), refusals);
  ASSERT_TRUE(binary);
  EXPECT_EQ(binary->inject_entry[2], 0u);
  EXPECT_EQ(binary->inject_entry[3], 0x4000'1013u);
}

TEST(Binary, ForeignFiles) {
  EXPECT_EQ(said_of(std::vector<std::byte>()), refused("this is no ELF file", "build the component anew"));
  EXPECT_EQ(said_of(std::vector<std::byte>(4096)), refused("this is no ELF file", "build the component anew"));
  ElfFile arm, small, moving, empty;
  arm.header.e_machine = EM_AARCH64;
  small.header.e_ident[EI_CLASS] = ELFCLASS32;
  for (const ElfFile& file : {arm, small})
    EXPECT_EQ(said_of(file), refused("it is not for x86-64", "build it with bulkhead_component in the target tree"));
  moving.header.e_type = ET_DYN;
  EXPECT_EQ(said_of(moving),
            refused("it is not a static executable", "link it with bulkhead_component: static, at a fixed address"));
  empty.programs.clear();
  EXPECT_EQ(said_of(empty), refused("it has no segments", "build the component anew"));
}

TEST(Binary, DynamicParts) {
  for (const unsigned type : {PT_INTERP, PT_DYNAMIC}) {
    ElfFile file;
    file.programs[3].p_type = type;
    EXPECT_EQ(said_of(file),
              refused("it is dynamically linked", "link it with bulkhead_component, without shared libraries"));
  }
  ElfFile file;
  file.programs[3].p_type = PT_TLS;
  EXPECT_EQ(said_of(file), refused("it has thread-local storage", "components have none: remove thread_local"));
  for (const unsigned type : {SHT_REL, SHT_RELA}) {
    ElfFile unlinked;
    unlinked.sections.push_back({0, type, 0, 0, 0x1000, 24, 0, 0, 8, 24});
    EXPECT_EQ(said_of(unlinked),
              refused("it still has relocations", "link it fully: static, without -r and --emit-relocs"));
    unlinked.sections[0].sh_size = 0;
    EXPECT_EQ(said_of(unlinked), "");
  }
}

TEST(Binary, WritableOrExecutableNeverBoth) {
  ElfFile file, stack;
  file.programs[1].p_flags |= PF_W;
  EXPECT_EQ(said_of(file),
            refused("a segment is writable and executable", "keep code and data in sections of their own"));
  stack.programs[3].p_flags |= PF_X;
  EXPECT_EQ(said_of(stack), refused("it asks for an executable stack",
                                    "mark assembly files with .note.GNU-stack, or link with -z noexecstack"));
}

TEST(Binary, Places) {
  const std::string outside = refused("a segment lies outside of 0x40000000 to 0x50000000",
                                      "link it at abi::layout::image_base, and keep it under 256 MiB");
  ElfFile below, above, across, huge;
  below.programs[0].p_vaddr = 0x3fff'f000;
  above.programs[2].p_vaddr = 0x5000'0000;
  across.programs[2].p_vaddr = 0x4fff'f000;
  huge.programs[2].p_memsz = ~std::uint64_t{0};
  for (const ElfFile& file : {below, above, across, huge}) EXPECT_EQ(said_of(file), outside);
  ElfFile shared;
  shared.programs[2].p_vaddr = 0x4000'1800;
  EXPECT_EQ(said_of(shared), refused("two segments share a page", "link with -z max-page-size=4096 -z separate-code"));
  ElfFile many;
  for (unsigned i = 0; i < 5; ++i) {
    many.programs.push_back(many.programs[0]);
    many.programs.back().p_vaddr = 0x4010'0000 + i * 0x1000;
  }
  EXPECT_EQ(said_of(many), refused("it has 8 segments to load", "between 1 and 6 fit into a slot"));
  ElfFile none;
  none.programs = {none.programs[3]};
  EXPECT_EQ(said_of(none), refused("it has 0 segments to load", "between 1 and 6 fit into a slot"));
}

// Their hash is checked, and they are copied, in one entry of the kernel.
TEST(Binary, InitialisedData) {
  ElfFile file;
  Elf64_Phdr& data = file.programs[2];
  data.p_filesz = abi::max_contents - data.p_vaddr % abi::page_size;
  data.p_memsz = data.p_filesz;
  file.contents.resize(data.p_offset + data.p_filesz + 1);
  EXPECT_EQ(said_of(file), "");
  data.p_memsz = ++data.p_filesz;
  EXPECT_EQ(said_of(file), refused("it has more than 64 KiB of initialised data, which a reset copies at once",
                                   "let `start` fill the table, or make it constant"));
}

TEST(Binary, Entries) {
  for (const std::uint64_t entry : {0u, 0x4000'0000u, 0x4000'1080u, 0x4000'2010u}) {
    ElfFile file;
    file.header.e_entry = entry;
    EXPECT_EQ(said_of(file),
              refused("its entry is not in an executable segment", "begin at _start: use COMPONENT(...)"));
  }
  ElfFile file;
  file.symbols[1].address = 0x4000'2010;
  EXPECT_EQ(said_of(file), refused("component_inject_segv is not in an executable segment",
                                   "define it as a function, as lib/component does"));
}

TEST(Binary, CutShort) {
  ElfFile programs, beyond, larger, sections, entries, symbols;
  programs.header.e_phoff = 1 << 20;
  EXPECT_EQ(said_of(programs), refused("its program headers lie beyond its end", "build the component anew"));
  beyond.programs[1].p_offset = 1 << 20;
  larger.programs[1].p_filesz = 0x100;
  for (const ElfFile& file : {beyond, larger})
    EXPECT_EQ(said_of(file), refused("a segment's contents lie beyond its end", "build the component anew"));
  auto bytes = sections.bytes();
  bytes.resize(0x4000);
  EXPECT_EQ(said_of(bytes), refused("its section headers lie beyond its end", "build the component anew"));
  entries.header.e_shentsize = 8;
  EXPECT_EQ(said_of(entries), refused("its section headers have a foreign size", "build the component anew"));
  symbols.sections.push_back({0, SHT_SYMTAB, 0, 0, 1 << 20, 48, 1, 0, 8, sizeof(Elf64_Sym)});
  EXPECT_EQ(said_of(symbols), refused("its symbols lie beyond its end", "build the component anew"));
}

TEST(Binary, AnyBytesAreTakenOrRefused) {
  std::mt19937_64 random(1);
  const auto good = ElfFile().bytes();
  for (int i = 0; i < 20'000; ++i) {
    auto bytes = good;
    const std::size_t headers = i % 2 ? 64 + 4 * sizeof(Elf64_Phdr) : bytes.size();
    for (int j = 0; j < 1 + i % 4; ++j) bytes[random() % headers] = static_cast<std::byte>(random());
    if (i % 8 == 0) bytes.resize(random() % bytes.size());
    said_of(bytes);
  }
}

}  // namespace
}  // namespace verifier::test
