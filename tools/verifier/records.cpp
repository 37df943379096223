// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/records.hpp"

#include <algorithm>
#include <cstring>

#include "abi/calls.hpp"

namespace verifier {
namespace {

template <std::size_t size>
void put_text(char (&to)[size], std::string_view text) {
  std::memcpy(to, text.data(), std::min(text.size(), size - 1));
}

std::uint8_t byte(std::uint64_t value) { return static_cast<std::uint8_t>(value); }

abi::DeviceMatch device_match(const DeviceEntry& entry) {
  return {static_cast<std::uint16_t>(entry.vendor.value_or(0xffff)),
          static_cast<std::uint16_t>(entry.device.value_or(0xffff)),
          static_cast<std::uint32_t>(entry.class_code.value_or(0xffff'ffff))};
}

// Page tables for what is mapped at run time: of frames in the slot's own window three, and one for each 2 MiB; and
// of device windows.
std::uint64_t tables_at_run_time(const Component& component) {
  const Manifest& manifest = component.manifest;
  constexpr std::uint64_t entries = abi::page_size / 8;
  const Frames& frames = manifest.frames.value;
  std::uint64_t tables = frames.amount != 0 && !frames.percent ? frames.amount / entries + 4 : 0;
  for (const auto& window : manifest.windows) tables += 2 + window.value / entries;
  return tables;
}

}  // namespace

abi::SlotRecord SlotRecords::next(const Component& component) {
  const Manifest& manifest = component.manifest;
  abi::SlotRecord record = {};
  put_text(record.name, component.name());
  record.entry = component.binary->entry;
  record.call_slots = component.call_slots;
  record.kernel_calls = component.kernel_calls;
  std::ranges::copy(component.notify_events, record.notify_events);
  const Frames& frames = manifest.frames.value;
  record.frame_quota = tables_at_run_time(component) + (frames.percent ? 0 : frames.amount);
  record.frame_percent = byte(frames.percent ? frames.amount : 0);
  for (std::size_t i = 0; i < manifest.ports.size(); ++i)
    record.ports[i] = {static_cast<std::uint16_t>(manifest.ports[i].first),
                       static_cast<std::uint16_t>(manifest.ports[i].count)};
  for (unsigned i = 0; i < manifest.interrupts.size(); ++i) {
    const InterruptEntry& entry = manifest.interrupts[i];
    const std::uint64_t vector = entry.message ? next_vector_++ : abi::vector_line + entry.line_number;
    record.interrupts[i] = {byte(vector), byte(interrupt_event(i)),
                            byte((entry.level ? 1 : 0) | (entry.active_low ? 2 : 0)), 0};
  }
  for (std::size_t i = 0; i < manifest.windows.size(); ++i)
    record.window_pages[i] = static_cast<std::uint32_t>(manifest.windows[i].value);
  record.rank = byte(manifest.rank.value);
  record.threads = byte(manifest.threads.value);
  record.dma_index = byte(pins_memory(component) ? next_dma_++ : abi::dma_slots);
  record.budget_percent = byte(manifest.budget.value);
  return record;
}

abi::ComponentRecord component_record(const System& system, const Component& component) {
  const Manifest& manifest = component.manifest;
  abi::ComponentRecord record = {};
  put_text(record.name, component.name());
  record.slot = byte(component.slot);
  record.rank = byte(manifest.rank.value);
  record.threads = byte(manifest.threads.value);
  record.policy = manifest.restarts ? abi::RestartPolicy::restart : abi::RestartPolicy::never;
  record.import_count = byte(manifest.imports.size());
  record.export_count = byte(manifest.exports.size());
  record.interrupt_count = byte(manifest.interrupts.size());
  record.restart_event = byte(component.restart_event);
  record.heartbeat_ms = static_cast<std::uint32_t>(manifest.heartbeat_ms.value);
  record.loop_ms = static_cast<std::uint32_t>(manifest.loop_ms.value);
  record.hang_ms = static_cast<std::uint32_t>(manifest.hang_ms.value);
  record.spare_slot = component.spare.value_or(0xffff'ffff);
  record.vault_size = manifest.vault.value;
  record.dma_size = manifest.dma.value;
  put_text(record.loses, manifest.loses);
  record.sync_first = manifest.sync_first;
  std::ranges::copy(component.binary->inject_entry, record.inject_entry);
  std::ranges::fill(record.devices, device_match({}));
  std::ranges::transform(manifest.devices, record.devices, device_match);
  for (std::size_t i = 0; i < manifest.imports.size(); ++i) {
    const Channel& channel = component.channels[i];
    abi::ImportRecord& import = record.imports[i];
    put_text(import.name, manifest.imports[i].name);
    put_text(import.contract, manifest.imports[i].contract);
    import.version = static_cast<std::uint32_t>(channel.version);
    import.exporter = byte(channel.exporter);
    import.export_index = byte(channel.export_index);
    import.lanes = byte(channel.lanes);
    import.event_base = byte(channel.event_base);
    import.events = byte(channel.events);
  }
  for (std::size_t i = 0; i < manifest.exports.size(); ++i) {
    put_text(record.exports[i].name, manifest.exports[i].name);
    put_text(record.exports[i].contract, manifest.exports[i].contract);
    const auto contract = system.contracts.contracts.find(manifest.exports[i].contract);
    record.exports[i].version = static_cast<std::uint32_t>(contract->second.version.value_or(0));
  }
  return record;
}

}  // namespace verifier
