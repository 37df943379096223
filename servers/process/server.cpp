// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

#include "generated/contract/process.hpp"
#include "lib/component/log.hpp"

namespace process {

using contract::process::stop_signal;

Server::Server(Kernel& kernel, Files& files, Spaces& spaces, Terminals& terminals, Power& power, WallClock& wall_clock)
    : kernel_(kernel), files_(files), memory_(spaces), terminals_(terminals), power_(power), wall_clock_(wall_clock) {}

// Who works for it last does what had to wait; while he does, he still counts.
void Server::clear_up(Process& process) {
  if (process.has_gone_threads) sweep(process);
  if (process.workers == 1 && process.state == Process::State::ending) finish(process);
  // What file still shows goes when it has been told.
  if (--process.workers == 0 && process.state == Process::State::reaped && !process.lingers) drop_process(process);
}

[[gnu::hot]] void Server::program_call(ProgramCall& call) {
  const u16 index = identifiers_.thread(call.owner_tag().thread());
  if (index == 0) {
    call.answer(CallResult::error(Errno::no_process));
    return;
  }
  Thread& thread = threads_[index];
  const Work work(*this, process_of(thread));
  dispatch(call);
  tell_later();
  // A thread that goes back to its program takes its signals on the way.
  if (thread.phase != Thread::Phase::running || !has_signal(thread)) return;
  abi::Message reply;
  if (!call.take_reply(reply) || reply.tag.label() != abi::reply_value) return;
  thread.stop_asked = true;
  call.answer(CallResult::stop(static_cast<i64>(reply.words[0]), stop_signal));
}

Process* Server::live_process(Pid pid) const {
  Process* const process = processes_.find(identifiers_.process(pid));
  return process != nullptr && (process->state == Process::State::live || process->state == Process::State::zombie ||
                                process->state == Process::State::ending)
             ? process
             : nullptr;
}

Process* Server::make_process(Pid pid) {
  Process* const process = processes_.make();
  if (process == nullptr) return nullptr;
  process->pid = pid;
  process->started = kernel_.now();
  process->alarm.kind = Timer::Kind::alarm;
  process->alarm.owner = process->index;
  identifiers_.set_process(pid, process->index);
  return process;
}

Thread* Server::make_thread(Process& process, Pid tid) {
  Thread* const thread = threads_.make();
  if (thread == nullptr) return nullptr;
  thread->tid = tid;
  thread->process = process.index;
  thread->timer.owner = thread->index;
  thread->next = process.first_thread;
  process.first_thread = thread->index;
  identifiers_.set_thread(tid, thread->index);
  return thread;
}

/// Threads that are gone leave their records.
void Server::sweep(Process& process) {
  process.has_gone_threads = false;
  for (u16* link = &process.first_thread; *link != 0;) {
    Thread& thread = threads_[*link];
    if (thread.phase != Thread::Phase::gone) {
      link = &thread.next;
      continue;
    }
    *link = thread.next;
    identifiers_.set_thread(thread.tid, 0);
    signals_.discard(thread.pending, ~SignalSet());
    // The leader's identifier is its process's as well.
    if (thread.tid != process.pid) identifiers_.release(thread.tid);
    threads_.drop(thread);
  }
}

void Server::drop_process(Process& process) {
  identifiers_.set_process(process.pid, 0);
  identifiers_.release(process.pid);
  processes_.drop(process);
}

void Server::link_child(Process& parent, Process& child) {
  child.parent = parent.index;
  child.next_sibling = parent.first_child;
  parent.first_child = child.index;
}

void Server::unlink_child(Process& child) {
  if (child.parent == 0) return;
  for (u16* link = &processes_[child.parent].first_child; *link != 0; link = &processes_[*link].next_sibling) {
    if (*link != child.index) continue;
    *link = child.next_sibling;
    break;
  }
  child.parent = child.next_sibling = 0;
}

/// Group and session keep their identifiers in use.
void Server::set_group(Process& process, Pid group, Pid session) {
  if (group != 0) identifiers_.hold(group);
  if (session != 0) identifiers_.hold(session);
  if (process.group != 0) identifiers_.release(process.group);
  if (process.session != 0) identifiers_.release(process.session);
  process.group = group;
  process.session = session;
}

/// An index that the kernel may have free; the first ones are components'.
KernelThread Server::take_kernel_thread() {
  for (unsigned tries = 0; tries < abi::max_threads; ++tries) {
    last_kernel_thread_ = static_cast<KernelThread>((last_kernel_thread_ + 1) % abi::max_threads);
    if (by_kernel_thread_[last_kernel_thread_] == 0) return last_kernel_thread_;
  }
  return 0;
}

/// Makes the thread in the kernel, stopped.
bool Server::create_in_kernel(Process& process, Thread& thread, const Registers& registers) {
  for (unsigned tries = 0; tries < abi::max_threads; ++tries) {
    const KernelThread index = take_kernel_thread();
    const Status status = kernel_.create(index, process.space, tag_of(process, thread), registers);
    if (status == Status::exists || (status == Status::invalid && tries + 1 < abi::max_threads)) continue;
    if (status != Status::ok) return false;
    by_kernel_thread_[index] = thread.index;
    thread.kernel = index;
    thread.traced = process.traced;
    ++process.thread_count;
    return true;
  }
  return false;
}

bool Server::take_space(SpaceIndex& space) {
  for (std::size_t word = 0; word < spaces_used_.size(); ++word) {
    if (spaces_used_[word] == ~u64{0}) continue;
    const auto bit = static_cast<unsigned>(std::countr_one(spaces_used_[word]));
    spaces_used_[word] |= u64{1} << bit;
    space = static_cast<SpaceIndex>(word * 64 + bit);
    return true;
  }
  return false;
}

/// Sets a timer, and the kernel's if that one is now the next.
void Server::set_timer(Timer& timer, u64 deadline) {
  timers_.set(timer, deadline);
  const u64 next = timers_.next();
  if (next == 0 || (armed_ != 0 && armed_ <= next)) return;
  armed_ = next;
  kernel_.set_timer(next);
}

void Server::unknown_call(unsigned number, std::string_view name) {
  kernel_.log(component::Line().add_all(name, " ", number).text());
}

}  // namespace process
