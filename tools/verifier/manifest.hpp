// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tools/verifier/refusal.hpp"

namespace verifier {

/// A value and the line that says it; where a default holds, the line of the component's name.
template <typename T>
struct Located {
  T value{};
  unsigned line = 0;
};

struct Frames {
  bool percent = false;  // of what remains at boot, else frames
  std::uint64_t amount = 0;
};

struct ExportEntry {
  std::string name;
  std::string contract;
  std::optional<std::uint64_t> version;
  unsigned line = 0;
};

struct ImportEntry {
  std::string name;
  std::string contract;
  std::optional<std::uint64_t> version;
  std::optional<std::uint64_t> lanes;
  unsigned line = 0;
};

struct DeviceEntry {
  std::optional<std::uint64_t> vendor, device, class_code;
  std::optional<std::uint64_t> instance;
  unsigned line = 0;
};

struct PortEntry {
  std::uint64_t first = 0, count = 0;
  unsigned line = 0;
};

struct InterruptEntry {
  bool message = false;
  std::uint64_t line_number = 0;
  bool level = false, active_low = false;
  unsigned line = 0;
};

/// One component, as its manifest.toml says. docs/manifests.md is the reference of every key.
struct Manifest {
  std::string path;
  unsigned line = 1;
  bool enabled = true;
  Located<std::string> name, binary;
  Located<std::uint64_t> rank, threads, reserved;
  Located<std::uint64_t> stack, vault, dma;  // bytes
  Located<Frames> frames;
  Located<std::uint64_t> budget;  // percent of a processor; 0: no limit
  Located<std::uint64_t> heartbeat_ms, loop_ms, hang_ms;
  bool archive = false;
  bool restarts = true;
  std::optional<Located<std::string>> spare;
  std::string loses;                            // with each instance: who restarts it by hand is told
  bool sync_first = false;                      // a sync(2) before leaves nothing to lose
  std::vector<Located<std::uint64_t>> windows;  // pages
  std::vector<Located<std::string>> calls;
  std::vector<ExportEntry> exports;
  std::vector<ImportEntry> imports;
  std::vector<DeviceEntry> devices;
  std::vector<PortEntry> ports;
  std::vector<InterruptEntry> interrupts;

  Place at(unsigned at_line) const { return {path, at_line}; }
};

/// Reads one manifest. Whatever in it is not as the reference says is added to `refusals`; without a new refusal the
/// result has every value in its range.
Manifest read_manifest(const std::string& path, std::string_view text, Refusals& refusals);

}  // namespace verifier
