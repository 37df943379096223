// SPDX-License-Identifier: BSD-2-Clause
#include "servers/information/tree.hpp"

#include <algorithm>

namespace information {
namespace {

struct Fixed {
  Node node;
  Node parent;
  std::string_view name;
  NodeInfo info;
};

constexpr NodeInfo folder{.folder = true};
constexpr NodeInfo file{};
constexpr NodeInfo command{.writable = true};

constexpr Fixed table[] = {
    {Node::root, Node::root, "", folder},
    {Node::service, Node::root, "service", folder},
    {Node::system, Node::root, "sys", folder},
    {Node::kernel, Node::system, "kernel", folder},
    {Node::random, Node::kernel, "random", folder},
    {Node::memory, Node::root, "meminfo", file},
    {Node::processors, Node::root, "cpuinfo", file},
    {Node::uptime, Node::root, "uptime", file},
    {Node::version, Node::root, "version", file},
    {Node::load, Node::root, "loadavg", file},
    {Node::statistics, Node::root, "stat", file},
    {Node::command_line, Node::root, "cmdline", file},
    {Node::os_type, Node::kernel, "ostype", file},
    {Node::os_release, Node::kernel, "osrelease", file},
    {Node::os_version, Node::kernel, "version", file},
    {Node::boot_identifier, Node::random, "boot_id", file},
    {Node::list, Node::service, "list", file},
    {Node::tree, Node::service, "tree", file},
    {Node::crashes, Node::service, "crashes", file},
    {Node::log, Node::service, "log", file},
    {Node::log_range, Node::service, "log_range", file},
    {Node::log_at, Node::service, "log_at", file},
    {Node::control, Node::service, "control", command},
    {Node::injected, Node::service, "injected", file},
    {Node::build, Node::service, "build", file},
};

struct ServiceEntry {
  ServiceFile file;
  std::string_view name;
};
constexpr ServiceEntry service_table[] = {
    {ServiceFile::status, "status"}, {ServiceFile::why, "why"}, {ServiceFile::log, "log"}};

}  // namespace

std::string_view name_of(const abi::ComponentRecord& component) {
  const auto end = std::ranges::find(component.name, '\0');
  return {component.name, static_cast<std::size_t>(end - std::begin(component.name))};
}

const abi::ComponentRecord* component_of(u8 slot, std::span<const abi::ComponentRecord> components) {
  const auto found = std::ranges::find(components, slot, [](const auto& each) { return each.slot; });
  return found == components.end() ? nullptr : &*found;
}

std::optional<ServiceNode> service_node(u32 node) {
  constexpr u32 first = static_cast<u32>(Node::first_service);
  if (node < first || node >= first + abi::max_slots * per_service) return std::nullopt;
  const u32 which = (node - first) % per_service;
  if (which > static_cast<u32>(ServiceFile::log)) return std::nullopt;
  return ServiceNode{static_cast<u8>((node - first) / per_service), static_cast<ServiceFile>(which)};
}

u32 node_of(u8 slot, ServiceFile file) {
  return static_cast<u32>(Node::first_service) + slot * per_service + static_cast<u32>(file);
}

std::optional<NodeInfo> look_at(u32 node, std::span<const abi::ComponentRecord> components) {
  if (const auto service = service_node(node)) {
    if (component_of(service->slot, components) == nullptr) return std::nullopt;
    return NodeInfo{.folder = service->file == ServiceFile::folder};
  }
  const auto found = std::ranges::find(table, static_cast<Node>(node), &Fixed::node);
  if (found == std::end(table)) return std::nullopt;
  return found->info;
}

std::optional<FoundEntry> entry_at(u32 folder, u32 position, std::span<const abi::ComponentRecord> components) {
  if (const auto service = service_node(folder)) {
    if (position >= std::size(service_table)) return std::nullopt;
    const ServiceEntry& entry = service_table[position];
    return FoundEntry{node_of(service->slot, entry.file), false, entry.name};
  }
  for (const Fixed& entry : table) {
    if (entry.node == Node::root || static_cast<u32>(entry.parent) != folder) continue;
    if (position-- == 0) return FoundEntry{static_cast<u32>(entry.node), entry.info.folder, entry.name};
  }
  if (static_cast<Node>(folder) != Node::service || position >= components.size()) return std::nullopt;
  const abi::ComponentRecord& component = components[position];
  return FoundEntry{node_of(component.slot, ServiceFile::folder), true, name_of(component)};
}

std::optional<FoundEntry> find_entry(u32 folder, std::string_view name,
                                     std::span<const abi::ComponentRecord> components) {
  for (u32 position = 0;; ++position) {
    const auto entry = entry_at(folder, position, components);
    if (!entry || entry->name == name) return entry;
  }
}

}  // namespace information
