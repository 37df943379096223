// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/tests/manifest_text.hpp"

#include <format>

namespace verifier::test {
namespace {

std::string quoted(const std::string& text) { return "\"" + text + "\""; }
std::string number(std::uint64_t value) { return std::to_string(value); }
std::string flag(bool value) { return value ? "true" : "false"; }

std::string list(const auto& values, auto text_of) {
  std::string text;
  for (const auto& value : values) text += (text.empty() ? "" : ", ") + text_of(value.value);
  return "[" + text + "]";
}

template <typename Entry>
ManifestText::Block channel(const char* heading, const Entry& entry) {
  ManifestText::Block block{heading, {{"name", quoted(entry.name)}, {"contract", quoted(entry.contract)}}};
  if (entry.version) block.keys.emplace_back("version", number(*entry.version));
  return block;
}

}  // namespace

ManifestText::ManifestText(const Manifest& m) {
  const auto& frames = m.frames.value;
  keys = {{"name", quoted(m.name.value)},
          {"binary", quoted(m.binary.value)},
          {"enabled", flag(m.enabled)},
          {"wall", quoted("process")},
          {"rank", number(m.rank.value)},
          {"threads", number(m.threads.value)},
          {"reserved", number(m.reserved.value)},
          {"stack", number(m.stack.value)},
          {"vault", number(m.vault.value)},
          {"dma", number(m.dma.value)},
          {"frames", frames.percent ? quoted(number(frames.amount) + "%") : number(frames.amount)},
          {"archive", flag(m.archive)},
          {"budget", number(m.budget.value)},
          {"heartbeat_ms", number(m.heartbeat_ms.value)},
          {"loop_ms", number(m.loop_ms.value)},
          {"hang_ms", number(m.hang_ms.value)},
          {"policy", quoted(m.restarts ? "restart" : "never")},
          {"windows", list(m.windows, number)},
          {"calls", list(m.calls, quoted)}};
  if (m.spare) keys.emplace_back("spare", quoted(m.spare->value));
  if (!m.loses.empty()) keys.emplace_back("loses", quoted(m.loses));
  if (m.sync_first) keys.emplace_back("sync_first", flag(m.sync_first));
  for (const ExportEntry& entry : m.exports) blocks.push_back(channel("export", entry));
  for (const ImportEntry& entry : m.imports) {
    blocks.push_back(channel("import", entry));
    blocks.back().keys.emplace_back("lanes", number(entry.lanes.value_or(m.threads.value)));
  }
  for (const DeviceEntry& entry : m.devices) {
    Block& block = blocks.emplace_back("device");
    if (entry.vendor) block.keys.emplace_back("vendor", number(*entry.vendor));
    if (entry.device) block.keys.emplace_back("device", number(*entry.device));
    if (entry.class_code) block.keys.emplace_back("class", number(*entry.class_code));
    block.keys.emplace_back("instance", number(entry.instance.value_or(0)));
  }
  for (const PortEntry& entry : m.ports)
    blocks.push_back({"ports", {{"first", number(entry.first)}, {"count", number(entry.count)}}});
  for (const InterruptEntry& entry : m.interrupts) {
    Block& block = blocks.emplace_back("interrupt");
    block.keys.emplace_back("kind", quoted(entry.message ? "message" : "line"));
    if (entry.message) continue;
    block.keys.emplace_back("line", number(entry.line_number));
    block.keys.emplace_back("level", flag(entry.level));
    block.keys.emplace_back("active_low", flag(entry.active_low));
  }
}

std::string ManifestText::text() const {
  std::string text;
  for (const auto& [key, value] : keys) text += key + " = " + value + "\n";
  for (const Block& block : blocks) {
    text += "[[" + block.heading + "]]\n";
    for (const auto& [key, value] : block.keys) text += key + " = " + value + "\n";
  }
  return text;
}

}  // namespace verifier::test
