// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <vector>

#include "tools/verifier/limits.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {

/// Bytes that one component keeps for itself from boot on, restarts included: a reset needs nothing beyond the image
/// and these.
struct ComponentMemory {
  std::uint64_t data = 0;  // writable segments; the rest is the image's own
  std::uint64_t stacks = 0;
  std::uint64_t vault = 0;
  std::uint64_t dma = 0;
  std::uint64_t frames = 0;  // absolute quota
  std::uint64_t tables = 0;  // page tables and a frame for each thread
  std::uint64_t sum() const { return data + stacks + vault + dma + frames + tables; }
};

struct MemoryUse {
  std::uint64_t memory = 0;  // what the machine has
  std::uint64_t kernel = 0;
  std::uint64_t image = 0;
  std::vector<ComponentMemory> components;  // by slot
  std::uint64_t reserved() const;
};

struct Machine {
  std::uint64_t memory = default_memory;
  std::uint64_t kernel = kernel_memory;
};

/// What the system needs of a machine; `image` is the size of the whole image.
MemoryUse measure(const System& system, std::uint64_t image, std::uint64_t archive, const Machine& machine);

/// Refuses a system that does not fit, or leaves too little for programs.
void check_memory(const System& system, const MemoryUse& use, Refusals& refusals);

/// Bytes that a kernel takes when it is loaded, by its ELF file.
std::uint64_t kernel_size(const std::string& path, std::span<const std::byte> file, Refusals& refusals);

}  // namespace verifier
