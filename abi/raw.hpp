// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/calls.hpp"
#include "abi/message.hpp"

// The kernel's calls as bare instructions. Only lib/contract, lib/component and generated code include this.
namespace abi::raw {

struct Received {
  Status status;
  Endpoint sender;
  Message message;
};

// A call that sends and receives a message in registers. A component keeps rbx, rbp and r10 across it.
inline Received exchange(u64 number, u64 endpoint, const Message& message) {
  register u64 rax asm("rax") = number;
  register u64 rdi asm("rdi") = endpoint;
  register u64 rsi asm("rsi") = message.tag.bits;
  register u64 rdx asm("rdx") = message.words[0];
  register u64 r8 asm("r8") = message.words[1];
  register u64 r9 asm("r9") = message.words[2];
  register u64 r12 asm("r12") = message.words[3];
  register u64 r13 asm("r13") = message.words[4];
  register u64 r14 asm("r14") = message.words[5];
  register u64 r15 asm("r15") = message.words[6];
  asm volatile("syscall"
               : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx), "+r"(r8), "+r"(r9), "+r"(r12), "+r"(r13), "+r"(r14),
                 "+r"(r15)
               :
               : "rcx", "r11", "memory");
  return {static_cast<Status>(rax), {rdi}, {{rsi}, {rdx, r8, r9, r12, r13, r14, r15}}};
}

struct Result {
  Status status;
  u64 first, second, third;
};

/// Told of each call that the kernel refused, so that none is refused in silence. Defined by the runtime. Who calls
/// another component says it himself, off the short path.
[[gnu::cold]] void refused(u64 number, u64 a0, u64 a1);

inline Result plain(u64 number, u64 a0 = 0, u64 a1 = 0, u64 a2 = 0, u64 a3 = 0, u64 a4 = 0) {
  register u64 rax asm("rax") = number;
  register u64 rdi asm("rdi") = a0;
  register u64 rsi asm("rsi") = a1;
  register u64 rdx asm("rdx") = a2;
  register u64 r8 asm("r8") = a3;
  register u64 r9 asm("r9") = a4;
  asm volatile("syscall" : "+r"(rax), "+r"(rdi), "+r"(rsi), "+r"(rdx) : "r"(r8), "r"(r9) : "rcx", "r11", "memory");
  // Nested, so that whoever looks for `ok` anyway pays nothing more.
  if (static_cast<Status>(rax) != Status::ok) [[unlikely]] {
    if (static_cast<Status>(rax) == Status::refused) refused(number, a0, a1);
  }
  return {static_cast<Status>(rax), rdi, rsi, rdx};
}

inline Received call(Endpoint to, const Message& message, u32 within_ms = 0) {
  return exchange(static_cast<u64>(Call::call) | u64{within_ms} << 32, to.bits, message);
}
inline Received receive(u64 options = 0) { return exchange(static_cast<u64>(Call::receive) | options, 0, {}); }
inline Status reply(Endpoint to, const Message& message) {
  return exchange(static_cast<u64>(Call::reply), to.bits, message).status;
}
inline Received reply_receive(Endpoint to, const Message& message, u64 options = 0) {
  return exchange(static_cast<u64>(Call::reply_receive) | options, to.bits, message);
}
inline Status notify(unsigned slot, u64 events) { return plain(static_cast<u64>(Call::notify), slot, events).status; }
inline Status wake(Endpoint program) { return plain(static_cast<u64>(Call::wake), program.bits).status; }

// Bytes done come back in `first`.
inline Result copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) {
  return plain(static_cast<u64>(Call::copy_in) | u64{lend} << 8, from.bits, offset, reinterpret_cast<u64>(to), length);
}
inline Result copy_out(Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) {
  return plain(static_cast<u64>(Call::copy_out) | u64{lend} << 8, to.bits, offset, reinterpret_cast<u64>(from), length);
}

}  // namespace abi::raw
