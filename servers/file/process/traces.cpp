// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/process/traces.hpp"

namespace file {

using abi::trace::Record;

Result<> Traces::begin(Process& process, i32 descriptor) {
  if (descriptor == -1) {
    end(process);
    return {};
  }
  const DescriptionId id = core_.descriptors.find(process.descriptors, descriptor);
  if (id == DescriptionId::none) return fail(Error::bad_descriptor);
  const Description& description = core_.descriptions[id];
  if (description.kind != file::Kind::pipe || !description.writable()) return fail(Error::invalid);
  core_.descriptions.hold(id);
  end(process);
  process.trace = id;
  return {};
}

void Traces::end(Process& process) {
  if (process.trace == DescriptionId::none) return;
  core_.descriptions.drop(process.trace);
  process.trace = DescriptionId::none;
  process.trace_lost = 0;
}

void Traces::inherit(Process& child) {
  child.trace_lost = 0;
  if (child.trace != DescriptionId::none) core_.descriptions.hold(child.trace);
}

// A small write is never split, so that a pipe with less room than that is full to whoever polls it as well.
bool Traces::has_room(const Process& process) const {
  if (process.trace == DescriptionId::none) return true;
  const Pipe& pipe = core_.pipes[pipe_of(process)];
  return pipe.readers == 0 || pipe.room() >= pipe_atomic;
}

void Traces::put(Process& process, std::span<const std::byte> record) {
  if (process.trace == DescriptionId::none || record.empty()) return;
  const PipeId pipe = pipe_of(process);
  if (core_.pipes[pipe].readers == 0) return;
  if (process.trace_lost != 0) {
    const Record lost{.kind = abi::trace::Kind::lost, .thread = process.pid, .result = process.trace_lost};
    if (!core_.pipes.put(pipe, std::as_bytes(std::span(&lost, 1)))) {
      ++process.trace_lost;
      return;
    }
    process.trace_lost = 0;
  }
  if (!core_.pipes.put(pipe, record)) ++process.trace_lost;
}

}  // namespace file
