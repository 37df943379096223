// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/process.hpp"
#include "servers/process/server.hpp"

// Sending of signals: from the sender's call to the moment when a thread is asked to stop for one. signal(7), kill(2).
namespace process {

namespace {

using contract::process::stop_signal;

SignalInfo info_of_sender(const Process& from, unsigned signal, i32 code) {
  return {.signal = static_cast<u8>(signal), .code = code, .pid = from.pid, .user = from.credentials.user};
}

}  // namespace

bool Server::may_signal(const Process& from, const Process& to, unsigned signal) const {
  if (is_privileged(from)) return true;
  if (signal == sig_continue && from.session == to.session) return true;
  const Credentials &sender = from.credentials, &target = to.credentials;
  return sender.effective_user == target.user || sender.effective_user == target.saved_user ||
         sender.user == target.user || sender.user == target.saved_user;
}

/// Whether nothing will come of it, so that it need not be kept. A blocked signal may be handled by the time it is not.
bool Server::is_ignored(const Process& process, const Thread* only, unsigned signal) const {
  if (process.pid == 1 && !process.disposition(signal).handled()) return true;
  const Thread* const thread = only != nullptr ? only : threads_.find(process.first_thread);
  if (thread != nullptr && thread->mask.has(signal)) return false;
  const Disposition& disposition = process.disposition(signal);
  if (disposition.handler == Disposition::handler_ignore) return true;
  return disposition.handler == Disposition::handler_default && default_action(signal) == DefaultAction::ignore;
}

void Server::discard_everywhere(Process& process, SignalSet signals) {
  signals_.discard(process.pending, signals);
  each_thread(process, [&](Thread& thread) { signals_.discard(thread.pending, signals); });
}

/// The thread that takes a signal of the process: one that does not block it, preferably one that waits.
Thread* Server::choose_thread(const Process& process, unsigned signal) const {
  Thread* chosen = nullptr;
  each_thread(process, [&](Thread& thread) {
    if (thread.phase == Thread::Phase::gone || thread.mask.has(signal)) return;
    if (chosen == nullptr || (chosen->wait == Wait::none && thread.wait != Wait::none)) chosen = &thread;
  });
  return chosen;
}

bool Server::send(Process& process, Thread* only, const SignalInfo& info) {
  // A child that is being made takes its signals when it begins to run: who sends to its group means it as well.
  const bool live = process.state == Process::State::live;
  if (!live && process.state != Process::State::starting) return true;
  const Work work(*this, process);
  const unsigned signal = info.signal;
  if (signal == sig_continue) {
    discard_everywhere(process, stop_signals);
    continue_process(process);
  } else if (stop_signals.has(signal)) {
    discard_everywhere(process, SignalSet::of(sig_continue));
  }
  if (is_ignored(process, only, signal)) return true;
  Thread* const thread = only != nullptr ? only : choose_thread(process, signal);
  const bool fatal = live && !process.disposition(signal).handled() &&
                     default_action(signal) == DefaultAction::terminate &&
                     (signal == sig_kill || (thread != nullptr && !thread->mask.has(signal)));
  if (fatal) {
    end_process(process, signal);
    return true;
  }
  if (!signals_.add(only != nullptr ? only->pending : process.pending, info)) return false;
  wake_signal_waiters(process);
  if (thread != nullptr && !thread->mask.has(signal) && has_signal(*thread)) wake(*thread);
  return true;
}

void Server::send_to_group(Pid group, const SignalInfo& info) {
  processes_.each([&](Process& process) {
    if (process.group == group) send(process, nullptr, info);
  });
}

/// Has the thread stop, so that it takes a signal or stands still. The caller holds its process by Work.
void Server::wake(Thread& thread) {
  if (thread.phase != Thread::Phase::running || thread.stop_asked) return;
  thread.stop_asked = true;
  if (thread.wait != Wait::none) {
    // It waits here: its call is made anew, unless a handler runs.
    const Endpoint call = thread.call;
    thread.sleep_goes_on = thread.wait == Wait::time || thread.wait == Wait::one_of;
    end_wait(thread);
    static_cast<void>(ProgramCall::answer(call, CallResult::again(stop_signal)));
    thread.call_broken_off = true;
    return;
  }
  kernel_.stop(thread.kernel, stop_signal);
  Registers registers;
  if (kernel_.read(thread.kernel, registers)) return;
  thread.call_broken_off = true;
  files_.interrupt(thread.kernel);
}

CallResult Server::kill(ProgramCall& call, i32 pid, i32 signal) {
  Process& from = process_of(caller(call));
  // Linux looks for the process first.
  const bool valid = signal == 0 || is_signal(signal);
  const SignalInfo info = info_of_sender(from, valid ? static_cast<unsigned>(signal) : 0, code_user);
  if (pid > 0) {
    Process* const to = live_process(static_cast<Pid>(pid));
    if (to == nullptr) return CallResult::error(Errno::no_process);
    if (!valid) return CallResult::error(Errno::invalid);
    if (!may_signal(from, *to, info.signal)) return CallResult::error(Errno::not_permitted);
    if (signal != 0 && !send(*to, nullptr, info)) return CallResult::error(Errno::again);
    return CallResult::value(0);
  }
  // To all of a group, or to all that it may (pid -1), but init and, then, the sender.
  const Pid group = pid == 0 ? from.group : static_cast<Pid>(-i64{pid});
  bool any = false, permitted = false;
  processes_.each([&](Process& to) {
    if (to.state == Process::State::reaped) return;
    if (pid == -1 ? to.pid == 1 || &to == &from : to.group != group) return;
    any = true;
    if (!valid) return;
    if (!may_signal(from, to, info.signal)) return;
    permitted = true;
    if (signal != 0) send(to, nullptr, info);
  });
  if (!any) return CallResult::error(Errno::no_process);
  if (!valid) return CallResult::error(Errno::invalid);
  return permitted ? CallResult::value(0) : CallResult::error(Errno::not_permitted);
}

CallResult Server::signal_thread(ProgramCall& call, Pid process, Pid tid, i32 signal, const SignalInfo& info) {
  Process& from = process_of(caller(call));
  Thread* const thread = threads_.find(identifiers_.thread(tid));
  if (thread == nullptr || thread->phase == Thread::Phase::gone) return CallResult::error(Errno::no_process);
  Process& to = process_of(*thread);
  if (process != 0 && to.pid != process) return CallResult::error(Errno::no_process);
  if (signal != 0 && !is_signal(signal)) return CallResult::error(Errno::invalid);
  if (!may_signal(from, to, static_cast<unsigned>(signal))) return CallResult::error(Errno::not_permitted);
  if (signal == 0) return CallResult::value(0);
  return send(to, thread, info) ? CallResult::value(0) : CallResult::error(Errno::again);
}

CallResult Server::tkill(ProgramCall& call, i32 thread, i32 signal) {
  if (thread <= 0) return CallResult::error(Errno::invalid);
  return signal_thread(call, 0, static_cast<Pid>(thread), signal,
                       info_of_sender(process_of(caller(call)), static_cast<unsigned>(signal), code_thread));
}

CallResult Server::tgkill(ProgramCall& call, i32 process, i32 thread, i32 signal) {
  if (process <= 0 || thread <= 0) return CallResult::error(Errno::invalid);
  return signal_thread(call, static_cast<Pid>(process), static_cast<Pid>(thread), signal,
                       info_of_sender(process_of(caller(call)), static_cast<unsigned>(signal), code_thread));
}

void Server::take_terminal_signals() {
  // Who comes while another takes them would be given the same ones: it leaves word that there are more.
  more_terminal_signals_ = true;
  if (takes_terminal_signals_) return;
  takes_terminal_signals_ = true;
  while (std::exchange(more_terminal_signals_, false)) {
    TerminalSignal signals[5];
    while (const std::size_t count = terminals_.take(signals))
      for (const TerminalSignal& each : std::span(signals).first(count))
        if (is_signal(each.signal)) send_to_group(each.group, {.signal = each.signal, .code = code_kernel});
  }
  takes_terminal_signals_ = false;
  tell_later();
}

}  // namespace process
