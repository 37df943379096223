// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "tools/verifier/kernel_calls.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

// What the runtime itself calls for every component, without a Shadow.
constexpr const char* of_the_runtime[] = {"store", "blame"};

template <typename Entry>
bool declares(const std::vector<Entry>& entries, const std::string& space) {
  return std::ranges::any_of(entries, [&](const Entry& entry) { return space_of(entry.contract) == space; });
}

template <typename Entry>
void check_used(const Manifest& manifest, const std::vector<Entry>& entries, const std::set<std::string>& used,
                const std::string& what, const std::string& by, Refusals& refusals) {
  for (const Entry& entry : entries)
    if (!used.contains(space_of(entry.contract)))
      refusals.add(
          "program-unused", manifest.at(entry.line),
          "it " + what + "s \"" + entry.name + "\", but its program has no " + by + " of contract " + entry.contract,
          "remove the [[" + what + "]], or use it");
}

}  // namespace

void check_needs(const System& system, Refusals& refusals) {
  for (const Component& component : system.components) {
    if (!component.binary) continue;
    const Manifest& manifest = component.manifest;
    const Place place = manifest.at(manifest.line);
    const Needs& needs = component.binary->needs;
    for (const std::string& contract : needs.imports)
      if (!declares(manifest.imports, contract))
        refusals.add("program-import", place, "its program uses contract " + contract + ", which it does not import",
                     "add an [[import]], or remove the Shadow");
    for (const std::string& contract : needs.exports)
      if (!declares(manifest.exports, contract))
        refusals.add("program-export", place, "its program serves contract " + contract + ", which it does not export",
                     "add an [[export]], or remove the Exporter");
    for (const CallRule& rule : call_rules) {
      const std::uint64_t bit = std::uint64_t{1} << static_cast<unsigned>(rule.call);
      if ((needs.kernel_calls & bit) && !(component.kernel_calls & bit))
        refusals.add(
            "program-call", place,
            "its program makes the kernel call \"" + std::string(rule.name) + "\", which it may not",
            rule.grant == Grant::named ? "name it in `calls`" : "declare " + std::string(declaration_of(rule.grant)));
    }
    if (needs.vault && manifest.vault.value == 0)
      refusals.add("program-vault", place, "its program keeps records in its vault, but it has none",
                   "set `vault`, or remove the VaultRecord");
    if (needs.interrupts && manifest.interrupts.empty())
      refusals.add("program-interrupt", place, "its program handles interrupts, but it has none",
                   "add the [[interrupt]], or remove on_interrupt");
    for (const auto& named : manifest.calls) {
      const auto rule = std::ranges::find(call_rules, named.value, &CallRule::name);
      const std::uint64_t bit = std::uint64_t{1} << (rule - call_rules.begin());
      if (rule != call_rules.end() && (visible_calls() & bit) && !(needs.kernel_calls & bit))
        refusals.add("program-unused", manifest.at(named.line),
                     "it may make the kernel call \"" + named.value + "\", but its program does not",
                     "remove it from `calls`");
    }
    std::set<std::string> imports = needs.imports;
    imports.insert(std::begin(of_the_runtime), std::end(of_the_runtime));
    check_used(manifest, manifest.imports, imports, "import", "Shadow", refusals);
    check_used(manifest, manifest.exports, needs.exports, "export", "Exporter", refusals);
  }
}

}  // namespace verifier
