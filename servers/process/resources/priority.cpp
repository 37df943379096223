// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/process/server.hpp"

// getpriority(2), setpriority(2). The value is kept, inherited and shown; all programs are scheduled alike.
namespace process {

namespace {

constexpr i32 lowest_nice = 19, highest_nice = -20;
enum Kind : u32 { one_process, one_group, one_user };

}  // namespace

template <class Do>
bool Server::each_chosen(ProgramCall& call, u32 kind, i32 id, Do each) {
  const Process& self = process_of(caller(call));
  const auto chosen = [&](const Process& process) {
    switch (kind) {
      case one_process:
        return process.pid == (id == 0 ? self.pid : static_cast<Pid>(id));
      case one_group:
        return process.group == (id == 0 ? self.group : static_cast<Pid>(id));
      default:
        return process.credentials.user == (id == 0 ? self.credentials.user : static_cast<u32>(id));
    }
  };
  bool any = false;
  processes_.each([&](Process& process) {
    if (process.state != Process::State::live || !chosen(process)) return;
    any = true;
    each(process);
  });
  return any;
}

CallResult Server::getpriority(ProgramCall& call, u32 kind, i32 id) {
  if (kind > one_user) return CallResult::error(Errno::invalid);
  i32 highest = lowest_nice;
  const bool any =
      each_chosen(call, kind, id, [&](const Process& process) { highest = std::min(highest, process.nice); });
  if (!any) return CallResult::error(Errno::no_process);
  return CallResult::value(20 - highest);  // so that no answer looks like an error
}

CallResult Server::setpriority(ProgramCall& call, u32 kind, i32 id, i32 nice) {
  if (kind > one_user) return CallResult::error(Errno::invalid);
  nice = std::clamp(nice, highest_nice, lowest_nice);
  const Process& self = process_of(caller(call));
  const u32 user = self.credentials.effective_user;
  Errno error{};
  const bool any = each_chosen(call, kind, id, [&](Process& process) {
    if (!is_privileged(self) && user != process.credentials.user && user != process.credentials.effective_user)
      error = Errno::not_permitted;
    else if (!is_privileged(self) && nice < process.nice)
      error = Errno::access;
    else
      process.nice = nice;
  });
  if (!any) return CallResult::error(Errno::no_process);
  return error == Errno{} ? CallResult::value(0) : CallResult::error(error);
}

}  // namespace process
