// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <map>

#include "abi/calls.hpp"
#include "abi/component.hpp"
#include "tools/verifier/nearest.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

struct Exporter {
  unsigned slot;
  unsigned index;
};
using Exporters = std::map<std::string, Exporter, std::less<>>;

std::string version_text(const std::optional<std::uint64_t>& version) {
  return version ? "version " + std::to_string(*version) : "no version";
}

// The contract that an export or import speaks of, if it exists and in the version that the manifest expects.
template <typename Entry>
const Contract* find_contract(const System& system, const Manifest& manifest, const Entry& entry, Refusals& refusals) {
  const auto found = system.contracts.contracts.find(entry.contract);
  if (found == system.contracts.contracts.end()) {
    const std::string near = nearest(entry.contract, system.contracts.known);
    refusals.add("contract-unknown", manifest.at(entry.line), "there is no contract \"" + entry.contract + "\"",
                 near.empty() ? "write contracts/" + entry.contract + ".contract" : "did you mean \"" + near + "\"?");
    return nullptr;
  }
  const Contract& contract = found->second;
  if (!entry.version || entry.version == contract.version) return &contract;
  refusals.add("version", manifest.at(entry.line),
               "\"" + entry.name + "\" is to be " + entry.contract + " version " + std::to_string(*entry.version) +
                   ", but the contract has " + version_text(contract.version),
               "bring the component up to the contract, then the number");
  return nullptr;
}

void resolve_spares(System& system, Refusals& refusals) {
  for (Component& component : system.components) {
    if (!component.manifest.spare) continue;
    const auto& [name, line] = *component.manifest.spare;
    const auto slot = system.slot_of(name);
    if (!slot || *slot == component.slot) {
      refusals.add("spare", component.manifest.at(line), "the spare \"" + name + "\" is no other component",
                   "name a component of this system, or remove `spare`");
      continue;
    }
    Component& spare = system.components[*slot];
    if (spare.spare_of || spare.manifest.spare) {
      refusals.add("spare", component.manifest.at(line), "\"" + name + "\" has a spare or is another's spare",
                   "give each component a spare of its own");
      continue;
    }
    const auto same = [](const ExportEntry& left, const ExportEntry& right) {
      return left.name == right.name && left.contract == right.contract;
    };
    if (!std::ranges::equal(spare.manifest.exports, component.manifest.exports, same) ||
        spare.manifest.rank.value != component.manifest.rank.value) {
      refusals.add("spare", spare.manifest.at(spare.manifest.line),
                   "\"" + name + "\" is the spare of \"" + component.name() + "\" but is not interchangeable",
                   "give both the same rank and the same [[export]] tables in the same order");
      continue;
    }
    component.spare = *slot;
    spare.spare_of = component.slot;
  }
}

Exporters find_exporters(const System& system, Refusals& refusals) {
  Exporters exporters;
  for (const Component& component : system.components) {
    for (unsigned i = 0; i < component.manifest.exports.size(); ++i) {
      const ExportEntry& entry = component.manifest.exports[i];
      find_contract(system, component.manifest, entry, refusals);
      const auto [first, fresh] = exporters.try_emplace(entry.name, component.slot, i);
      if (fresh) continue;
      const Component& other = system.components[first->second.slot];
      if (component.spare_of == other.slot) continue;
      if (component.spare == other.slot) {
        first->second = {component.slot, i};
        continue;
      }
      refusals.add("export-twice", component.manifest.at(entry.line),
                   "\"" + entry.name + "\" is also exported by \"" + other.name() + "\" (" + other.manifest.path + ")",
                   "choose another name, or make one the `spare` of the other");
    }
  }
  return exporters;
}

