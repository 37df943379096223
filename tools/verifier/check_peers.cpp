// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

// The contracts by which the system itself is run, and the components that the kernel and the runtime know for them.
constexpr std::pair<std::string_view, std::string_view> roles[] = {
    {"store", "store"},         {"pci", "pci"},       {"quiesce", "pci"}, {"reincarnation", "reincarnation"},
    {"blame", "reincarnation"}, {"memory", "memory"}, {"file", "file"}};

void check_roles(const Component& component, Refusals& refusals) {
  for (const ExportEntry& entry : component.manifest.exports)
    for (const auto& [contract, name] : roles)
      if (entry.contract == contract && component.name() != name)
        refusals.add("role", component.manifest.at(entry.line),
                     "\"" + component.name() + "\" exports contract " + entry.contract,
                     "only the component named \"" + std::string(name) + "\" may");
}

bool imports(const Component& component, std::string_view contract) {
  return std::ranges::contains(component.manifest.imports, contract, &ImportEntry::contract);
}

// The runtime asks the store where an exporter is, at first and after each restart.
void check_store(const System& system, const Component& component, Refusals& refusals) {
  const auto& entries = component.manifest.imports;
  if (!system.store || entries.empty() || imports(component, "store")) return;
  refusals.add("store", component.manifest.at(entries.front().line),
               "it imports \"" + entries.front().name + "\", but not the store, which tells where that is",
               "add an [[import]] of contract store");
}

// Whoever has a peer tells reincarnation when the peer breaks its contract.
void check_blame(const System& system, const Component& component, Refusals& refusals) {
  const Manifest& manifest = component.manifest;
  if (!system.reincarnation || (manifest.imports.empty() && manifest.exports.empty())) return;
  const Manifest& judge = system.components[*system.reincarnation].manifest;
  const auto exported = std::ranges::find(judge.exports, "blame", &ExportEntry::contract);
  if (exported == judge.exports.end() || imports(component, "blame")) return;
  if (manifest.rank.value <= judge.rank.value) return;
  refusals.add("blame", manifest.at(manifest.line), "it has peers, but cannot say when one breaks its contract",
               "add an [[import]] of \"" + exported->name + "\", contract blame");
}

// Who imports from a component, or is a program, waits until it is back.
void check_policies(const System& system, const Component& importer, Refusals& refusals) {
  if (importer.serves_programs && !importer.manifest.restarts)
    refusals.add("policy", importer.manifest.at(importer.manifest.line), "it is never restarted, but programs need it",
                 "remove `policy`");
  for (std::size_t i = 0; i < importer.channels.size(); ++i) {
    if (!importer.channels[i].connected) continue;
    const Component& exporter = system.components[importer.channels[i].exporter];
    if (exporter.manifest.restarts || exporter.spare) continue;
    refusals.add("policy", exporter.manifest.at(exporter.manifest.line),
                 "it is never restarted, but \"" + importer.name() + "\" needs it (" + importer.manifest.path + ":" +
                     std::to_string(importer.manifest.imports[i].line) + ")",
                 "remove `policy`, or give it a spare");
  }
}

}  // namespace

void check_peers(const System& system, Refusals& refusals) {
  for (const Component& component : system.components) {
    check_roles(component, refusals);
    check_store(system, component, refusals);
    check_blame(system, component, refusals);
    check_policies(system, component, refusals);
  }
}

}  // namespace verifier
