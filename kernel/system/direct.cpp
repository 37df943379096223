// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/arch/x86_64/instructions.hpp"
#include "kernel/system/kernel.hpp"

// The short path of messages on this machine: their words stay in the registers in which the sender has them. This
// calling convention passes as many, and its tail calls go on with what then is in them, in entry.S.
namespace kernel {

static_assert(offsetof(Thread, frame) == 0);

using Continuation = __attribute__((preserve_none)) void(u64 r12, u64 r13, u64 r14, u64 r15, u64 rdi, u64 rsi, u64 rdx,
                                                         Frame* frame, u64 r8, u64 r9);

namespace {

Frame* switch_directly(Thread& next) {
  local_cpu->frame = &next.frame;
  local_cpu->root = next.root;
  x86::write_control<3>(next.root);
  unlock();
  return &next.frame;
}

}  // namespace

extern "C" {

Continuation syscall_general, resume_direct;

// No look at the slot's kernel calls: every component may receive, and one that may not call has nobody to call (the
// verifier gives both or neither).
[[gnu::section(".text.hot"), gnu::flatten]] __attribute__((preserve_none)) void direct_call(u64 r12, u64 r13, u64 r14,
                                                                                            u64 r15, u64 rdi, u64 rsi,
                                                                                            u64 rdx, Frame* frame,
                                                                                            u64 r8, u64 r9) {
  if (try_lock()) [[likely]] {
    Thread& caller = *reinterpret_cast<Thread*>(frame);
    if (Thread* next = core.direct_call(caller, {rdi})) [[likely]] {
      frame->keep_message(rsi, rdx, r8, r9, r12, r13, r14, r15);
      rdi = caller.endpoint.bits;
      frame = switch_directly(*next);
      [[clang::musttail]] return resume_direct(r12, r13, r14, r15, rdi, rsi, rdx, frame, r8, r9);
    }
    unlock();
  }
  [[clang::musttail]] return syscall_general(r12, r13, r14, r15, rdi, rsi, rdx, frame, r8, r9);
}

[[gnu::section(".text.hot"), gnu::flatten]] __attribute__((preserve_none)) void direct_reply_receive(
    u64 r12, u64 r13, u64 r14, u64 r15, u64 rdi, u64 rsi, u64 rdx, Frame* frame, u64 r8, u64 r9) {
  if (try_lock()) [[likely]] {
    Thread& server = *reinterpret_cast<Thread*>(frame);
    if (Thread* next = core.direct_reply_receive(server, {rdi}, frame->call)) [[likely]] {
      frame = switch_directly(*next);
      [[clang::musttail]] return resume_direct(r12, r13, r14, r15, 0, rsi, rdx, frame, r8, r9);
    }
    unlock();
  }
  [[clang::musttail]] return syscall_general(r12, r13, r14, r15, rdi, rsi, rdx, frame, r8, r9);
}
}

}  // namespace kernel
