// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

// clone(2), fork(2), vfork(2). A child's identifiers are chosen first, then memory and file make its share under them,
// then it is started: whatever is repeated in between finds what was there.
namespace process {

namespace {

enum CloneFlag : u64 {
  share_memory = 0x100,
  share_directories = 0x200,
  share_descriptors = 0x400,
  share_handlers = 0x800,
  trace = 0x2000,
  suspend_parent = 0x4000,
  same_parent = 0x8000,
  same_process = 0x1'0000,
  new_namespaces = 0x7e02'0000,
  share_semaphores = 0x4'0000,
  set_thread_pointer = 0x8'0000,
  tell_parent_tid = 0x10'0000,
  clear_child_tid = 0x20'0000,
  tell_child_tid = 0x100'0000,
  signal_mask = 0xff,
};

}  // namespace

CallResult Server::fork(ProgramCall& call) { return make_child(call, 0, 0, {}, {}, 0, sig_child); }

CallResult Server::vfork(ProgramCall& call) {
  return make_child(call, share_memory | suspend_parent, 0, {}, {}, 0, sig_child);
}

CallResult Server::clone(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_thread, UserAddress child_thread,
                         u64 thread_pointer) {
  if ((flags & same_process) && !(flags & share_handlers)) return CallResult::error(Errno::invalid);
  if ((flags & share_handlers) && !(flags & share_memory)) return CallResult::error(Errno::invalid);
  if (flags & new_namespaces) return CallResult::error(Errno::invalid);
  if (flags & same_process) return make_sibling(call, flags, stack, parent_thread, child_thread, thread_pointer);
  return make_child(call, flags, stack, parent_thread, child_thread, thread_pointer,
                    static_cast<unsigned>(flags & signal_mask));
}

u64 Server::count_of_user(u32 user) const {
  u64 count = 0;
  processes_.each([&](const Process& process) { count += process.credentials.user == user; });
  return count;
}

/// What a child has of its parent from the beginning.
void Server::inherit(Process& child, const Process& parent) {
  child.credentials = parent.credentials;
  child.limits = parent.limits;
  child.dispositions = parent.dispositions;
  child.nice = parent.nice;
  child.dumpable = parent.dumpable;
  child.no_new_privileges = parent.no_new_privileges;
  child.traced = parent.traced;
  set_group(child, parent.group, parent.session);
}

/// Gives the child memory and descriptors. The numbers are Linux's errors; 0 is success.
Errno Server::populate(Process& child, const Thread& thread, u64 flags) {
  const Process& parent = process_of(thread);
  Result<void> result;
  if (flags & share_memory) {
    child.space = parent.space;
    result = memory_.share(parent.pid, child.pid);
  } else {
    if (!take_space(child.space)) return Errno::again;
    result = memory_.fork(parent.pid, child.pid, child.space);
    if (!result) give_space(child.space);
  }
  if (!result) return result.error();
  child.has_space = true;
  result = files_.fork(parent.pid, child.pid, flags & share_descriptors, flags & share_directories);
  if (!result) return result.error();
  child.has_files = true;
  return Errno{};
}

/// A child that nobody has seen yet goes.
void Server::abandon_child(Process& child, Thread& thread) {
  thread.phase = Thread::Phase::gone;
  child.has_gone_threads = true;
  if (child.has_files) files_.exit(child.pid);
  if (child.has_space) leave_space(child);
  signals_.discard(child.pending, ~SignalSet());
  set_group(child, 0, 0);
  child.state = Process::State::reaped;
}

CallResult Server::make_child(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_tid, UserAddress child_tid,
                              u64 thread_pointer, unsigned exit_signal) {
  Thread& thread = caller(call);
  Process& parent = process_of(thread);
  if (exit_signal > signal_count) return CallResult::error(Errno::invalid);
  if (parent.pid != 1 && count_of_user(parent.credentials.user) >= parent.limits[limit_processes].soft &&
      !is_privileged(parent))
    return CallResult::error(Errno::again);
  const Pid pid = identifiers_.take();
  if (pid == 0) return CallResult::error(Errno::again);
  if (flags & tell_parent_tid)
    if (const auto told = call.put(parent_tid, static_cast<i32>(pid)); !told) {
      identifiers_.release(pid);
      return CallResult::of(told.error());
    }
  Process* const child = make_process(pid);
  Thread* const first = child != nullptr ? make_thread(*child, pid) : nullptr;
  if (first == nullptr) {
    if (child != nullptr)
      drop_process(*child);
    else
      identifiers_.release(pid);
    return CallResult::error(Errno::again);
  }
  const Work work(*this, *child);
  inherit(*child, parent);
  child->exit_signal = static_cast<u8>(exit_signal);
  first->mask = thread.mask;
  first->name = thread.name;
  if (!(flags & share_memory) || (flags & suspend_parent)) first->alternate = thread.alternate;
  if (flags & clear_child_tid) first->clear_child_tid = child_tid.value;

  take_over(call, thread, static_cast<i64>(pid));
  Registers registers;
  frame::VectorState vector;
  Errno error{};
  if (!kernel_.read(thread.kernel, registers) || !kernel_.read_vector(thread.kernel, vector)) error = Errno::again;
  const Registers parents = registers;
  if (error == Errno{}) error = populate(*child, thread, flags);
  if (error == Errno{} && (flags & tell_child_tid)) {
    const i32 value = static_cast<i32>(pid);
    static_cast<void>(memory_.store(pid, child_tid.value, std::as_bytes(std::span(&value, 1))));
  }
  registers.rax = 0;
  if (stack != 0) registers.rsp = stack;
  if (flags & set_thread_pointer) registers.fs_base = thread_pointer;
  const bool lost = thread.phase == Thread::Phase::gone;
  if (error == Errno{} && !lost && !create_in_kernel(*child, *first, registers)) error = Errno::again;
  if (error != Errno{} || lost) {
    abandon_child(*child, *first);
    if (lost) return CallResult::park();
    Registers failed = parents;
    failed.rax = -static_cast<u64>(error);
    trace_taken_over(call, static_cast<i64>(failed.rax));
    kernel_.write(thread.kernel, failed);
    go_on(thread);
    return CallResult::park();
  }
  kernel_.write_vector(first->kernel, std::span(vector.bytes).first(vector.size));

  Process& official_parent = (flags & same_parent) && parent.parent != 0 ? processes_[parent.parent] : parent;
  link_child(official_parent, *child);
  child->state = Process::State::live;
  if (flags & suspend_parent) {
    child->vfork_waiter = thread.tid;
    thread.phase = Thread::Phase::waiting;
  }
  trace_taken_over(call, static_cast<i64>(pid));
  go_on(*first);
  if (!(flags & suspend_parent)) go_on(thread);
  return CallResult::park();
}

/// A thread of the caller's own process.
CallResult Server::make_sibling(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_tid, UserAddress child_tid,
                                u64 thread_pointer) {
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  if (process.execing) return CallResult::error(Errno::again);
  const Pid tid = identifiers_.take();
  if (tid == 0) return CallResult::error(Errno::again);
  const i32 value = static_cast<i32>(tid);
  for (const auto& [flag, address] : {std::pair{tell_parent_tid, parent_tid}, std::pair{tell_child_tid, child_tid}}) {
    if (!(flags & flag)) continue;
    if (const auto told = call.put(address, value); !told) {
      identifiers_.release(tid);
      return CallResult::of(told.error());
    }
  }
  Thread* const sibling = make_thread(process, tid);
  if (sibling == nullptr) {
    identifiers_.release(tid);
    return CallResult::error(Errno::again);
  }
  sibling->mask = thread.mask;
  sibling->name = thread.name;
  if (flags & clear_child_tid) sibling->clear_child_tid = child_tid.value;

  take_over(call, thread, value);
  Registers registers;
  frame::VectorState vector;
  bool made = kernel_.read(thread.kernel, registers) && kernel_.read_vector(thread.kernel, vector);
  Registers own = registers;
  registers.rax = 0;
  if (stack != 0) registers.rsp = stack;
  if (flags & set_thread_pointer) registers.fs_base = thread_pointer;
  made = made && create_in_kernel(process, *sibling, registers);
  if (made) {
    kernel_.write_vector(sibling->kernel, std::span(vector.bytes).first(vector.size));
    go_on(*sibling);
  } else {
    sibling->phase = Thread::Phase::gone;
    process.has_gone_threads = true;
    own.rax = -static_cast<u64>(Errno::again);
    kernel_.write(thread.kernel, own);
  }
  trace_taken_over(call, made ? value : static_cast<i64>(own.rax));
  go_on(thread);
  return CallResult::park();
}

/// The child has its own memory now, or none: its parent goes on.
void Server::release_vfork_waiter(Process& process) {
  const Pid tid = std::exchange(process.vfork_waiter, 0);
  Thread* const waiter = tid != 0 ? threads_.find(identifiers_.thread(tid)) : nullptr;
  if (waiter == nullptr || waiter->phase != Thread::Phase::waiting) return;
  const Work work(*this, process_of(*waiter));
  waiter->phase = Thread::Phase::handled;
  go_on(*waiter);
}

CallResult Server::set_tid_address(ProgramCall& call, UserAddress address) {
  Thread& thread = caller(call);
  thread.clear_child_tid = address.value;
  return CallResult::value(static_cast<i64>(thread.tid));
}

CallResult Server::set_robust_list(ProgramCall& call, UserAddress head, u64 length) {
  constexpr u64 head_bytes = 24;
  if (length != head_bytes) return CallResult::error(Errno::invalid);
  caller(call).robust_list = head.value;
  return CallResult::value(0);
}

}  // namespace process
