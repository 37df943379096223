// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "abi/component.hpp"
#include "abi/types.hpp"

// Which files there are. A node's number says what it is, so it is the same after a restart: the fixed ones are those
// of the table in tree.cpp, and each service has a folder.
namespace information {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

enum class Node : u32 {
  root = 0,
  service = 1,
  system = 2,  // sys
  kernel = 3,  // sys/kernel
  random = 4,  // sys/kernel/random
  list = 16,   // service/list and so on
  tree = 17,
  crashes = 18,
  log = 19,
  log_range = 20,
  log_at = 21,
  control = 22,
  injected = 23,
  build = 24,
  memory = 32,      // meminfo
  processors = 33,  // cpuinfo
  uptime = 34,
  version = 35,
  load = 36,          // loadavg
  statistics = 37,    // stat
  command_line = 38,  // cmdline
  os_type = 48,       // sys/kernel/ostype
  os_release = 49,
  os_version = 50,
  boot_identifier = 51,
  first_service = 4096,  // folder of slot s: first_service + s * per_service, and its files behind it
};
inline constexpr u32 per_service = 16;
enum class ServiceFile : u32 { folder = 0, status = 1, why = 2, log = 3 };

/// A node of a service: whose, and which.
struct ServiceNode {
  u8 slot;
  ServiceFile file;
};
std::optional<ServiceNode> service_node(u32 node);
u32 node_of(u8 slot, ServiceFile file);

struct NodeInfo {
  bool folder = false;
  bool writable = false;
};
/// What a node is; nothing where there is none. `components` are those of the system table.
std::optional<NodeInfo> look_at(u32 node, std::span<const abi::ComponentRecord> components);

/// The entry of a folder at `position`, in which positions count from 0; nothing behind the last.
struct FoundEntry {
  u32 node;
  bool folder;
  std::string_view name;
};
std::optional<FoundEntry> entry_at(u32 folder, u32 position, std::span<const abi::ComponentRecord> components);
std::optional<FoundEntry> find_entry(u32 folder, std::string_view name,
                                     std::span<const abi::ComponentRecord> components);

std::string_view name_of(const abi::ComponentRecord& component);
const abi::ComponentRecord* component_of(u8 slot, std::span<const abi::ComponentRecord> components);

}  // namespace information
