// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <elf.h>

#include <cstddef>
#include <string>
#include <vector>

namespace verifier::test {

/// A small component program, made by hand so that tests can break each part of it: constants, code with a symbol for
/// each injection, and data with bss behind it.
struct ElfFile {
  struct Symbol {
    std::string name;
    std::uint64_t address;
  };

  Elf64_Ehdr header = {};
  std::vector<Elf64_Phdr> programs;
  std::vector<Elf64_Shdr> sections;  // symbols and their names are put behind them
  std::vector<Symbol> symbols;
  std::vector<std::byte> contents;  // from offset contents_offset on

  static constexpr std::uint64_t contents_offset = 0x1000;

  ElfFile();
  std::vector<std::byte> bytes() const;
};

}  // namespace verifier::test