void connect_import(System& system, const Exporters& exporters, Component& importer, unsigned index,
                    Refusals& refusals) {
  const ImportEntry& entry = importer.manifest.imports[index];
  Channel& channel = importer.channels[index];
  const Manifest& manifest = importer.manifest;
  const Contract* contract = find_contract(system, manifest, entry, refusals);
  const auto found = exporters.find(entry.name);
  if (found == exporters.end()) {
    std::vector<std::string> names;
    for (const auto& [name, exporter] : exporters) names.push_back(name);
    const std::string near = nearest(entry.name, names);
    refusals.add("import", manifest.at(entry.line), "nobody exports \"" + entry.name + "\"",
                 near.empty() ? "export it, or remove the import" : "did you mean \"" + near + "\"?");
    return;
  }
  const Component& exporter = system.components[found->second.slot];
  const ExportEntry& offered = exporter.manifest.exports[found->second.index];
  if (offered.contract != entry.contract) {
    refusals.add("import-contract", manifest.at(entry.line),
                 "\"" + entry.name + "\" is imported as " + entry.contract + ", but \"" + exporter.name() +
                     "\" exports it as " + offered.contract,
                 "import it as " + offered.contract);
    return;
  }
  if (!contract) return;
  if (exporter.manifest.rank.value >= manifest.rank.value) {
    refusals.add("rank", manifest.at(entry.line),
                 "\"" + importer.name() + "\" (rank " + std::to_string(manifest.rank.value) + ") would call \"" +
                     exporter.name() + "\" (rank " + std::to_string(exporter.manifest.rank.value) +
                     "): calls go strictly down the ranks",
                 "turn the channel round with an event, or change a rank");
    return;
  }
  channel.exporter = exporter.slot;
  channel.export_index = found->second.index;
  channel.events = contract->events;
  channel.version = contract->version.value_or(0);
  channel.connected = true;
  channel.lanes = static_cast<unsigned>(entry.lanes.value_or(std::min<std::uint64_t>(manifest.threads.value, 255)));
  if (channel.lanes < manifest.threads.value)
    refusals.add(
        "lanes", manifest.at(entry.line),
        std::to_string(channel.lanes) + " lanes for " + std::to_string(manifest.threads.value) + " threads",
        "give each thread a lane: lanes = " + std::to_string(manifest.threads.value) + ", or leave `lanes` out");
  for (unsigned i = 0; i < index; ++i)
    if (manifest.imports[i].name == entry.name)
      refusals.add("import-twice", manifest.at(entry.line), "\"" + entry.name + "\" is imported twice",
                   "remove one of the two");
}

// Bits from first_free_event on: interrupts, then the events of each import, then that of the store.
void assign_events(System& system, Component& component, Refusals& refusals) {
  unsigned next = interrupt_event(static_cast<unsigned>(component.manifest.interrupts.size()));
  for (Channel& channel : component.channels) {
    if (!channel.connected) continue;
    channel.event_base = next;
    next += channel.events;
  }
  const bool told = system.store && *system.store != component.slot && !component.channels.empty();
  if (told) component.restart_event = next++;
  if (next <= 64) return;
  refusals.add("events", component.manifest.at(component.manifest.line),
               "its interrupts and the events of its imports need " + std::to_string(next) + " bits",
               "64 fit, the first " + std::to_string(abi::first_free_event) + " are the kernel's: import less");
  component.restart_event = 0;
  for (Channel& channel : component.channels) channel.connected = false;
}

void give_rights(System& system, Component& importer) {
  for (const Channel& channel : importer.channels) {
    if (!channel.connected) continue;
    const std::uint64_t bits = ((std::uint64_t{1} << channel.events) - 1) << channel.event_base;
    Component& exporter = system.components[channel.exporter];
    importer.call_slots |= std::uint64_t{1} << exporter.slot;
    exporter.notify_events[importer.slot] |= bits;
    if (!exporter.spare) continue;
    importer.call_slots |= std::uint64_t{1} << *exporter.spare;
    system.components[*exporter.spare].notify_events[importer.slot] |= bits;
  }
  if (importer.restart_event != 0)
    system.components[*system.store].notify_events[importer.slot] |= std::uint64_t{1} << importer.restart_event;
  if (system.reincarnation && *system.reincarnation != importer.slot)
    system.components[*system.reincarnation].notify_events[importer.slot] |= abi::event_heartbeat;
}

}  // namespace

unsigned interrupt_event(unsigned index) { return abi::first_free_event + index; }

void connect(System& system, Refusals& refusals) {
  resolve_spares(system, refusals);
  const Exporters exporters = find_exporters(system, refusals);
  for (Component& component : system.components) {
    component.channels.resize(component.manifest.imports.size());
    for (unsigned i = 0; i < component.channels.size(); ++i) connect_import(system, exporters, component, i, refusals);
    assign_events(system, component, refusals);
  }
  for (Component& component : system.components) give_rights(system, component);
}

}  // namespace verifier
