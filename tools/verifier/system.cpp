// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/system.hpp"

#include <algorithm>

namespace verifier {

std::optional<unsigned> System::slot_of(std::string_view name) const {
  const auto found = std::ranges::find_if(components, [&](const Component& c) { return c.name() == name; });
  return found == components.end() ? std::nullopt : std::optional(found->slot);
}

System assign_slots(std::vector<Manifest> manifests, ContractTable contracts, Refusals& refusals) {
  std::erase_if(manifests, [](const Manifest& manifest) { return !manifest.enabled || manifest.name.value.empty(); });
  std::ranges::sort(manifests, [](const Manifest& left, const Manifest& right) {
    return std::tie(left.name.value, left.path) < std::tie(right.name.value, right.path);
  });
  System system;
  system.contracts = std::move(contracts);
  for (Manifest& manifest : manifests) {
    if (!system.components.empty() && system.components.back().name() == manifest.name.value) {
      refusals.add(
          "name-twice", manifest.at(manifest.line),
          "a component named \"" + manifest.name.value + "\" is also in " + system.components.back().manifest.path,
          "give one of them another name, or enabled = false");
      continue;
    }
    Component component;
    component.slot = static_cast<unsigned>(system.components.size());
    component.manifest = std::move(manifest);
    system.components.push_back(std::move(component));
  }
  if (system.components.size() > abi::max_slots) {
    const Manifest& first = system.components[abi::max_slots].manifest;
    refusals.add("slots", first.at(first.line), "there are " + std::to_string(system.components.size()) + " components",
                 "at most " + std::to_string(abi::max_slots) + " fit: set enabled = false where one is not needed");
    system.components.resize(abi::max_slots);
  }
  system.reincarnation = system.slot_of("reincarnation");
  system.store = system.slot_of("store");
  return system;
}

System verify(std::vector<Manifest> manifests, ContractTable contracts, Refusals& refusals) {
  System system = assign_slots(std::move(manifests), std::move(contracts), refusals);
  connect(system, refusals);
  assign_program_calls(system, refusals);
  check_peers(system, refusals);
  check_claims(system, refusals);
  assign_kernel_calls(system, refusals);
  check_limits(system, refusals);
  return system;
}

}  // namespace verifier
