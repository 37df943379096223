// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/graph.hpp"

#include <format>
#include <map>
#include <nlohmann/json.hpp>

#include "abi/types.hpp"
#include "tools/verifier/kernel_calls.hpp"

namespace verifier {
namespace {

std::string device_text(const DeviceEntry& entry) {
  std::string text = entry.vendor ? std::format("{:04x}:{:04x}", *entry.vendor, *entry.device) : "any";
  if (entry.class_code) text += std::format(" class {:06x}", *entry.class_code);
  if (entry.instance) text += std::format(" number {}", *entry.instance);
  return text;
}

std::string interrupt_text(const InterruptEntry& entry) {
  return entry.message ? "message" : std::format("line {}", entry.line_number);
}

std::string port_text(const PortEntry& entry) {
  return std::format("{:#x}-{:#x}", entry.first, entry.first + entry.count - 1);
}

std::string size_text(std::uint64_t bytes) {
  return bytes % (1 << 20) == 0 ? std::format("{}M", bytes >> 20) : std::format("{}K", bytes >> 10);
}

std::string named_calls(const Component& component) {
  std::string names;
  for (const auto& named : component.manifest.calls) names += " " + named.value;
  return names;
}

std::string memory_text(const Manifest& manifest) {
  std::string text = std::format("{} thread{}", manifest.threads.value, manifest.threads.value == 1 ? "" : "s");
  if (manifest.reserved.value != 0) text += std::format(" ({} reserved)", manifest.reserved.value);
  if (manifest.vault.value != 0) text += ", vault " + size_text(manifest.vault.value);
  if (manifest.dma.value != 0) text += ", dma " + size_text(manifest.dma.value);
  const auto& frames = manifest.frames.value;
  if (frames.amount != 0) text += std::format(", frames {}{}", frames.amount, frames.percent ? "%" : "");
  return text;
}

void put_component(std::string& text, const System& system, const Component& component) {
  const Manifest& manifest = component.manifest;
  const auto line = [&](std::string_view what, const std::string& value) {
    text += std::format("      {:<10}{}\n", what, value);
  };
  text += std::format("  {} (slot {}): {}\n", component.name(), component.slot, memory_text(manifest));
  for (const ExportEntry& entry : manifest.exports) line("exports", entry.name + " as " + entry.contract);
  for (std::size_t i = 0; i < manifest.imports.size(); ++i) {
    const Channel& channel = component.channels[i];
    line("calls", std::format("{} at {} as {}, {} lanes{}",
                              channel.connected ? system.components[channel.exporter].name() : "nobody",
                              manifest.imports[i].name, manifest.imports[i].contract, channel.lanes,
                              channel.events != 0 ? std::format(", hears {} events", channel.events) : ""));
  }
  if (component.serves_programs) line("serves", "programs");
  for (const DeviceEntry& entry : manifest.devices) line("device", device_text(entry));
  for (const InterruptEntry& entry : manifest.interrupts) line("interrupt", interrupt_text(entry));
  for (const PortEntry& entry : manifest.ports) line("ports", port_text(entry));
  if (!manifest.calls.empty()) line("kernel", named_calls(component).substr(1));
  if (component.spare) line("spare", system.components[*component.spare].name());
}

}  // namespace

std::string text_graph(const System& system) {
  std::string text;
  for (unsigned rank = abi::max_ranks; rank-- > 0;) {
    std::string row;
    for (const Component& component : system.components)
      if (component.manifest.rank.value == rank) put_component(row, system, component);
    if (rank == abi::max_ranks - 1 && system.runs_programs) row = "  programs\n";
    if (!row.empty()) text += std::format("rank {}\n", rank) + row;
  }
  return text;
}

std::string dot_graph(const System& system) {
  std::string text = "digraph bulkhead {\n  rankdir=TB;\n  node [shape=box, style=rounded];\n  edge [fontsize=9];\n";
  std::map<std::uint64_t, std::string> rows;
  for (const Component& component : system.components) {
    std::string label = component.name();
    for (const DeviceEntry& entry : component.manifest.devices) label += "\\n" + device_text(entry);
    for (const PortEntry& entry : component.manifest.ports) label += "\\nports " + port_text(entry);
    text += std::format("  \"{}\" [label=\"{}\"];\n", component.name(), label);
    rows[component.manifest.rank.value] += std::format(" \"{}\";", component.name());
    for (std::size_t i = 0; i < component.channels.size(); ++i)
      if (component.channels[i].connected)
        text += std::format("  \"{}\" -> \"{}\" [label=\"{}\"];\n", component.name(),
                            system.components[component.channels[i].exporter].name(),
                            component.manifest.imports[i].contract);
    if (component.serves_programs) text += std::format("  \"programs\" -> \"{}\" [style=dashed];\n", component.name());
  }
  for (const auto& [rank, names] : rows) text += std::format("  {{ rank=same;{} }}\n", names);
  return text + "}\n";
}

std::string description(const System& system, std::string_view build_id) {
  using nlohmann::json;
  json components = json::array();
  for (const Component& component : system.components) {
    const Manifest& manifest = component.manifest;
    json exports = json::array(), imports = json::array(), calls = json::array();
    for (const ExportEntry& entry : manifest.exports)
      exports.push_back({{"name", entry.name}, {"contract", entry.contract}});
    for (std::size_t i = 0; i < manifest.imports.size(); ++i) {
      const Channel& channel = component.channels[i];
      imports.push_back({{"name", manifest.imports[i].name},
                         {"contract", manifest.imports[i].contract},
                         {"exporter", channel.exporter},
                         {"export_index", channel.export_index},
                         {"lanes", channel.lanes},
                         {"event_base", channel.event_base},
                         {"events", channel.events}});
    }
    for (const CallRule& rule : call_rules)
      if (component.kernel_calls >> static_cast<unsigned>(rule.call) & 1) calls.push_back(rule.name);
    components.push_back({{"name", component.name()},
                          {"slot", component.slot},
                          {"rank", manifest.rank.value},
                          {"binary", manifest.binary.value},
                          {"manifest", manifest.path},
                          {"threads", manifest.threads.value},
                          {"exports", exports},
                          {"imports", imports},
                          {"kernel_calls", calls},
                          {"restart_event", component.restart_event}});
  }
  return json{{"build_id", build_id}, {"components", components}}.dump(2) + "\n";
}

}  // namespace verifier
