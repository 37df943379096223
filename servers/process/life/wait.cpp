// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/process.hpp"
#include "servers/process/resources/use.hpp"
#include "servers/process/server.hpp"

// Waiting: of parents for children (wait(2)), and what all parked calls have in common.
namespace process {

namespace {

using contract::process::stop_signal;
constexpr u32 wait_no_hang = 1, wait_stopped = 2, wait_ended = 4, wait_continued = 8, wait_keep = 0x100'0000;
constexpr u32 wait_which_threads = 0xe000'0000;  // __WNOTHREAD, __WALL, __WCLONE: all are waited for

constexpr u32 status_of_stop(unsigned signal) { return signal << 8 | 0x7f; }
constexpr u32 status_continued = 0xffff;

/// As wait4 tells it of a child that has something to tell.
u32 status_of(const Process& child) {
  if (child.state == Process::State::zombie) return child.status;
  return child.stop_untold ? status_of_stop(child.stop_signal) : status_continued;
}

/// As waitid does.
std::array<std::byte, signal_info_bytes> information_of(const Process& child) {
  SignalInfo info{.signal = sig_child, .pid = child.pid, .user = child.credentials.user};
  const u32 signal = child.status & 0x7f;
  if (child.state == Process::State::zombie) {
    info.code = signal != 0 ? code_killed : code_exited;
    info.status = static_cast<i32>(signal != 0 ? signal : child.status >> 8);
  } else {
    info.code = child.stop_untold ? code_child_stopped : code_continued;
    info.status = child.stop_untold ? child.stop_signal : i32{sig_continue};
  }
  std::array<std::byte, signal_info_bytes> bytes;
  info.encode(bytes.data());
  return bytes;
}

}  // namespace

/// The call stays until somebody ends the wait. If a signal or a stop came meanwhile, it does not begin.
CallResult Server::park(ProgramCall& call, Thread& thread, Wait wait, u64 deadline, u64 time_of_day) {
  if (has_signal(thread) || thread.stop_asked || process_of(thread).job == Process::Job::stopped) {
    thread.stop_asked = true;
    thread.call_broken_off = true;
    thread.sleep_goes_on = wait == Wait::time || wait == Wait::one_of;
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

void Server::answer_wait(Thread& thread, const CallResult& result) {
  const Endpoint call = thread.call;
  end_wait(thread);
  if (thread.traced && result.is_value())
    note(process_of(thread).pid, {.kind = abi::trace::Kind::ended, .thread = thread.tid, .result = result.result()});
  static_cast<void>(ProgramCall::answer(call, result));
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
    if (child.state == Process::State::zombie && (waiter.child.options & wait_ended)) return &child;
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
  const bool ended = child.state == Process::State::zombie;
  // What the program cannot be told it has not learnt: the copies come first.
  if (waiter.child.status != 0) {
    const UserAddress where{waiter.child.status};
    const auto told =
        waiter.child.information ? user.copy_out(where, information_of(child)) : user.put(where, status_of(child));
    if (!told) return fail(told.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  }
  if (waiter.child.usage != 0) {
    const ResourceUse use = ResourceUse::of(child.used);
    if (const auto told = user.put(UserAddress{waiter.child.usage}, use); !told)
      return fail(told.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  }
  const Pid pid = child.pid;
  if (waiter.child.options & wait_keep) return pid;
  if (ended)
    reap(child, parent);
  else if (child.stop_untold)
    child.stop_untold = false;
  else
    child.continue_untold = false;
  return pid;
}

CallResult Server::answer_of_wait(const Thread& waiter, const Result<Pid>& told) const {
  if (told) return CallResult::value(waiter.child.information ? 0 : static_cast<i64>(*told));
  return told.error() == Errno::absent_page ? CallResult::park() : CallResult::error(told.error());
}

CallResult Server::wait_for_child(ProgramCall& call, Thread& thread) {
  const auto told = tell_child(thread, call.endpoint());
  if (told && *told == 0 && !(thread.child.options & wait_no_hang)) return park(call, thread, Wait::child, 0);
  return answer_of_wait(thread, told);
}

CallResult Server::wait4(ProgramCall& call, i32 pid, UserAddress status, i32 options, UserAddress usage) {
  Thread& thread = caller(call);
  constexpr u32 known = wait_no_hang | wait_stopped | wait_continued | wait_which_threads;
  if (static_cast<u32>(options) & ~known) return CallResult::error(Errno::invalid);
  if (pid == INT32_MIN) return CallResult::error(Errno::no_process);
  thread.child = {pid, static_cast<u32>(options) | wait_ended, status.value, usage.value, false};
  return wait_for_child(call, thread);
}

CallResult Server::waitid(ProgramCall& call, u32 kind, i32 id, UserAddress information, i32 options,
                          UserAddress usage) {
  enum Kind : u32 { all, one_process, one_group };
  Thread& thread = caller(call);
  const u32 wanted = static_cast<u32>(options), events = wait_ended | wait_stopped | wait_continued;
  if ((wanted & ~(events | wait_no_hang | wait_keep | wait_which_threads)) || !(wanted & events))
    return CallResult::error(Errno::invalid);
  if (kind > one_group || id < 0 || (kind == one_process && id == 0)) return CallResult::error(Errno::invalid);
  const i32 pid = kind == all ? -1 : kind == one_process ? id : -id;
  thread.child = {pid, wanted, information.value, usage.value, true};
  if (information && (wanted & wait_no_hang)) {
    // If there is nothing to tell, it says so.
    std::array<std::byte, signal_info_bytes> nothing{};
    if (const auto told = call.copy_out(information, nothing); !told) return CallResult::of(told.error());
  }
  return wait_for_child(call, thread);
}

/// A parked wait4 that something may have happened for.
void Server::wake_waiters(Process& parent) {
  each_thread(parent, [&](Thread& thread) {
    if (thread.wait != Wait::child) return;
    const auto told = tell_child(thread, thread.call);
    if (told && *told == 0) return;
    answer_wait(thread, answer_of_wait(thread, told));
  });
}

}  // namespace process
