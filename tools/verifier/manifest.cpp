// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/manifest.hpp"

#include <algorithm>

#include "abi/component.hpp"
#include "abi/layout.hpp"
#include "abi/slot.hpp"
#include "tools/verifier/table_reader.hpp"

namespace verifier {
namespace {

using abi::page_size;
namespace layout = abi::layout;

constexpr std::uint64_t max_slot_threads = 255;
constexpr std::size_t max_name = sizeof(abi::ComponentRecord::name) - 1;
constexpr std::size_t max_service_name = sizeof(abi::ExportRecord::name) - 1;
constexpr std::size_t max_contract_name = sizeof(abi::ExportRecord::contract) - 1;

bool word_character(char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); }

bool is_component_name(std::string_view name) {
  return !name.empty() && name.size() <= max_name && name[0] >= 'a' && name[0] <= 'z' &&
         std::ranges::all_of(name, [](char c) { return word_character(c) || c == '-'; });
}

// "/dev/disk0": parts of letters, digits, '.', '_' and '-', none of them empty.
bool is_service_name(std::string_view name) {
  if (name.size() < 2 || name.size() > max_service_name || name[0] != '/' || name.back() == '/') return false;
  for (std::size_t i = 1; i < name.size(); ++i) {
    if (name[i] == '/' ? name[i - 1] == '/' : !word_character(name[i]) && !std::string_view("._-").contains(name[i]))
      return false;
  }
  return true;
}

void check_component_name(TableReader& reader, const char* key, const Located<std::string>& name) {
  if (!is_component_name(name.value))
    reader.refuse("name", name.line, std::string("`") + key + "` is \"" + name.value + "\"",
                  "use small letters, digits and '-', a letter first, at most " + std::to_string(max_name));
}

template <typename Entry>
void read_channel(TableReader& reader, Entry& entry) {
  entry.line = reader.line();
  entry.name = reader.required_text("name");
  entry.contract = reader.required_text("contract");
  if (auto version = reader.number("version", 1, 0xffff'ffff)) entry.version = version->value;
  if (!entry.name.empty() && !is_service_name(entry.name))
    reader.refuse("name", reader.line(), "the service is named \"" + entry.name + "\"",
                  "names look like \"/dev/disk0\": small letters, digits, '.', '_', '-', at most " +
                      std::to_string(max_service_name));
  if (entry.contract.size() > max_contract_name)
    reader.refuse("name", reader.line(), "the contract's name \"" + entry.contract + "\" is too long",
                  "at most " + std::to_string(max_contract_name) + " letters");
}

void read_channels(TableReader& reader, Manifest& manifest) {
  reader.tables("export", abi::max_exports,
                [&](TableReader& table) { read_channel(table, manifest.exports.emplace_back()); });
  reader.tables("import", abi::max_imports, [&](TableReader& table) {
    ImportEntry& entry = manifest.imports.emplace_back();
    read_channel(table, entry);
    if (auto lanes = table.number("lanes", 1, 255)) entry.lanes = lanes->value;
  });
}

void read_device(TableReader& table, DeviceEntry& entry) {
  entry.line = table.line();
  const auto take = [&](const char* key, std::uint64_t high) -> std::optional<std::uint64_t> {
    const auto value = table.number(key, 0, high);
    return value ? std::optional(value->value) : std::nullopt;
  };
  entry.vendor = take("vendor", 0xfffe);
  entry.device = take("device", 0xffff);
  entry.class_code = take("class", 0xff'ffff);
  entry.instance = take("instance", 15);
  if (entry.vendor.has_value() != entry.device.has_value() || (!entry.vendor && !entry.class_code))
    table.refuse("device", entry.line, "[[device]] would match too much",
                 "give `vendor` and `device`, or `class`, or all three");
}

void read_interrupt(TableReader& table, InterruptEntry& entry) {
  entry.line = table.line();
  const std::string kind = table.required_text("kind");
  entry.message = kind == "message";
  if (kind == "line") {
    entry.line_number = table.required_number("line", 0, 23).value;
    entry.level = table.flag("level").value_or(Located<bool>{}).value;
    entry.active_low = table.flag("active_low").value_or(Located<bool>{}).value;
  } else if (!entry.message && !kind.empty()) {
    table.refuse("interrupt-kind", entry.line, "an interrupt of kind \"" + kind + "\"",
                 "kind is \"line\" or \"message\"");
  }
}

void read_resources(TableReader& reader, Manifest& manifest) {
  reader.tables("device", std::size(abi::ComponentRecord{}.devices),
                [&](TableReader& table) { read_device(table, manifest.devices.emplace_back()); });
  reader.tables("ports", abi::max_port_ranges, [&](TableReader& table) {
    const PortEntry entry{table.required_number("first", 0, 0xffff).value,
                          table.required_number("count", 1, 0xffff).value, table.line()};
    if (entry.first + entry.count > 0x1'0000) table.refuse("range", entry.line, "ports beyond 0xffff", "lower `count`");
    manifest.ports.push_back(entry);
  });
  reader.tables("interrupt", abi::max_interrupts,
                [&](TableReader& table) { read_interrupt(table, manifest.interrupts.emplace_back()); });
  manifest.windows = reader.numbers("windows", 1, layout::device_stride / page_size);
  if (manifest.windows.size() > abi::max_windows)
    reader.refuse("range", manifest.windows.back().line, std::to_string(manifest.windows.size()) + " windows",
                  "at most " + std::to_string(abi::max_windows) + " fit into a component");
  manifest.calls = reader.texts("calls");
}

void read_wall(TableReader& reader, unsigned line) {
  const auto wall = reader.text("wall").value_or(Located<std::string>{"process", line});
  if (wall.value == "process") return;
  const bool planned = wall.value == "nook" || wall.value == "vm" || wall.value == "sip";
  reader.refuse("wall", wall.line,
                planned ? "wall \"" + wall.value + "\" is not there yet" : "no wall is named \"" + wall.value + "\"",
                "write wall = \"process\", or leave the key out");
}

void read_liveness(TableReader& reader, Manifest& manifest, unsigned line) {
  manifest.heartbeat_ms = reader.number("heartbeat_ms", 0, 10'000).value_or(Located<std::uint64_t>{1000, line});
  manifest.loop_ms = reader.number("loop_ms", 50, 10'000).value_or(Located<std::uint64_t>{500, line});
  manifest.hang_ms = reader.number("hang_ms", 500, 60'000).value_or(Located<std::uint64_t>{3000, line});
  manifest.budget = reader.number("budget", 0, 100).value_or(Located<std::uint64_t>{50, line});
  if (const auto policy = reader.text("policy")) {
    manifest.restarts = policy->value != "never";
    if (policy->value != "restart" && policy->value != "never")
      reader.refuse("policy", policy->line, "no policy is named \"" + policy->value + "\"",
                    "policy is \"restart\" or \"never\"");
  }
  manifest.spare = reader.text("spare");
}

void read_losses(TableReader& reader, Manifest& manifest) {
  const auto sync_first = reader.flag("sync_first");
  const auto loses = reader.text("loses");
  manifest.sync_first = sync_first && sync_first->value;
  if (!loses && manifest.sync_first)
    reader.refuse("loses", sync_first->line, "`sync_first` without `loses`",
                  "say in `loses` what is lost without a sync");
  if (!loses) return;
  manifest.loses = loses->value;
  const bool plain = std::ranges::all_of(loses->value, [](char c) { return c >= ' ' && c <= '~'; });
  if (loses->value.empty() || loses->value.size() >= sizeof(abi::ComponentRecord::loses) || !plain)
    reader.refuse("loses", loses->line, "`loses` has no words, too many, or others than plain letters",
                  "say in at most 63 letters what is lost, or leave the key out");
}

void read_sizes(TableReader& reader, Manifest& manifest, unsigned line) {
  const auto or_else = [line](auto value, std::uint64_t otherwise) {
    return value.value_or(Located<std::uint64_t>{otherwise, line});
  };
  manifest.rank = reader.required_number("rank", 0, abi::max_ranks - 2);
  manifest.threads = or_else(reader.number("threads", 1, max_slot_threads), 1);
  manifest.reserved = or_else(reader.number("reserved", 0, max_slot_threads), 0);
  manifest.stack = or_else(reader.size("stack", 2 * page_size, layout::stack_stride - page_size), 4 * page_size);
  manifest.vault = or_else(reader.size("vault", 0, layout::dma_base - layout::vault_base), 0);
  manifest.dma = or_else(reader.size("dma", 0, layout::device_base - layout::dma_base), 0);
  manifest.frames = reader.frames("frames").value_or(Located<Frames>{{}, line});
}

}  // namespace

Manifest read_manifest(const std::string& path, std::string_view text, Refusals& refusals) {
  Manifest manifest;
  manifest.path = path;
  const auto parsed = parse_toml(text);
  if (!parsed) {
    refusals.add("syntax", manifest.at(parsed.error().line), "this is no TOML: " + parsed.error().what,
                 "mend the line");
    return manifest;
  }
  TableReader reader(*parsed, path, "the manifest", refusals);
  const std::string name = reader.required_text("name");
  if (const auto found = reader.text("name")) manifest.line = found->line;
  const unsigned line = manifest.line;
  manifest.name = {name, line};
  manifest.binary = reader.text("binary").value_or(manifest.name);
  if (!name.empty()) check_component_name(reader, "name", manifest.name);
  if (!name.empty()) check_component_name(reader, "binary", manifest.binary);
  manifest.enabled = reader.flag("enabled").value_or(Located<bool>{true, line}).value;
  manifest.archive = reader.flag("archive").value_or(Located<bool>{false, line}).value;
  read_wall(reader, line);
  read_sizes(reader, manifest, line);
  read_liveness(reader, manifest, line);
  read_losses(reader, manifest);
  read_channels(reader, manifest);
  read_resources(reader, manifest);
  reader.finish();
  return manifest;
}

}  // namespace verifier
