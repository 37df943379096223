// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>

#include "servers/process/server.hpp"

// The end of threads and processes: _exit(2), and what a parent is told.
namespace process {

namespace {

constexpr u32 status_of_exit(i32 value) { return static_cast<u32>(value & 0xff) << 8; }

}  // namespace

CallResult Server::exit(ProgramCall& call, i32 status) {
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  if (process.thread_count == 1) {
    end_process(process, status_of_exit(status));
    return CallResult::park();
  }
  leave_memory(thread);
  if (thread.phase == Thread::Phase::gone) return CallResult::park();
  end_thread(thread);
  // The others may have left meanwhile, each of them counting on this one.
  if (process.thread_count == 0) end_process(process, status_of_exit(status));
  return CallResult::park();
}

CallResult Server::exit_group(ProgramCall& call, i32 status) {
  end_process(process_of(caller(call)), status_of_exit(status));
  return CallResult::park();
}

/// What other threads of the memory learn from a thread's end: its word is 0, robust mutexes are marked. Once the
/// thread is gone, the process may have other memory.
void Server::leave_memory(Thread& thread) {
  Process& process = process_of(thread);
  if (thread.robust_list != 0) walk_robust_list(thread);
  const u64 word = std::exchange(thread.clear_child_tid, 0);
  if (word == 0 || thread.phase == Thread::Phase::gone) return;
  const i32 zero = 0;
  if (!memory_.store(process.pid, word, std::as_bytes(std::span(&zero, 1)))) return;
  if (const auto location = futex_location(process, word, true)) wake_futex(*location, 1, ~u32{0}, nullptr, 0);
}

/// Takes the thread out of the kernel. Its record goes when nobody works for the process.
void Server::end_thread(Thread& thread) {
  if (thread.phase == Thread::Phase::gone) return;
  Process& process = process_of(thread);
  end_wait(thread);
  thread.phase = Thread::Phase::gone;
  process.has_gone_threads = true;
  thread.stop_asked = false;
  signals_.discard(thread.pending, ~SignalSet());
  if (thread.kernel != 0) {
    keep_time(process, thread);
    kernel_.destroy(thread.kernel);
    by_kernel_thread_[thread.kernel] = 0;
    thread.kernel = 0;
    --process.thread_count;
  }
}

/// All threads end at once, whatever they do; the rest follows when nobody works for the process any more.
void Server::end_process(Process& process, u32 status) {
  if (process.state != Process::State::live) return;
  const Work work(*this, process);
  process.state = Process::State::ending;
  process.status = status;
  trace_end(process);
  each_thread(process, [&](Thread& thread) { end_thread(thread); });
}

bool Server::lives_elsewhere(const Process& process) const {
  bool shared = false;
  processes_.each(
      [&](const Process& other) { shared |= &other != &process && other.has_space && other.space == process.space; });
  return shared;
}

void Server::leave_space(Process& process) {
  const bool shared = lives_elsewhere(process);
  process.has_space = false;
  memory_.release(process.pid);
  if (!shared) give_space(process.space);
}

/// Nobody works for the process any more but the caller. Its parent finds a zombie when all else is done: it may reap
/// it at once.
void Server::finish(Process& process) {
  set_timer(process.alarm, 0);
  signals_.discard(process.pending, ~SignalSet());
  if (noted_count_ != 0) tell_noted();
  if (process.has_files) files_.exit(process.pid);
  process.has_files = false;
  if (process.has_space) {
    process.used.peak_pages = 0;
    leave_space(process);
  }
  release_vfork_waiter(process);
  orphan_groups(process);
  // The first process's are those of its successor.
  if (process.pid != 1) reparent_children(process);
  if (process.leads_session()) terminals_.end_session(process.session);
  if (process.pid == 1) return start_first_process();
  process.state = Process::State::zombie;
  tell_end(process);
  // Most are waited for already. Of the others /proc tells.
  if (process.state != Process::State::zombie) return;
  process.lingers = true;
  files_.linger(process.pid, true);
  if (process.state == Process::State::reaped) tell_reaped(process);
}

void Server::tell_end(Process& process) {
  const bool by_signal = (process.status & 0x7f) != 0;
  tell_parent(process, by_signal ? code_killed : code_exited,
              static_cast<i32>(by_signal ? process.status & 0x7f : process.status >> 8));
}

/// A child's end, stop or continuation: whoever waits for it first, then the signal.
void Server::tell_parent(Process& process, i32 code, i32 status) {
  Process* const parent = processes_.find(process.parent);
  if (parent == nullptr) return;
  // Who waits already reaps the process while it is being told of: its record stays until this is done.
  const Work work(*this, *parent), its_own(*this, process);
  const bool ended = code == code_exited || code == code_killed;
  const Disposition& disposition = parent->disposition(sig_child);
  const bool unwanted =
      ended && process.exit_signal == sig_child &&
      (disposition.handler == Disposition::handler_ignore || (disposition.flags & action_no_child_wait));
  wake_waiters(*parent);
  const bool told = process.state != Process::State::zombie;
  if (unwanted && !told) reap(process, *parent);
  if (!ended && (disposition.flags & action_no_child_stop)) return;
  const unsigned signal = ended ? process.exit_signal : unsigned{sig_child};
  if (signal == 0) return;
  send(*parent, nullptr,
       {.signal = static_cast<u8>(signal),
        .code = code,
        .pid = process.pid,
        .user = process.credentials.user,
        .status = status});
}

/// Who takes a process's children over: the nearest ancestor that asked for it, else init.
Process& Server::parent_of_orphans(const Process& process) const {
  for (Process* above = processes_.find(process.parent); above != nullptr; above = processes_.find(above->parent))
    if (above->subreaper && above->state == Process::State::live) return *above;
  return processes_[identifiers_.process(1)];
}

void Server::reparent_children(Process& process) {
  while (Process* const child = processes_.find(process.first_child)) {
    // The heir may reap it while it is being killed.
    const Work work(*this, *child);
    unlink_child(*child);
    link_child(parent_of_orphans(process), *child);
    child->exit_signal = sig_child;  // another signal was agreed upon with who made it, and may not be for the heir
    if (child->state == Process::State::zombie)
      tell_end(*child);
    else if (child->parent_death_signal != 0)
      send(*child, nullptr, {.signal = child->parent_death_signal, .pid = process.pid});
  }
}

/// The parent knows: nothing of the child is left.
void Server::reap(Process& child, Process& parent) {
  const Work work(*this, child);
  Times& times = parent.of_children;
  times.user += child.used.user + child.of_children.user;
  times.system += child.used.system + child.of_children.system;
  times.minor_faults += child.used.minor_faults + child.of_children.minor_faults;
  times.major_faults += child.used.major_faults + child.of_children.major_faults;
  times.peak_pages = std::max({times.peak_pages, child.used.peak_pages, child.of_children.peak_pages});
  unlink_child(child);
  set_group(child, 0, 0);
  child.state = Process::State::reaped;
  if (child.lingers) ++reaped_untold_;
}

void Server::tell_reaped(Process& process) {
  process.lingers = false;
  --reaped_untold_;
  files_.linger(process.pid, false);
}

void Server::tell_reaped() {
  while (reaped_untold_ != 0) {
    Process* untold = nullptr;
    processes_.each([&](Process& process) {
      if (process.state == Process::State::reaped && process.lingers && process.workers == 0) untold = &process;
    });
    if (untold == nullptr) return;  // whoever works for it will
    const Work work(*this, *untold);
    tell_reaped(*untold);
  }
}

}  // namespace process
