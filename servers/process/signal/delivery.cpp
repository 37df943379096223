// SPDX-License-Identifier: BSD-2-Clause
#include <cstring>

#include "abi/status.hpp"
#include "generated/contract/file.hpp"
#include "generated/contract/process.hpp"
#include "lib/component/log.hpp"
#include "servers/process/server.hpp"
#include "servers/process/signal/interruptible.hpp"

// What happens to a thread that has stopped: why it did, which signals it takes, and how it goes on.
namespace process {

namespace {

using contract::file::signal_cause;
using contract::process::stop_install_mask, contract::process::stop_restore_mask, contract::process::stop_signal;

constexpr u64 syscall_bytes = 2;

constexpr u64 error_value(Errno error) { return -static_cast<u64>(error); }

/// Ends a call that would be made anew.
void end_call(Registers& registers, Errno error) {
  registers.rip += syscall_bytes;
  registers.rax = error_value(error);
}

/// The number by which a call is made that a terminal serves from the background as well; 0: there is none.
u16 exempt_call(u64 number) {
  switch (number) {
    case call_write:
      return call_exempt_write;
    case call_writev:
      return call_exempt_writev;
    case call_ioctl:
      return call_exempt_ioctl;
    default:
      return 0;
  }
}

struct Exception {
  u8 signal;
  i32 code;
  bool at_instruction;  // si_addr is the instruction
};

// Linux: arch/x86/kernel/traps.c. What has no entry of its own is SIGSEGV from the kernel.
Exception exception_of(unsigned vector) {
  switch (vector) {
    case 0:
      return {sig_arithmetic, 1, true};  // FPE_INTDIV
    case 1:
      return {sig_trap, 2, true};  // TRAP_TRACE
    case 3:
      return {sig_trap, code_kernel, false};
    case 6:
      return {sig_illegal, 2, true};  // ILL_ILLOPN
    case 16:
    case 19:
      return {sig_arithmetic, 7, true};  // FPE_FLTINV
    case 17:
      return {sig_bus, 1, false};  // BUS_ADRALN
    default:
      return {sig_segment, code_kernel, false};
  }
}

}  // namespace

/// Takes the signal that comes first; 0: none is to be taken.
unsigned Server::next_signal(Thread& thread, SignalInfo& info) {
  Process& process = process_of(thread);
  const SignalSet own = thread.pending.set & ~thread.mask;
  const SignalSet all = (own | process.pending.set) & ~thread.mask;
  if (all.empty()) return 0;
  const SignalSet first = own & instruction_signals;
  const unsigned signal = first.empty() ? all.first() : first.first();
  info = signals_.take(own.has(signal) ? thread.pending : process.pending, signal);
  return signal;
}

void Server::threads_stopped() {
  while (const auto stopped = kernel_.take_stopped()) {
    Thread* const thread = threads_.find(by_kernel_thread_[stopped->thread]);
    if (thread == nullptr || thread->phase != Thread::Phase::running) continue;
    const Work work(*this, process_of(*thread));
    thread->phase = Thread::Phase::handled;
    thread->stop_asked = false;
    settle(*thread, stopped->cause);
  }
  tell_later();
}

void Server::settle(Thread& thread, u32 cause) {
  if (cause >= abi::cause_exception && cause < abi::cause_exception + 32) {
    raise_exception(thread, cause - abi::cause_exception);
  } else if (cause > signal_cause && cause <= signal_cause + signal_count) {
    const unsigned signal = cause - signal_cause;
    if (signal == sig_terminal_input || signal == sig_terminal_output) return stop_by_terminal(thread, signal);
    send(process_of(thread), &thread, {.signal = static_cast<u8>(signal), .pid = process_of(thread).pid});
  } else if (cause == stop_install_mask) {
    return install_mask(thread);
  } else if (cause == stop_restore_mask && thread.has_saved_mask) {
    thread.mask = thread.saved_mask;
    thread.has_saved_mask = false;
  }
  go_on(thread);
}

/// Lets a handled thread take its signals, then return to its program, or stand still with its process.
void Server::go_on(Thread& thread) {
  Process& process = process_of(thread);
  Registers registers;
  bool read = false, handled = false;
  SignalInfo info;
  for (;;) {
    if (thread.phase == Thread::Phase::gone) return;
    if (process.job == Process::Job::stopped) break;
    const unsigned signal = next_signal(thread, info);
    if (signal == 0) break;
    const Disposition disposition = process.disposition(signal);
    if (disposition.handler == Disposition::handler_ignore) continue;
    if (thread.traced)
      note(process.pid, {.kind = abi::trace::Kind::signal, .thread = thread.tid, .number = static_cast<u16>(signal)});
    if (disposition.handled()) {
      if (!read && !kernel_.read(thread.kernel, registers)) return;
      read = true;
      if (!handled && thread.call_broken_off) break_off_call(thread, disposition, registers);
      handled = true;
      if (!handle(thread, info, registers)) return;
      continue;
    }
    switch (default_action(signal)) {
      case DefaultAction::ignore:
      case DefaultAction::resume:
        break;
      case DefaultAction::stop:
        if (signal == sig_stop || !is_orphaned(process.group)) stop_process(process, signal);
        break;
      case DefaultAction::terminate:
        if (process.pid != 1) return end_process(process, signal);
        break;
    }
  }
  if (handled && !kernel_.write(thread.kernel, registers)) return end_process(process, sig_segment);
  if (process.job == Process::Job::stopped) {
    thread.phase = Thread::Phase::held;
    return;
  }
  // A call that is made anew goes on with its own mask.
  if (thread.has_saved_mask && !thread.call_broken_off) {
    thread.mask = thread.saved_mask;
    thread.has_saved_mask = false;
    if (has_signal(thread)) return go_on(thread);
  }
  thread.call_broken_off = false;
  thread.phase = Thread::Phase::running;
  thread.stop_asked = false;
  kernel_.resume(thread.kernel);
}

/// A handler runs, and the thread's call was to be made anew: whether it is.
void Server::break_off_call(Thread& thread, const Disposition& disposition, Registers& registers) {
  thread.call_broken_off = false;
  const u64 number = registers.rax;
  // It may have ended as the signal came, or the thread was not in a call at all but in a page fault.
  if (registers.call != abi::call_again || !may_wait(number)) return;
  const bool timed = registers.r10 != 0;
  if ((disposition.flags & action_restart) && !never_restarts(number, timed)) return;
  end_call(registers, Errno::interrupted);
  if (thread.sleep_goes_on && thread.remaining != 0) {
    const u64 now = kernel_.now();
    const u64 left = thread.wake_at > now ? thread.wake_at - now : 0;
    const u64 rest[2] = {left / 1'000'000'000, left % 1'000'000'000};
    if (!memory_.store(process_of(thread).pid, thread.remaining, std::as_bytes(std::span(rest))))
      registers.rax = error_value(Errno::fault);
  }
  thread.sleep_goes_on = false;
}

/// Enters the handler. False: that was not possible, and the process has ended.
bool Server::handle(Thread& thread, const SignalInfo& info, Registers& registers) {
  Process& process = process_of(thread);
  const unsigned signal = info.signal;
  const Disposition disposition = process.disposition(signal);
  // Before anybody else runs: another thread with the same signal finds it reset.
  if (disposition.flags & action_reset_hand) process.disposition(signal).handler = Disposition::handler_default;
  frame::Delivery delivery{.info = info,
                           .disposition = disposition,
                           .mask_after = thread.has_saved_mask ? thread.saved_mask : thread.mask,
                           .alternate = thread.alternate,
                           .trap = thread.trap,
                           .fault_address = thread.fault_address};
  frame::VectorState vector;
  frame::Image image;
  const bool made = kernel_.read_vector(thread.kernel, vector) &&
                    (make_explicit(vector), frame::enter(delivery, vector, registers, image)) &&
                    memory_.store(process.pid, image.address, std::span(image.bytes).first(image.size));
  if (thread.phase == Thread::Phase::gone) return false;
  if (!made) {
    end_process(process, sig_segment);
    return false;
  }
  thread.has_saved_mask = false;
  thread.mask = thread.mask | disposition.mask;
  if (!(disposition.flags & action_no_defer)) thread.mask.add(signal);
  thread.mask = thread.mask & ~never_blocked;
  if (thread.alternate.flags & frame::AlternateStack::flag_disarm) thread.alternate = {};
  return true;
}

/// In the log, as Linux does: the program is gone, and whoever wrote it wants to know where it was.
void Server::tell_fatal(const Process& process, const SignalInfo& info, const Registers& registers) {
  kernel_.log(component::Line()
                  .add_all("program ", process.pid, " ended by signal ", info.signal, " for ",
                           component::hex(info.value), " at ", component::hex(registers.rip), ", stack ",
                           component::hex(registers.rsp))
                  .text());
}

/// A signal that the thread's own instruction made: it cannot be put off.
void Server::force_signal(Thread& thread, SignalInfo info) {
  Process& process = process_of(thread);
  Disposition& disposition = process.disposition(info.signal);
  if (thread.mask.has(info.signal) || disposition.handler == Disposition::handler_ignore) {
    disposition.handler = Disposition::handler_default;
    thread.mask.remove(info.signal);
  }
  if (disposition.handled()) {
    signals_.add(thread.pending, info);
    return;
  }
  Registers registers;
  if (kernel_.read(thread.kernel, registers)) tell_fatal(process, info, registers);
  end_process(process, info.signal);
}

void Server::raise_exception(Thread& thread, unsigned vector) {
  constexpr unsigned page_fault = 14;
  const Exception exception = exception_of(vector);
  SignalInfo info{.signal = exception.signal, .code = exception.code};
  thread.trap = static_cast<u8>(vector);
  if (vector == page_fault) {
    info.code = 1;
    if (const auto reason = memory_.fault(thread.kernel)) {
      info.signal = reason->signal;
      info.code = reason->code;
      info.value = thread.fault_address = reason->address;
    }
  } else if (exception.at_instruction) {
    Registers registers;
    if (kernel_.read(thread.kernel, registers)) info.value = registers.rip;
  }
  if (thread.phase != Thread::Phase::gone) force_signal(thread, info);
}

/// Reading or writing a terminal from the background. Who does not feel the signal may write, but not read.
void Server::stop_by_terminal(Thread& thread, unsigned signal) {
  Process& process = process_of(thread);
  const Disposition& disposition = process.disposition(signal);
  const bool unfelt = thread.mask.has(signal) || disposition.handler == Disposition::handler_ignore;
  thread.call_broken_off = true;
  if (unfelt || is_orphaned(process.group)) {
    Registers registers;
    if (!kernel_.read(thread.kernel, registers)) return;
    const u16 exempt = unfelt && signal == sig_terminal_output ? exempt_call(registers.rax) : u16{0};
    if (exempt != 0)
      registers.rax = exempt;
    else if (registers.call == abi::call_again)
      end_call(registers, Errno::io);
    kernel_.write(thread.kernel, registers);
    thread.call_broken_off = exempt != 0;
    return go_on(thread);
  }
  send_to_group(process.group, {.signal = static_cast<u8>(signal), .code = code_kernel});
  go_on(thread);
}

/// ppoll and its kind with a signal mask: the mask is put in place, then the call is made by the number that leaves it.
void Server::install_mask(Thread& thread) {
  Process& process = process_of(thread);
  Registers registers;
  if (!kernel_.read(thread.kernel, registers)) return;
  u64 address = 0;
  u16 number = 0;
  Result<void> loaded;
  switch (registers.rax) {
    case call_ppoll:
      address = registers.r10, number = call_masked_ppoll;
      break;
    case call_epoll_pwait:
      address = registers.r8, number = call_masked_epoll_pwait;
      break;
    case call_epoll_pwait2:
      address = registers.r8, number = call_masked_epoll_pwait2;
      break;
    case call_pselect6:
      // The sixth argument points to the address of the mask and its size.
      number = call_masked_pselect6;
      loaded = memory_.load(process.pid, registers.r9, std::as_writable_bytes(std::span(&address, 1)));
      break;
    default:
      return go_on(thread);
  }
  u64 mask = 0;
  if (loaded && address != 0) loaded = memory_.load(process.pid, address, std::as_writable_bytes(std::span(&mask, 1)));
  if (thread.phase == Thread::Phase::gone) return;
  if (!loaded) {
    end_call(registers, Errno::fault);
  } else {
    registers.rax = number;
    thread.saved_mask = thread.mask;
    thread.has_saved_mask = true;
    if (address != 0) thread.mask = SignalSet(mask) & ~never_blocked;
    thread.call_broken_off = true;
  }
  kernel_.write(thread.kernel, registers);
  go_on(thread);
}

void Server::take_over(ProgramCall& call, Thread& thread, i64 value) {
  thread.phase = Thread::Phase::handled;
  thread.stop_asked = false;
  static_cast<void>(ProgramCall::answer(call.endpoint(), CallResult::stop(value, stop_signal)));
}

}  // namespace process
