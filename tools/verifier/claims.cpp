// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <format>

#include "tools/verifier/system.hpp"

namespace verifier {
namespace {

struct PortOwner {
  std::uint64_t first, last;
  const char* what;
  const char* owner;  // component that may have it all the same, or nullptr
};

// What the kernel drives itself, what would let a component reach all memory, and what is pci's.
constexpr PortOwner owned_ports[] = {
    {0x00, 0x0f, "the DMA controller, which reaches all memory", nullptr},
    {0x20, 0x21, "the kernel's interrupt controller", nullptr},
    {0x40, 0x43, "the kernel's timer", nullptr},
    {0x61, 0x61, "the kernel's timer", nullptr},
    {0x80, 0x8f, "the DMA controller, which reaches all memory", nullptr},
    {0x92, 0x92, "the reset port", nullptr},
    {0xa0, 0xa1, "the kernel's interrupt controller", nullptr},
    {0xc0, 0xdf, "the DMA controller, which reaches all memory", nullptr},
    {0xe9, 0xe9, "the kernel's debug console", nullptr},
    {0xf4, 0xf4, "the port that ends the emulator", nullptr},
    {0x4d0, 0x4d1, "the kernel's interrupt controller", nullptr},
    {0xcf8, 0xcff, "PCI configuration space", "pci"},
};

// A spare claims what its component claims: only one of the two runs.
bool interchangeable(const Component& left, const Component& right) {
  return left.spare == right.slot || right.spare == left.slot;
}

std::string hex_range(std::uint64_t first, std::uint64_t last) {
  return first == last ? std::format("{:#x}", first) : std::format("{:#x} to {:#x}", first, last);
}

void check_own_ports(const Component& component, Refusals& refusals) {
  const Manifest& manifest = component.manifest;
  for (std::size_t i = 0; i < manifest.ports.size(); ++i) {
    const std::uint64_t first = manifest.ports[i].first, last = first + manifest.ports[i].count - 1;
    for (const PortOwner& owned : owned_ports)
      if (first <= owned.last && owned.first <= last && (!owned.owner || component.name() != owned.owner))
        refusals.add("port-kernel", manifest.at(manifest.ports[i].line),
                     "ports " + hex_range(first, last) + " reach " + owned.what,
                     "leave out " + hex_range(owned.first, owned.last));
  }
}

void check_ports(const Component& left, const Component& right, Refusals& refusals) {
  for (const PortEntry& a : left.manifest.ports)
    for (const PortEntry& b : right.manifest.ports)
      if (&a != &b && a.first < b.first + b.count && b.first < a.first + a.count &&
          (left.slot != right.slot || &a < &b))
        refusals.add("port-twice", right.manifest.at(b.line),
                     "ports " + hex_range(b.first, b.first + b.count - 1) + " are also claimed by \"" + left.name() +
                         "\" (" + left.manifest.path + ":" + std::to_string(a.line) + ")",
                     "give each port to one component");
}

void check_lines(const Component& left, const Component& right, Refusals& refusals) {
  for (const InterruptEntry& a : left.manifest.interrupts)
    for (const InterruptEntry& b : right.manifest.interrupts)
      if (!a.message && !b.message && a.line_number == b.line_number && (left.slot != right.slot || &a < &b))
        refusals.add("line-twice", right.manifest.at(b.line),
                     "interrupt line " + std::to_string(b.line_number) + " is also claimed by \"" + left.name() +
                         "\" (" + left.manifest.path + ":" + std::to_string(a.line) + ")",
                     "give each line to one component");
}

// Whether some device could fit both, and both mean the same one of several.
bool same_device(const DeviceEntry& a, const DeviceEntry& b) {
  const auto differ = [](const auto& left, const auto& right) { return left && right && *left != *right; };
  return !differ(a.vendor, b.vendor) && !differ(a.device, b.device) && !differ(a.class_code, b.class_code) &&
         a.instance.value_or(0) == b.instance.value_or(0);
}

void check_devices(const Component& left, const Component& right, Refusals& refusals) {
  if (left.slot == right.slot) return;
  for (const DeviceEntry& a : left.manifest.devices)
    for (const DeviceEntry& b : right.manifest.devices)
      if (same_device(a, b))
        refusals.add("device-twice", right.manifest.at(b.line),
                     "this device is also claimed by \"" + left.name() + "\" (" + left.manifest.path + ":" +
                         std::to_string(a.line) + ")",
                     "match it more narrowly, or number the instances with `instance`");
      else if (a.vendor == b.vendor && a.device == b.device && a.class_code == b.class_code &&
               a.instance.value_or(0) > b.instance.value_or(0))
        refusals.add("device-order", right.manifest.at(b.line),
                     "instance " + std::to_string(b.instance.value_or(0)) + " goes to \"" + right.name() +
                         "\", but devices are given out in order of names, and \"" + left.name() + "\" comes first",
                     "exchange the two instances");
}

// Instance n is that of the component before which another has instance n - 1.
void check_instances(const System& system, const Component& component, Refusals& refusals) {
  for (const DeviceEntry& entry : component.manifest.devices) {
    const auto precedes = [&](const DeviceEntry& other) {
      return other.vendor == entry.vendor && other.device == entry.device && other.class_code == entry.class_code &&
             other.instance.value_or(0) + 1 == *entry.instance;
    };
    if (entry.instance.value_or(0) == 0) continue;
    if (std::ranges::none_of(system.components, [&](const Component& other) {
          return other.slot != component.slot && std::ranges::any_of(other.manifest.devices, precedes);
        }))
      refusals.add("device-instance", component.manifest.at(entry.line),
                   "nobody has instance " + std::to_string(*entry.instance - 1) + " of this device",
                   "number the instances from 0 on");
  }
}

void check_interrupt_lines(const Component& component, Refusals& refusals) {
  for (const InterruptEntry& entry : component.manifest.interrupts)
    if (!entry.message && (entry.line_number == 0 || entry.line_number == 2))
      refusals.add("line-kernel", component.manifest.at(entry.line),
                   "interrupt line " + std::to_string(entry.line_number) + " is the kernel's timer or cascade",
                   "choose the line of the device");
}

// A device reaches its driver through pci, which binds windows and interrupts, and has windows of its own for that.
void check_bus(const Component& component, Refusals& refusals) {
  const Manifest& manifest = component.manifest;
  if (component.name() == "pci" && manifest.windows.empty())
    refusals.add("device-window", manifest.at(manifest.line), "pci has no window to program the devices' tables by",
                 "set `windows`");
  const auto message = std::ranges::find_if(manifest.interrupts, &InterruptEntry::message);
  if (manifest.devices.empty()) {
    if (!manifest.windows.empty() && component.name() != "pci")
      refusals.add("window-device", manifest.at(manifest.windows.front().line), "windows without a device",
                   "add the [[device]] whose memory they show, or remove `windows`");
    if (message != manifest.interrupts.end())
      refusals.add("interrupt-device", manifest.at(message->line), "a message-signalled interrupt without a device",
                   "add the [[device]] that raises it");
    return;
  }
  if (manifest.windows.empty())
    refusals.add("device-window", manifest.at(manifest.devices.front().line), "a device, but no window to reach it by",
                 "set `windows` to the pages of each of its memory regions");
  const bool claims = std::ranges::any_of(manifest.imports, [](const auto& entry) { return entry.contract == "pci"; });
  if (!claims)
    refusals.add("device-bus", manifest.at(manifest.devices.front().line), "a device, but no import of contract pci",
                 "import the bus, which hands the device over");
}

}  // namespace

void check_claims(const System& system, Refusals& refusals) {
  const auto& components = system.components;
  for (std::size_t i = 0; i < components.size(); ++i) {
    check_own_ports(components[i], refusals);
    check_interrupt_lines(components[i], refusals);
    check_bus(components[i], refusals);
    check_instances(system, components[i], refusals);
    for (std::size_t j = i; j < components.size(); ++j) {
      if (interchangeable(components[i], components[j])) continue;
      check_ports(components[i], components[j], refusals);
      check_lines(components[i], components[j], refusals);
      check_devices(components[i], components[j], refusals);
    }
  }
}

}  // namespace verifier
