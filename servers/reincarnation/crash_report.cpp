// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/crash_report.hpp"

#include "abi/layout.hpp"
#include "lib/component/place.hpp"
#include "lib/component/table.hpp"
#include "servers/reincarnation/causes.hpp"

namespace reincarnation {
namespace {

bool in_stacks(const abi::ComponentRecord& record, u64 address) {
  const u64 end = abi::layout::stack_base + record.threads * abi::layout::stack_stride;
  return address >= abi::layout::stack_base && address + 16 <= end && address % sizeof(u64) == 0;
}

// Components are compiled with frame pointers. Whatever the chain says was written by something that has just failed:
// it must stay in the stacks and go upwards, and it ends after a fixed number of steps.
void walk_stack(Machine& machine, const abi::ComponentRecord& record, u64 frame, Crash& crash) {
  while (in_stacks(record, frame) && crash.backtrace.length() < contract::reincarnation::max_backtrace) {
    u64 words[2];  // the caller's frame, and the address of return
    if (machine.peek(record.slot, frame, std::as_writable_bytes(std::span(words))) != Status::ok) return;
    // What was struck at any instruction may have left something else where a return address lies.
    if (words[1] >= abi::layout::image_base && words[1] < abi::layout::table_base) crash.backtrace.push(words[1]);
    if (words[0] <= frame) return;
    frame = words[0];
  }
}

constexpr std::string_view exceptions[] = {"division error",
                                           "debug exception",
                                           "non-maskable interrupt",
                                           "breakpoint",
                                           "overflow",
                                           "bound exceeded",
                                           "invalid opcode",
                                           "device not available",
                                           "double fault",
                                           "coprocessor",
                                           "invalid task state",
                                           "segment not present",
                                           "stack fault",
                                           "general protection",
                                           "page fault"};

}  // namespace

Crash examine(Machine& machine, const abi::ComponentRecord& record, const abi::SlotStatus& status) {
  Crash crash;
  crash.generation = status.generation;
  crash.name = component::name_of(record);
  crash.cause = status.cause;
  crash.cause_detail = status.cause_detail;
  crash.at = status.stopped_at;
  crash.fault_address = status.fault_address;
  crash.served = status.served;
  crash.sender = status.last_sender;
  crash.tag = status.last_request[0];
  crash.slot = record.slot;
  crash.thread = status.faulting_thread < record.threads ? static_cast<u8>(status.faulting_thread) : no_slot;
  const abi::Registers& from = status.registers;
  crash.registers = {from.rax, from.rbx, from.rcx, from.rdx, from.rsi, from.rdi, from.rbp, from.rsp, from.r8,
                     from.r9,  from.r10, from.r11, from.r12, from.r13, from.r14, from.r15, from.rip, from.rflags};
  if (crash.thread != no_slot) walk_stack(machine, record, from.rbp, crash);
  return crash;
}

std::string_view name_of_cause(u32 cause) {
  if (cause >= abi::cause_exception) {
    const u32 vector = cause - abi::cause_exception;
    return vector < std::size(exceptions) ? exceptions[vector] : "exception";
  }
  switch (cause) {
    case abi::cause_exit:
      return "exit";
    case cause_operator:
      return "operator";
    case cause_loop:
      return "loop";
    case abi::cause_hang:
      return "hang";
    case cause_late:
      return "late answer";
    case cause_violation:
      return "contract violation";
    case abi::cause_storm:
      return "interrupt storm";
    case cause_injected:
      return "injected";
    default:
      return "unknown cause";
  }
}

component::Line describe(const Crash& crash) {
  component::Line line;
  line.add_all("crash ", crash.number, ": ", crash.name.view(), " generation ", crash.generation, ": ",
               name_of_cause(crash.cause));
  if (crash.cause == abi::cause_exit) line.add_all(" with code ", crash.cause_detail);
  if (crash.cause == abi::cause_exception + 14) {
    line.add_all(" of address ", component::hex(crash.fault_address));
    if (const auto place = component::place_of(crash.fault_address); !place.empty()) line.add_all(" (", place, ")");
  }
  if (crash.thread != no_slot) line.add_all(" at ", component::hex(crash.registers.rip));
  if (crash.injected) line.add(", injected");
  const abi::Endpoint sender{crash.sender};
  const abi::Tag tag{crash.tag};
  if (crash.sender != 0)
    line.add_all(", in request ", component::hex(tag.label()), sender.program() ? " of program thread " : " of slot ",
                 sender.program() ? sender.thread() : sender.slot());
  for (std::size_t i = 0; i < crash.backtrace.length() && i < 4; ++i)
    line.add_all(i == 0 ? ", called from " : " ", component::hex(crash.backtrace[i]));
  if (crash.poison) line.add(", that request is refused from now on");
  if (crash.next == State::degraded) return line.add(", given up");
  if (crash.delay == 0) return line.add(", restart at once");
  return line.add_all(", restart in ", crash.delay / millisecond, " ms");
}

std::string_view name_of(State state) {
  switch (state) {
    case State::stopped:
      return "stopped";
    case State::starting:
      return "starting";
    case State::failed:
      return "failed";
    case State::quiescing:
      return "quiescing";
    case State::waiting:
      return "waiting";
    case State::resetting:
      return "resetting";
    case State::publishing:
      return "publishing";
    case State::running:
      return "running";
    case State::degraded:
      return "degraded";
  }
  return "unknown";
}

}  // namespace reincarnation
