// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

// The calls by which a thread arranges its own signals.
namespace process {

namespace {

constexpr u64 set_bytes = sizeof(u64);

}  // namespace

CallResult Server::rt_sigaction(ProgramCall& call, i32 signal, UserAddress action, UserAddress old, u64 mask_size) {
  Process& process = process_of(caller(call));
  if (mask_size != set_bytes || !is_signal(signal)) return CallResult::error(Errno::invalid);
  const unsigned number = static_cast<unsigned>(signal);
  if (action && never_blocked.has(number)) return CallResult::error(Errno::invalid);
  const Disposition before = process.disposition(number);
  Disposition wanted;
  if (action) {
    const auto got = call.get<Disposition>(action);
    if (!got) return CallResult::of(got.error());
    wanted = *got;
  }
  if (old)
    if (const auto told = call.put(old, before); !told) return CallResult::of(told.error());
  if (!action) return CallResult::value(0);
  wanted.mask = wanted.mask & ~never_blocked;
  process.disposition(number) = wanted;
  // What is ignored from now on is not kept either.
  const bool ignored = wanted.handler == Disposition::handler_ignore ||
                       (!wanted.handled() && default_action(number) == DefaultAction::ignore);
  if (ignored) discard_everywhere(process, SignalSet::of(number));
  return CallResult::value(0);
}

CallResult Server::rt_sigprocmask(ProgramCall& call, i32 how, UserAddress set, UserAddress old, u64 mask_size) {
  constexpr i32 block = 0, unblock = 1, replace = 2;
  Thread& thread = caller(call);
  if (mask_size != set_bytes) return CallResult::error(Errno::invalid);
  SignalSet mask = thread.mask;
  if (set) {
    const auto given = call.get<u64>(set);
    if (!given) return CallResult::of(given.error());
    const SignalSet signals = SignalSet(*given) & ~never_blocked;
    if (how == block)
      mask = mask | signals;
    else if (how == unblock)
      mask = mask & ~signals;
    else if (how == replace)
      mask = signals;
    else
      return CallResult::error(Errno::invalid);
  }
  if (old)
    if (const auto told = call.put(old, thread.mask.bits()); !told) return CallResult::of(told.error());
  thread.mask = mask;
  return CallResult::value(0);
}

CallResult Server::rt_sigpending(ProgramCall& call, UserAddress set, u64 mask_size) {
  Thread& thread = caller(call);
  if (mask_size > set_bytes) return CallResult::error(Errno::invalid);
  const u64 pending = ((thread.pending.set | process_of(thread).pending.set) & thread.mask).bits();
  const auto told = call.copy_out(set, std::as_bytes(std::span(&pending, 1)).first(mask_size));
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::rt_sigsuspend(ProgramCall& call, UserAddress mask, u64 mask_size) {
  Thread& thread = caller(call);
  if (mask_size != set_bytes) return CallResult::error(Errno::invalid);
  const auto given = call.get<u64>(mask);
  if (!given) return CallResult::of(given.error());
  // Made anew after a stop it still has the mask to go back to.
  if (!thread.has_saved_mask) thread.saved_mask = thread.mask;
  thread.has_saved_mask = true;
  thread.mask = SignalSet(*given) & ~never_blocked;
  return park(call, thread, Wait::signal, 0);
}

CallResult Server::pause(ProgramCall& call) { return park(call, caller(call), Wait::signal, 0); }

CallResult Server::sigaltstack(ProgramCall& call, UserAddress stack, UserAddress old) {
  using frame::AlternateStack;
  constexpr u64 least = 2048;
  Thread& thread = caller(call);
  if (stack) {
    // Whether the thread is on it now, only its stack pointer says.
    const auto given = call.get<AlternateStack>(stack);
    if (!given) return CallResult::of(given.error());
    const i32 mode = given->flags & ~AlternateStack::flag_disarm;
    if (mode != 0 && mode != AlternateStack::flag_on && mode != AlternateStack::flag_disabled)
      return CallResult::error(Errno::invalid);
    if (!(mode & AlternateStack::flag_disabled) && given->size < least) return CallResult::error(Errno::no_memory);
    if (old)
      if (const auto told = call.put(old, thread.alternate); !told) return CallResult::of(told.error());
    thread.alternate = *given;
    thread.alternate.flags &= ~AlternateStack::flag_on;
    if (mode & AlternateStack::flag_disabled) thread.alternate = {};
    return CallResult::value(0);
  }
  if (old)
    if (const auto told = call.put(old, thread.alternate); !told) return CallResult::of(told.error());
  return CallResult::value(0);
}

CallResult Server::rt_sigreturn(ProgramCall& call) {
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  take_over(call, thread, 0);
  Registers registers;
  frame::Frame frame;
  frame::VectorState vector;
  bool sound = kernel_.read(thread.kernel, registers);
  // The handler's `ret` has taken the return address.
  const u64 address = registers.rsp - sizeof(u64);
  sound = sound && memory_.load(process.pid, address, std::as_writable_bytes(std::span(&frame, 1)));
  frame::Return back{};
  if (sound) {
    back = frame::leave(frame, registers);
    if (back.vector_state != 0) {
      vector.size = kernel_.vector_bytes();
      sound = memory_.load(process.pid, back.vector_state, std::span(vector.bytes).first(vector.size)).has_value();
    }
  }
  if (thread.phase == Thread::Phase::gone) return CallResult::park();
  if (sound) {
    thread.mask = back.mask;
    thread.alternate = back.alternate;
    if (vector.size != 0) sound = kernel_.write_vector(thread.kernel, std::span(vector.bytes).first(vector.size));
    sound = sound && kernel_.write(thread.kernel, registers);
  }
  if (!sound) force_signal(thread, {.signal = sig_segment, .code = code_kernel});
  go_on(thread);
  return CallResult::park();
}

}  // namespace process
