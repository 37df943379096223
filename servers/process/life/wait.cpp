// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/process.hpp"
#include "servers/process/resources/use.hpp"
#include "servers/process/server.hpp"

// Waiting: of parents for children (wait(2)), and what all parked calls have in common.
namespace process {

namespace {

using contract::process::stop_signal;
constexpr u32 wait_no_hang = 1, wait_stopped = 2, wait_continued = 8;
constexpr u32 wait_any_options = wait_no_hang | wait_stopped | wait_continued | 0xe000'0000;

constexpr u32 status_of_stop(unsigned signal) { return signal << 8 | 0x7f; }
constexpr u32 status_continued = 0xffff;

}  // namespace

/// The call stays until somebody ends the wait. If a signal or a stop came meanwhile, it does not begin.
CallResult Server::park(ProgramCall& call, Thread& thread, Wait wait, u64 deadline, u64 time_of_day) {
  if (has_signal(thread) || thread.stop_asked || process_of(thread).job == Process::Job::stopped) {
    thread.stop_asked = true;
    thread.call_broken_off = true;
    thread.sleep_goes_on = wait == Wait::time;
    return CallResult::again(stop_signal);
  }
  thread.wait = wait;
  thread.call = call.endpoint();
  thread.until = time_of_day;
  if (deadline != 0) set_timer(thread.timer, deadline);
  return CallResult::park();
}

/// The thread waits no more; its call is the caller's to answer.
void Server::end_wait(Thread& thread) {
  if (thread.wait == Wait::none) return;
  thread.wait = Wait::none;
  thread.call = {};
  set_timer(thread.timer, 0);
}

Result<Process*> Server::find_child(const Process& parent, const Thread& waiter) const {
  bool any = false;
  const i32 wanted = waiter.child.pid;
  for (u16 index = parent.first_child; index != 0; index = processes_[index].next_sibling) {
    Process& child = processes_[index];
    if (child.state == Process::State::starting || child.state == Process::State::reaped) continue;
    if (wanted > 0 && child.pid != static_cast<Pid>(wanted)) continue;
    if (wanted == 0 && child.group != parent.group) continue;
    if (wanted < -1 && child.group != static_cast<Pid>(-i64{wanted})) continue;
    any = true;
    if (child.state == Process::State::zombie) return &child;
    if ((waiter.child.options & wait_stopped) && child.stop_untold) return &child;
    if ((waiter.child.options & wait_continued) && child.continue_untold) return &child;
  }
  if (!any) return fail(Errno::no_child);
  return nullptr;
}

/// Tells the waiter of a child, if there is one to tell of: its pid, or 0 for none yet.
Result<Pid> Server::tell_child(Thread& waiter, Endpoint call) {
  Process& parent = process_of(waiter);
  const auto found = find_child(parent, waiter);
  if (!found) return fail(found.error());
  if (*found == nullptr) return Pid{0};
  Process& child = **found;
  const ProgramCall user(call, {});
  const u32 status = child.state == Process::State::zombie ? child.status
                     : child.stop_untold                   ? status_of_stop(child.stop_signal)
                                                           : status_continued;
  // What the program cannot be told it has not learnt: the copies come first.
  if (waiter.child.status != 0)
    if (const auto told = user.put(UserAddress{waiter.child.status}, status); !told)
      return fail(told.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  if (waiter.child.usage != 0) {
    const ResourceUse use = ResourceUse::of(child.used);
    if (const auto told = user.put(UserAddress{waiter.child.usage}, use); !told)
      return fail(told.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  }
  const Pid pid = child.pid;
  if (child.state == Process::State::zombie)
    reap(child, parent);
  else if (child.stop_untold)
    child.stop_untold = false;
  else
    child.continue_untold = false;
  return pid;
}

CallResult Server::wait4(ProgramCall& call, i32 pid, UserAddress status, i32 options, UserAddress usage) {
  Thread& thread = caller(call);
  if (static_cast<u32>(options) & ~wait_any_options) return CallResult::error(Errno::invalid);
  if (pid == INT32_MIN) return CallResult::error(Errno::no_process);
  thread.child = {pid, static_cast<u32>(options), status.value, usage.value};
  const auto told = tell_child(thread, call.endpoint());
  if (!told) {
    if (told.error() == Errno::absent_page) return CallResult::park();
    return CallResult::error(told.error());
  }
  if (*told != 0 || (options & static_cast<i32>(wait_no_hang))) return CallResult::value(static_cast<i64>(*told));
  return park(call, thread, Wait::child, 0);
}

/// A parked wait4 that something may have happened for.
void Server::wake_waiters(Process& parent) {
  each_thread(parent, [&](Thread& thread) {
    if (thread.wait != Wait::child) return;
    const auto told = tell_child(thread, thread.call);
    if (told && *told == 0) return;
    const Endpoint call = thread.call;
    end_wait(thread);
    CallResult result = CallResult::value(0);
    if (told)
      result = CallResult::value(static_cast<i64>(*told));
    else if (told.error() == Errno::absent_page)
      result = CallResult::park();
    else
      result = CallResult::error(told.error());
    static_cast<void>(ProgramCall::answer(call, result));
  });
}

}  // namespace process
