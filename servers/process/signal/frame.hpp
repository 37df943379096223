// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>

#include "abi/status.hpp"
#include "servers/process/signal/signals.hpp"

// What a handler finds on its stack (Linux: arch/x86/include/asm/sigframe.h, uapi/asm/sigcontext.h, ucontext.h):
//   return address | ucontext | siginfo | (aligned to 64) floating point and vector state
namespace process::frame {

struct AlternateStack {
  u64 base = 0;
  i32 flags = flag_disabled;
  u32 unused = 0;
  u64 size = 0;

  static constexpr i32 flag_on = 1, flag_disabled = 2;
  static constexpr i32 flag_disarm = i32(0x8000'0000u);
  bool holds(u64 stack_pointer) const {
    return !(flags & flag_disabled) && stack_pointer > base && stack_pointer - base <= size;
  }
};
static_assert(sizeof(AlternateStack) == 24);

/// sigcontext.
struct MachineContext {
  u64 r8, r9, r10, r11, r12, r13, r14, r15;
  u64 rdi, rsi, rbp, rbx, rdx, rax, rcx, rsp, rip, rflags;
  u16 cs, gs, fs, ss;
  u64 error, trap, old_mask, fault_address;
  u64 vector_state;  // address
  u64 unused[8];
};
static_assert(sizeof(MachineContext) == 256);

struct UserContext {
  u64 flags;
  u64 link;
  AlternateStack stack;
  MachineContext machine;
  u64 mask;
};
static_assert(sizeof(UserContext) == 304);

struct Frame {
  u64 return_address;
  UserContext context;
  std::array<std::byte, signal_info_bytes> info;
};
static_assert(sizeof(Frame) == 440);

/// Room for the state of every vector extension that is known; what the processor has is found out at run time.
inline constexpr std::size_t max_vector_bytes = 2696;
inline constexpr std::size_t vector_legacy_bytes = 512;
inline constexpr std::size_t vector_header_end = 576;

/// Floating point and vector state as the kernel gives it (the processor's XSAVE area).
struct VectorState {
  alignas(64) std::array<std::byte, max_vector_bytes> bytes{};
  std::size_t size = 0;
};
/// Puts initial values where the area's header says that a component is in its initial state, and says so no longer.
void make_explicit(VectorState& state);

/// Bytes for a handler's stack, to be written from `address` on.
struct Image {
  u64 address = 0;
  std::size_t size = 0;
  std::array<std::byte, sizeof(Frame) + 64 + max_vector_bytes + 64> bytes;
};

struct Delivery {
  SignalInfo info;
  Disposition disposition;
  SignalSet mask_after;  // what sigreturn restores
  AlternateStack alternate;
  u64 trap = 0, error = 0, fault_address = 0;
};

/// Makes the image and sets the registers to enter the handler. False: there is no restorer, or the stack pointer
/// leaves no room.
bool enter(const Delivery& delivery, const VectorState& vector, abi::Registers& registers, Image& image);

/// What sigreturn finds. `frame_address` is the stack pointer when it is called, less the return address.
struct Return {
  SignalSet mask;
  AlternateStack alternate;
  u64 vector_state;  // address, 0: none
};
Return leave(const Frame& frame, abi::Registers& registers);

}  // namespace process::frame
