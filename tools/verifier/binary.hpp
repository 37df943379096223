// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "tools/verifier/needs.hpp"
#include "tools/verifier/refusal.hpp"

namespace verifier {

/// A part of a component as it lies in memory: page aligned, contents zero-padded in front to the page boundary.
struct BinarySegment {
  std::uint64_t address = 0;
  std::uint64_t memory_size = 0;  // whole pages
  std::uint64_t rights = 0;       // abi::right_*
  std::vector<std::byte> contents;
};

/// A component's program, taken from its ELF file.
struct Binary {
  std::string path;
  std::uint64_t entry = 0;
  std::vector<BinarySegment> segments;
  Needs needs;
  std::array<std::uint64_t, 5> inject_entry = {};  // exit, segv, loop, hang, violate; 0: not there
};

/// Takes an ELF file apart and refuses what a component must not be: dynamic, writable and executable, outside its
/// range of addresses, or not fully linked. Nothing in `file` is trusted.
std::optional<Binary> read_binary(const std::string& path, std::span<const std::byte> file, Refusals& refusals);

}  // namespace verifier
