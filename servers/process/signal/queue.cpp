// SPDX-License-Identifier: BSD-2-Clause
#include <utility>

#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// Signals as messages: sent with a value, and taken by a call instead of a handler. rt_sigqueueinfo(2),
// sigtimedwait(2).
namespace process {

/// What the sender says of itself. A code that the kernel or kill() would give may only be sent to oneself.
Result<SignalInfo> Server::queued_info(ProgramCall& call, Pid to, i32 signal, UserAddress information) {
  std::array<std::byte, signal_info_bytes> bytes;
  if (const auto given = call.copy_in(information, bytes); !given)
    return fail(given.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  SignalInfo info = SignalInfo::decode(bytes.data());
  if ((info.code >= 0 || info.code == code_thread) && to != process_of(caller(call)).pid)
    return fail(Errno::not_permitted);
  info.signal = static_cast<u8>(signal);
  return info;
}

CallResult Server::rt_sigqueueinfo(ProgramCall& call, i32 process, i32 signal, UserAddress information) {
  const auto info = queued_info(call, static_cast<Pid>(process), signal, information);
  if (!info) return info.error() == Errno::absent_page ? CallResult::park() : CallResult::error(info.error());
  Process* const to = process > 0 ? live_process(static_cast<Pid>(process)) : nullptr;
  if (to == nullptr) return CallResult::error(Errno::no_process);
  if (signal != 0 && !is_signal(signal)) return CallResult::error(Errno::invalid);
  if (!may_signal(process_of(caller(call)), *to, info->signal)) return CallResult::error(Errno::not_permitted);
  if (signal != 0 && !send(*to, nullptr, *info)) return CallResult::error(Errno::again);
  return CallResult::value(0);
}

CallResult Server::rt_tgsigqueueinfo(ProgramCall& call, i32 process, i32 thread, i32 signal, UserAddress information) {
  if (process <= 0 || thread <= 0) return CallResult::error(Errno::invalid);
  const auto info = queued_info(call, static_cast<Pid>(process), signal, information);
  if (!info) return info.error() == Errno::absent_page ? CallResult::park() : CallResult::error(info.error());
  return signal_thread(call, static_cast<Pid>(process), static_cast<Pid>(thread), signal, *info);
}

/// Takes a pending signal that the thread waits for, and tells the call of it; 0: there is none.
Result<unsigned> Server::tell_signal(Thread& thread, Endpoint call) {
  Process& process = process_of(thread);
  const SignalSet own = thread.pending.set & thread.wanted;
  const SignalSet all = own | (process.pending.set & thread.wanted);
  if (all.empty()) return 0u;
  const unsigned signal = all.first();
  Pending& from = own.has(signal) ? thread.pending : process.pending;
  if (thread.information != 0) {
    // What the program cannot be told of stays pending: the copy comes first.
    std::array<std::byte, signal_info_bytes> bytes;
    signals_.next(from, signal).encode(bytes.data());
    if (const auto told = ProgramCall(call, {}).copy_out(UserAddress{thread.information}, bytes); !told)
      return fail(told.error() == contract::CopyError::faulted ? Errno::absent_page : Errno::fault);
  }
  signals_.take(from, signal);
  return signal;
}

CallResult Server::rt_sigtimedwait(ProgramCall& call, UserAddress set, UserAddress information, UserAddress timeout,
                                   u64 mask_size) {
  Thread& thread = caller(call);
  if (mask_size != sizeof(u64)) return CallResult::error(Errno::invalid);
  const auto signals = call.get<u64>(set);
  if (!signals) return CallResult::of(signals.error());
  u64 deadline = 0;
  if (timeout) {
    const auto given = call.get<TimeSpec>(timeout);
    if (!given) return CallResult::of(given.error());
    if (!given->valid()) return CallResult::error(Errno::invalid);
    deadline = std::exchange(thread.sleep_goes_on, false) ? thread.wake_at
                                                          : saturating_sum(kernel_.now(), given->nanoseconds());
  }
  thread.wanted = SignalSet(*signals) & ~never_blocked;
  thread.information = information.value;
  const auto told = tell_signal(thread, call.endpoint());
  if (!told) return told.error() == Errno::absent_page ? CallResult::park() : CallResult::error(told.error());
  if (*told != 0) return CallResult::value(*told);
  if (deadline != 0 && deadline <= kernel_.now()) return CallResult::error(Errno::again);
  thread.wake_at = deadline;
  thread.remaining = 0;
  return park(call, thread, Wait::one_of, deadline);
}

/// A signal that came may be what a thread waits for.
void Server::wake_signal_waiters(Process& process) {
  each_thread(process, [&](Thread& thread) {
    if (thread.wait != Wait::one_of) return;
    const auto told = tell_signal(thread, thread.call);
    if (told && *told == 0) return;
    answer_wait(thread, told                                 ? CallResult::value(*told)
                        : told.error() == Errno::absent_page ? CallResult::park()
                                                             : CallResult::error(told.error()));
  });
}

}  // namespace process
