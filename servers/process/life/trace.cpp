// SPDX-License-Identifier: BSD-2-Clause
#include "lib/contract/call_trace.hpp"

#include <algorithm>

#include "servers/process/server.hpp"

// What the traced threads of programs do, told to the file server, which has the pipe for it. A record is a downcall,
// which has no place in the middle of most work: what happens there is noted, and told when the work is done.
namespace process {

using abi::trace::Kind, abi::trace::Record;

void Server::trace(const ProgramCall& call, const CallResult& result) {
  // Only what waits here is told of as such: a call that was taken over has been answered, and one that met an absent
  // page comes again.
  const Thread* const thread = thread_of(call.owner_tag().thread());
  if (result.parks() && (thread == nullptr || thread->wait == Wait::none)) return;
  abi::trace::Buffer buffer;
  const auto record = contract::trace::write_call(call, result, contract::linux::shapes_of(call.number()), buffer);
  if (!record.empty()) files_.traced(call.owner_tag().process(), record);
}

void Server::trace_taken_over(const ProgramCall& call, i64 result) {
  if (!call.owner_tag().traced()) return;
  Record record{.thread = call.owner_tag().thread(), .number = static_cast<u16>(call.number()), .result = result};
  for (unsigned index = 0; index < record.arguments.size(); ++index) record.arguments[index] = call.argument(index);
  note(call.owner_tag().process(), record);
}

void Server::trace_program(const Process& process, std::string_view path) {
  if (!process.traced) return;
  tell_noted();
  abi::trace::Buffer buffer;
  files_.traced(process.pid,
                contract::trace::write_event({.kind = Kind::started, .thread = process.pid}, path, buffer));
}

void Server::trace_end(const Process& process) {
  if (!process.traced) return;
  const u32 signal = process.status & 0x7f;
  note(process.pid, {.kind = signal != 0 ? Kind::killed : Kind::exited,
                     .thread = process.pid,
                     .number = static_cast<u16>(signal),
                     .result = process.status >> 8});
}

void Server::note(Pid pid, const abi::trace::Record& record) {
  if (noted_count_ == noted_.size()) {
    ++notes_lost_;
    return;
  }
  noted_[noted_count_++] = {pid, record};
}

void Server::tell_noted() {
  // Taken out before it is told: others come by here meanwhile.
  while (noted_count_ != 0) {
    const Noted first = noted_[0];
    std::ranges::copy(std::span(noted_).first(noted_count_).subspan(1), noted_.begin());
    --noted_count_;
    files_.traced(first.pid, std::as_bytes(std::span(&first.record, 1)));
    if (notes_lost_ == 0) continue;
    const Record lost{.kind = Kind::lost, .thread = first.pid, .result = std::exchange(notes_lost_, 0)};
    files_.traced(first.pid, std::as_bytes(std::span(&lost, 1)));
  }
}

}  // namespace process
