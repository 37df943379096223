// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "tools/verifier/system.hpp"

namespace verifier {

void assign_program_calls(System& system, Refusals& refusals) {
  if (!system.contracts.personality) return;
  const Personality& personality = *system.contracts.personality;
  system.runs_programs =
      std::ranges::any_of(personality.servers, [&](const auto& name) { return system.slot_of(name).has_value(); });
  if (!system.runs_programs) return;

  const Place place{personality.path, 0};
  std::vector<std::string> missing;
  const auto server = [&](const std::string& name) -> std::optional<unsigned> {
    const auto slot = system.slot_of(name);
    if (slot) system.components[*slot].serves_programs = true;
    if (!slot && !std::ranges::contains(missing, name)) {
      missing.push_back(name);
      refusals.add("program-server", place, "calls of programs go to \"" + name + "\", which is not in the system",
                   "add a component of that name, or take the calls from it in the contract");
    }
    return slot;
  };
  for (const std::string& name : personality.servers) server(name);
  system.program_owner = server("process");
  system.fault_server = server(personality.fault.empty() ? "memory" : personality.fault);
  system.call_server.fill(static_cast<std::uint8_t>(system.program_owner.value_or(0)));
  for (const Personality::Call& call : personality.calls) {
    if (call.number >= abi::max_program_calls) {
      refusals.add("program-call", place,
                   "call " + std::to_string(call.number) + " (" + call.name + ") is beyond the kernel's table",
                   "numbers go to " + std::to_string(abi::max_program_calls - 1));
      continue;
    }
    if (const auto slot = server(call.server)) system.call_server[call.number] = static_cast<std::uint8_t>(*slot);
  }
}

}  // namespace verifier
