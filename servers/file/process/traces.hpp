// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/call_trace.hpp"
#include "servers/file/core.hpp"

namespace file {

/// Records of what traced processes do, in the pipes of those who trace them.
class Traces {
 public:
  explicit Traces(Core& core) : core_(core) {}

  /// From now on in the pipe that the descriptor writes to; -1: no more.
  Result<> begin(Process& process, i32 descriptor);
  /// A process ends, or a new one has been made as a copy of a traced one.
  void end(Process& process);
  void inherit(Process& child);

  /// Whether a call of the process may begin now: its record will find room, or nobody will read it.
  bool has_room(const Process& process) const;
  WaitKey room_key(const Process& process) const { return Pipes::room_key(pipe_of(process)); }
  /// What finds no room is counted, and the next record that does is told of it.
  void put(Process& process, std::span<const std::byte> record);

 private:
  PipeId pipe_of(const Process& process) const { return static_cast<PipeId>(core_.descriptions[process.trace].handle); }

  Core& core_;
};

}  // namespace file
