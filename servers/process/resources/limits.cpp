// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/process/resources/use.hpp"
#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// Limits on what a process may use, and what it has used: getrlimit(2), getrusage(2), sysinfo(2).
namespace process {

CallResult Server::set_limit(Process& process, u32 resource, Limit limit, const Process& by) {
  Limit& current = process.limits[resource];
  if (limit.soft > limit.hard) return CallResult::error(Errno::invalid);
  if (limit.hard > current.hard && !is_privileged(by)) return CallResult::error(Errno::not_permitted);
  current = limit;
  const auto& limits = process.limits;
  if (resource == limit_descriptors || resource == limit_file_size) {
    constexpr u64 most_descriptors = 1 << 20;
    files_.limits(process.pid, static_cast<u32>(std::min(limits[limit_descriptors].soft, most_descriptors)),
                  limits[limit_file_size].soft);
  }
  if (resource == limit_address_space || resource == limit_data || resource == limit_stack)
    memory_.limits(process.pid, limits[limit_address_space].soft, limits[limit_data].soft, limits[limit_stack].soft);
  return CallResult::value(0);
}

CallResult Server::getrlimit(ProgramCall& call, u32 resource, UserAddress limit) {
  return prlimit64(call, 0, resource, {}, limit);
}
CallResult Server::setrlimit(ProgramCall& call, u32 resource, UserAddress limit) {
  if (!limit) return CallResult::error(Errno::fault);
  return prlimit64(call, 0, resource, limit, {});
}

CallResult Server::prlimit64(ProgramCall& call, i32 pid, u32 resource, UserAddress limit, UserAddress old) {
  Process& self = process_of(caller(call));
  if (resource >= limit_count) return CallResult::error(Errno::invalid);
  Process* const process = pid == 0 ? &self : pid > 0 ? live_process(static_cast<Pid>(pid)) : nullptr;
  if (process == nullptr) return CallResult::error(Errno::no_process);
  if (process != &self && !is_privileged(self) && process->credentials.user != self.credentials.user)
    return CallResult::error(Errno::not_permitted);
  const Work work(*this, *process);
  Limit wanted;
  if (limit) {
    const auto given = call.get<Limit>(limit);
    if (!given) return CallResult::of(given.error());
    wanted = *given;
  }
  if (old)
    if (const auto told = call.put(old, process->limits[resource]); !told) return CallResult::of(told.error());
  return limit ? set_limit(*process, resource, wanted, self) : CallResult::value(0);
}

Times Server::use_of(const Process& process) const {
  Times times = process.used;
  each_thread(process, [&](const Thread& thread) {
    if (thread.kernel == 0) return;
    const ProcessorTime time = kernel_.processor_time(thread.kernel);
    times.user += time.user;
    times.system += time.system;
  });
  return times;
}

void Server::keep_time(Process& process, const Thread& thread) {
  const ProcessorTime time = kernel_.processor_time(thread.kernel);
  process.used.user += time.user;
  process.used.system += time.system;
}

CallResult Server::getrusage(ProgramCall& call, i32 who, UserAddress usage) {
  constexpr i32 self = 0, children = -1, thread = 1;
  Process& process = process_of(caller(call));
  if (who != self && who != children && who != thread) return CallResult::error(Errno::invalid);
  Times times = who == children ? process.of_children : use_of(process);
  if (who == thread) {
    const ProcessorTime own = kernel_.processor_time(caller(call).kernel);
    times.user = own.user;
    times.system = own.system;
  }
  if (who != children) {
    const MemoryUse use = memory_.usage(process.pid);
    times.minor_faults = use.minor_faults;
    times.major_faults = use.major_faults;
    times.peak_pages = std::max(times.peak_pages, use.resident);
  }
  const auto told = call.put(usage, ResourceUse::of(times));
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::sysinfo(ProgramCall& call, UserAddress result) {
  struct SystemInfo {
    i64 uptime;
    u64 loads[3];
    u64 total_memory, free_memory, shared_memory, buffer_memory, total_swap, free_swap;
    u16 processes;
    u64 total_high, free_high;
    u32 unit;
  };
  static_assert(sizeof(SystemInfo) == 112);
  const MachineMemory memory = kernel_.machine_memory();
  SystemInfo info{};
  info.uptime = static_cast<i64>(kernel_.now() / nanoseconds_per_second);
  info.total_memory = memory.total;
  info.free_memory = memory.free;
  info.processes = static_cast<u16>(processes_.count());
  info.unit = 1;
  const auto told = call.put(result, info);
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::sched_yield(ProgramCall&) { return CallResult::value(0); }

CallResult Server::sched_getaffinity(ProgramCall& call, i32 pid, u64 size, UserAddress mask) {
  if (size < sizeof(u64) || size % sizeof(u64) != 0) return CallResult::error(Errno::invalid);
  if (pid != 0 && threads_.find(identifiers_.thread(static_cast<Pid>(pid))) == nullptr)
    return CallResult::error(Errno::no_process);
  const u64 processors = (u64{1} << kernel_.processors()) - 1;
  const auto told = call.put(mask, processors);
  return told ? CallResult::value(sizeof processors) : CallResult::of(told.error());
}

}  // namespace process
