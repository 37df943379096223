// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

// Identifiers of processes, and the groups and sessions that they form: setpgid(2), setsid(2).
namespace process {

CallResult Server::getpid(ProgramCall& call) { return CallResult::value(process_of(caller(call)).pid); }
CallResult Server::gettid(ProgramCall& call) { return CallResult::value(caller(call).tid); }
CallResult Server::getpgrp(ProgramCall& call) { return CallResult::value(process_of(caller(call)).group); }

[[gnu::hot]] CallResult Server::getppid(ProgramCall& call) {
  const Process* const parent = processes_.find(process_of(caller(call)).parent);
  return CallResult::value(parent != nullptr ? parent->pid : 0);
}

CallResult Server::getpgid(ProgramCall& call, i32 pid) {
  if (pid == 0) return getpgrp(call);
  const Process* const process = pid > 0 ? live_process(static_cast<Pid>(pid)) : nullptr;
  return process != nullptr ? CallResult::value(process->group) : CallResult::error(Errno::no_process);
}

CallResult Server::getsid(ProgramCall& call, i32 pid) {
  const Process* const process = pid == 0  ? &process_of(caller(call))
                                 : pid > 0 ? live_process(static_cast<Pid>(pid))
                                           : nullptr;
  return process != nullptr ? CallResult::value(process->session) : CallResult::error(Errno::no_process);
}

CallResult Server::setpgid(ProgramCall& call, i32 pid, i32 group) {
  Process& self = process_of(caller(call));
  if (pid < 0 || group < 0) return CallResult::error(Errno::invalid);
  Process* const process = pid == 0 ? &self : live_process(static_cast<Pid>(pid));
  if (process == nullptr || (process != &self && process->parent != self.index))
    return CallResult::error(Errno::no_process);
  const Work work(*this, *process);
  const Pid wanted = group == 0 ? process->pid : static_cast<Pid>(group);
  if (process != &self && process->session != self.session) return CallResult::error(Errno::not_permitted);
  if (process != &self && process->executed) return CallResult::error(Errno::access);
  if (process->leads_session()) return CallResult::error(Errno::not_permitted);
  if (wanted != process->pid) {
    bool exists = false;
    processes_.each([&](const Process& other) {
      exists |= other.group == wanted && other.session == self.session && other.state != Process::State::reaped;
    });
    if (!exists) return CallResult::error(Errno::not_permitted);
  }
  if (process->group == wanted) return CallResult::value(0);
  set_group(*process, wanted, process->session);
  files_.session(process->pid, process->group, process->session);
  return CallResult::value(0);
}

CallResult Server::setsid(ProgramCall& call) {
  Process& process = process_of(caller(call));
  bool leads_group = false;
  processes_.each([&](const Process& other) {
    leads_group |= other.group == process.pid && other.state != Process::State::reaped;
  });
  if (leads_group) return CallResult::error(Errno::not_permitted);
  set_group(process, process.pid, process.pid);
  files_.session(process.pid, process.group, process.session);
  return CallResult::value(process.pid);
}

}  // namespace process
