// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/memory.hpp"

#include <elf.h>

#include <algorithm>
#include <cstring>
#include <format>
#include <numeric>
#include <set>

#include "abi/calls.hpp"
#include "abi/component.hpp"
#include "abi/layout.hpp"

namespace verifier {
namespace {

using abi::page_size;
namespace layout = abi::layout;

constexpr std::uint64_t mib = std::uint64_t{1} << 20;
constexpr std::uint64_t table_span = 2 * mib;  // what one page table maps

std::string in_mib(std::uint64_t bytes) { return std::format("{:.1f} MiB", static_cast<double>(bytes) / mib); }

// Page tables of a component's space: each of its ranges in the GiB of fixed places, and the window of its frames.
std::uint64_t page_tables(const Component& component, std::uint64_t archive, std::uint64_t memory) {
  const Manifest& manifest = component.manifest;
  std::set<std::uint64_t> tables;
  const auto map = [&](std::uint64_t base, std::uint64_t bytes) {
    for (std::uint64_t at = base / table_span; bytes != 0 && at <= (base + bytes - 1) / table_span; ++at)
      tables.insert(at);
  };
  if (component.binary)
    for (const BinarySegment& segment : component.binary->segments) map(segment.address, segment.memory_size);
  map(layout::table_base, sizeof(abi::ComponentRecord) * abi::max_slots);
  if (manifest.archive) map(layout::archive_base, archive);
  map(layout::info_base, page_size);
  map(layout::stack_base, manifest.threads.value * layout::stack_stride);
  map(layout::vault_base, manifest.vault.value);
  map(layout::dma_base, manifest.dma.value);
  for (std::size_t i = 0; i < manifest.windows.size(); ++i)
    map(layout::device_base + i * layout::device_stride, manifest.windows[i].value * page_size);
  std::uint64_t window = 0;
  if (const auto& frames = manifest.frames.value; frames.amount != 0) {
    const std::uint64_t most = memory / table_span + 1;
    window = 2 + (frames.percent ? most : std::min(frames.amount, most));
  }
  return 3 + tables.size() + window;
}

}  // namespace

std::uint64_t MemoryUse::reserved() const {
  return std::transform_reduce(components.begin(), components.end(), firmware_memory + kernel + image, std::plus{},
                               [](const ComponentMemory& component) { return component.sum(); });
}

MemoryUse measure(const System& system, std::uint64_t image, std::uint64_t archive, const Machine& machine) {
  MemoryUse use;
  use.memory = machine.memory;
  use.kernel = machine.kernel;
  use.image = image;
  for (const Component& component : system.components) {
    const Manifest& manifest = component.manifest;
    ComponentMemory own;
    if (component.binary)
      for (const BinarySegment& segment : component.binary->segments)
        if (segment.rights & abi::right_write) own.data += segment.memory_size;
    own.stacks = manifest.threads.value * manifest.stack.value;
    own.vault = manifest.vault.value;
    own.dma = manifest.dma.value;
    own.frames = manifest.frames.value.percent ? 0 : manifest.frames.value.amount * page_size;
    own.tables = (page_tables(component, archive, machine.memory) + manifest.threads.value) * page_size;
    use.components.push_back(own);
  }
  return use;
}

namespace {

// A server of programs with next to no frames would refuse every program.
void check_quotas(const System& system, const MemoryUse& use, Refusals& refusals) {
  for (const Component& component : system.components) {
    if (!component.serves_programs) continue;
    const auto& [frames, line] = component.manifest.frames;
    const std::uint64_t quota =
        frames.percent ? (use.memory - use.reserved()) / 100 * frames.amount : frames.amount * page_size;
    if (quota < server_memory)
      refusals.add("quota", component.manifest.at(line),
                   "\"" + component.name() + "\" serves programs, but may take only " + in_mib(quota),
                   "raise `frames` to " + in_mib(server_memory) + " or more");
  }
}

}  // namespace

void check_memory(const System& system, const MemoryUse& use, Refusals& refusals) {
  const std::uint64_t wanted = use.reserved() + (system.runs_programs ? program_memory : 0);
  if (wanted <= use.memory || use.components.empty()) return check_quotas(system, use, refusals);
  const auto largest = std::ranges::max_element(use.components, {}, &ComponentMemory::sum);
  const Component& component = system.components[static_cast<std::size_t>(largest - use.components.begin())];
  refusals.add("memory", component.manifest.at(component.manifest.line),
               std::format("the system reserves {} (kernel {}, image {}, components {}){}, but the machine has {}",
                           in_mib(use.reserved()), in_mib(use.kernel), in_mib(use.image),
                           in_mib(use.reserved() - use.kernel - use.image - firmware_memory),
                           system.runs_programs ? std::format(" and owes programs {}", in_mib(program_memory)) : "",
                           in_mib(use.memory)),
               std::format("\"{}\" takes most, {}: lower its sizes, or give the machine more memory", component.name(),
                           in_mib(largest->sum())));
}

std::uint64_t kernel_size(const std::string& path, std::span<const std::byte> file, Refusals& refusals) {
  Elf64_Ehdr header = {};
  std::uint64_t low = ~std::uint64_t{0}, high = 0;
  if (file.size() >= sizeof header) std::memcpy(&header, file.data(), sizeof header);
  const bool elf = std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_phentsize == sizeof(Elf64_Phdr);
  for (unsigned i = 0; elf && i < header.e_phnum; ++i) {
    Elf64_Phdr load;
    const std::uint64_t offset = header.e_phoff + std::uint64_t{i} * sizeof load;
    if (offset > file.size() || file.size() - offset < sizeof load) break;
    std::memcpy(&load, file.data() + offset, sizeof load);
    if (load.p_type != PT_LOAD || load.p_memsz == 0) continue;
    low = std::min(low, load.p_paddr);
    high = std::max(high, load.p_paddr + load.p_memsz);
  }
  if (low < high) return high - low;
  refusals.add("elf", {path, 0}, "this is no kernel", "build kernel.elf, or leave out --kernel");
  return 0;
}

}  // namespace verifier
