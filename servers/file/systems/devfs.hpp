// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/systems/ramfs.hpp"

namespace file {

/// /dev: a file system in memory that is filled when it starts, and in which pseudo-terminals come and go.
class DevFs final : public RamFs {
 public:
  explicit DevFs(Tree& tree) : RamFs(tree, 64) {}

  Result<> start(SystemId self, i64 now);
  void add_serial_port(u32 number, i64 now);
  void add_slave(u32 number, u32 user, i64 now);
  void remove_slave(u32 number, i64 now);

 private:
  Result<NodeId> add(NodeId directory, std::string_view name, u32 mode, u64 device, i64 now,
                     std::string_view target = {});

  NodeId slaves_ = NodeId::none;
};

}  // namespace file
