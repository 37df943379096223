// SPDX-License-Identifier: BSD-2-Clause
#include "tools/verifier/kernel_calls.hpp"

#include <algorithm>

#include "tools/verifier/nearest.hpp"
#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

constexpr std::uint64_t bit(abi::Call call) { return std::uint64_t{1} << static_cast<unsigned>(call); }

bool has_role(std::string_view roles, std::string_view name) {
  while (!roles.empty()) {
    const std::size_t end = std::min(roles.find(' '), roles.size());
    if (roles.substr(0, end) == name) return true;
    roles.remove_prefix(std::min(end + 1, roles.size()));
  }
  return false;
}

bool follows(const System& system, const Component& component, Grant grant) {
  const Manifest& manifest = component.manifest;
  switch (grant) {
    case Grant::always:
      return true;
    case Grant::imports:
      return component.call_slots != 0;
    case Grant::events:
      return std::ranges::any_of(component.notify_events, [](std::uint64_t bits) { return bits != 0; });
    case Grant::threads:
      return manifest.threads.value > 1;
    case Grant::programs:
      return component.serves_programs;
    case Grant::lends:
      return component.serves_programs || std::ranges::any_of(manifest.exports, [&](const ExportEntry& entry) {
               const auto contract = system.contracts.contracts.find(entry.contract);
               return contract != system.contracts.contracts.end() && contract->second.lends;
             });
    case Grant::frames:
      return manifest.frames.value.amount != 0;
    case Grant::ports:
      return !manifest.ports.empty();
    case Grant::interrupts:
      return !manifest.interrupts.empty();
    case Grant::dma:
      return manifest.dma.value != 0;
    case Grant::named:
      return false;
  }
  return false;
}

const CallRule* find_rule(const Manifest& manifest, const Located<std::string>& named, Refusals& refusals) {
  const auto rule = std::ranges::find(call_rules, named.value, &CallRule::name);
  if (rule != call_rules.end()) return &*rule;
  std::vector<std::string_view> names;
  for (const CallRule& known : call_rules) names.push_back(known.name);
  const std::string near = nearest(named.value, names);
  refusals.add("call-unknown", manifest.at(named.line), "the kernel has no call \"" + named.value + "\"",
               near.empty() ? "abi/calls.hpp lists them" : "did you mean \"" + near + "\"?");
  return nullptr;
}

void take_named(Component& component, const Located<std::string>& named, Refusals& refusals) {
  const Manifest& manifest = component.manifest;
  const CallRule* rule = find_rule(manifest, named, refusals);
  if (!rule) return;
  if (rule->grant != Grant::named) {
    refusals.add("call-implied", manifest.at(named.line),
                 "\"" + named.value + "\" is not named: it comes with " + std::string(declaration_of(rule->grant)),
                 "remove it from `calls`");
  } else if (!rule->roles.empty() && !has_role(rule->roles, component.name())) {
    refusals.add("call-role", manifest.at(named.line),
                 "\"" + component.name() + "\" may not make the kernel call \"" + named.value + "\"",
                 "only these may: " + std::string(rule->roles) + "; remove it from `calls`");
  } else if (rule->roles.empty() && manifest.devices.empty()) {
    refusals.add("call-device", manifest.at(named.line), "\"" + named.value + "\" is for drivers of a device",
                 "add the [[device]], or remove it from `calls`");
  } else if (component.kernel_calls & bit(rule->call)) {
    refusals.add("call-twice", manifest.at(named.line), "\"" + named.value + "\" is named twice", "remove one");
  } else {
    component.kernel_calls |= bit(rule->call);
  }
}

void check_complete(const Component& component, Refusals& refusals) {
  const Place place = component.manifest.at(component.manifest.line);
  for (const CallRule& rule : call_rules)
    if (!rule.needed.empty() && rule.needed == component.name() && !(component.kernel_calls & bit(rule.call)))
      refusals.add(
          "call-missing", place,
          "\"" + component.name() + "\" cannot do its work without the kernel call \"" + std::string(rule.name) + "\"",
          "name it in `calls`");
  const bool pins = component.kernel_calls & bit(abi::Call::dma_pin);
  const bool unpins = component.kernel_calls & bit(abi::Call::dma_unpin);
  if (pins != unpins)
    refusals.add("call-missing", place, "\"dma_pin\" and \"dma_unpin\" go together",
                 "name both in `calls`, or neither");
  if (pins && component.manifest.dma.value == 0)
    refusals.add("pin-dma", place, "it pins memory for a device, but has none of its own to tell the device where",
                 "set `dma`, or remove dma_pin and dma_unpin from `calls`");
}

}  // namespace

std::string_view declaration_of(Grant grant) {
  switch (grant) {
    case Grant::always:
      return "every component";
    case Grant::imports:
      return "[[import]]";
    case Grant::events:
      return "an [[export]] whose contract has events";
    case Grant::threads:
      return "`threads` above 1";
    case Grant::lends:
      return "an [[export]] whose contract lends memory";
    case Grant::programs:
      return "the calls of programs";
    case Grant::frames:
      return "`frames`";
    case Grant::ports:
      return "[[ports]]";
    case Grant::interrupts:
      return "[[interrupt]]";
    case Grant::dma:
      return "`dma`";
    case Grant::named:
      return "`calls`";
  }
  return "";
}

void assign_kernel_calls(System& system, Refusals& refusals) {
  for (Component& component : system.components) {
    for (const CallRule& rule : call_rules)
      if (follows(system, component, rule.grant)) component.kernel_calls |= bit(rule.call);
    for (const auto& named : component.manifest.calls) take_named(component, named, refusals);
    check_complete(component, refusals);
  }
}

void leave_out_unused(Component& component) {
  component.kernel_calls &= ~visible_calls() | component.binary->needs.kernel_calls;
}

}  // namespace verifier
