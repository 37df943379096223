// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/signal/frame.hpp"

#include <algorithm>
#include <cstring>

#include "abi/layout.hpp"
#include "abi/status.hpp"

namespace process::frame {

namespace {

constexpr u64 red_zone = 128;
constexpr u64 vector_alignment = 64;

constexpr u64 context_vector = 1, context_stack_segment = 2, context_strict_segment = 4;
constexpr u16 user_code = 0x33, user_data = 0x2b;
constexpr u64 flag_trap = 0x100, flag_direction = 0x400, flag_resume = 0x1'0000;

// The last bytes of the legacy area are software's: what follows it (uapi/asm/sigcontext.h, _fpx_sw_bytes).
struct SoftwareBytes {
  u32 magic;
  u32 extended_size;  // with the second magic number behind the state
  u64 features;
  u32 state_size;
  u32 unused[7];
};
static_assert(sizeof(SoftwareBytes) == 48);
constexpr std::size_t software_offset = 464, features_offset = 512;
constexpr u32 magic_before = 0x4650'5853, magic_behind = 0x4650'5845;

constexpr u64 align_down(u64 value, u64 alignment) { return value / alignment * alignment; }

u64 flags_of(u64 rflags) { return (rflags & 0x240dd5) | 0x202; }

}  // namespace

void make_explicit(VectorState& state) {
  if (state.size < vector_header_end) return;
  u64 present;
  std::memcpy(&present, state.bytes.data() + features_offset, sizeof present);
  const auto clear = [&](std::size_t from, std::size_t to) {
    std::memset(state.bytes.data() + from, 0, std::min(to, state.size) - std::min(from, state.size));
  };
  // Intel SDM volume 1, 13.4.1 and 13.6: x87 in 0..23 and 32..159, SSE in 160..415 with MXCSR at 24.
  if (!(present & 1)) {
    constexpr u16 control_word = 0x37f;
    clear(0, 24);
    clear(32, 160);
    std::memcpy(state.bytes.data(), &control_word, sizeof control_word);
  }
  if (!(present & 2)) {
    clear(160, 416);
    if (!(present & 4)) {
      constexpr u32 control = 0x1f80;
      std::memcpy(state.bytes.data() + 24, &control, sizeof control);
    }
  }
  if (!(present & 4)) clear(vector_header_end, state.size);
  present |= state.size > vector_header_end ? 7 : 3;
  std::memcpy(state.bytes.data() + features_offset, &present, sizeof present);
}

bool enter(const Delivery& delivery, const VectorState& vector, abi::Registers& registers, Image& image) {
  const Disposition& disposition = delivery.disposition;
  if (!(disposition.flags & action_restorer)) return false;
  const bool on_alternate = delivery.alternate.holds(registers.rsp);
  u64 stack = registers.rsp - red_zone;
  if ((disposition.flags & action_on_stack) && !(delivery.alternate.flags & AlternateStack::flag_disabled) &&
      !on_alternate)
    stack = delivery.alternate.base + delivery.alternate.size;
  const std::size_t extended = vector.size + sizeof(u32);
  const u64 room = sizeof(Frame) + extended + vector_alignment + 32;
  if (stack >= abi::layout::user_end || stack < room + page_size) return false;
  const u64 vector_address = align_down(stack - extended, vector_alignment);
  // As a function finds its stack: the return address has just been pushed.
  const u64 address = align_down(vector_address - sizeof(Frame), 16) - 8;

  image.address = address;
  image.size = vector_address + extended - address;
  std::memset(image.bytes.data(), 0, image.size);
  Frame frame{};
  frame.return_address = disposition.restorer;
  frame.context.flags = context_vector | context_stack_segment | context_strict_segment;
  frame.context.stack = delivery.alternate;
  if (on_alternate) frame.context.stack.flags |= AlternateStack::flag_on;
  frame.context.mask = delivery.mask_after.bits();
  frame.context.machine = {.r8 = registers.r8,
                           .r9 = registers.r9,
                           .r10 = registers.r10,
                           .r11 = registers.r11,
                           .r12 = registers.r12,
                           .r13 = registers.r13,
                           .r14 = registers.r14,
                           .r15 = registers.r15,
                           .rdi = registers.rdi,
                           .rsi = registers.rsi,
                           .rbp = registers.rbp,
                           .rbx = registers.rbx,
                           .rdx = registers.rdx,
                           .rax = registers.rax,
                           .rcx = registers.rcx,
                           .rsp = registers.rsp,
                           .rip = registers.rip,
                           .rflags = registers.rflags,
                           .cs = user_code,
                           .gs = 0,
                           .fs = 0,
                           .ss = user_data,
                           .error = delivery.error,
                           .trap = delivery.trap,
                           .old_mask = delivery.mask_after.bits(),
                           .fault_address = delivery.fault_address,
                           .vector_state = vector_address,
                           .unused = {}};
  delivery.info.encode(frame.info.data());
  std::memcpy(image.bytes.data(), &frame, sizeof frame);

  std::byte* state = image.bytes.data() + (vector_address - address);
  std::memcpy(state, vector.bytes.data(), vector.size);
  u64 features = 3;
  if (vector.size >= vector_header_end) std::memcpy(&features, state + features_offset, sizeof features);
  const SoftwareBytes software{magic_before, static_cast<u32>(extended), features, static_cast<u32>(vector.size), {}};
  std::memcpy(state + software_offset, &software, sizeof software);
  std::memcpy(state + vector.size, &magic_behind, sizeof magic_behind);

  registers.rdi = delivery.info.signal;
  registers.rsi = address + offsetof(Frame, info);
  registers.rdx = address + offsetof(Frame, context);
  registers.rax = 0;
  registers.rip = disposition.handler;
  registers.rsp = address;
  registers.rflags = flags_of(registers.rflags & ~(flag_direction | flag_trap | flag_resume));
  registers.call = abi::no_call;
  return true;
}

Return leave(const Frame& frame, abi::Registers& registers) {
  const MachineContext& machine = frame.context.machine;
  registers.r8 = machine.r8;
  registers.r9 = machine.r9;
  registers.r10 = machine.r10;
  registers.r11 = machine.r11;
  registers.r12 = machine.r12;
  registers.r13 = machine.r13;
  registers.r14 = machine.r14;
  registers.r15 = machine.r15;
  registers.rdi = machine.rdi;
  registers.rsi = machine.rsi;
  registers.rbp = machine.rbp;
  registers.rbx = machine.rbx;
  registers.rdx = machine.rdx;
  registers.rax = machine.rax;
  registers.rcx = machine.rcx;
  registers.rsp = machine.rsp;
  registers.rip = machine.rip;
  registers.rflags = flags_of(machine.rflags);
  // Everything comes from the frame, rcx and r11 as well.
  registers.call = abi::no_call;
  AlternateStack alternate = frame.context.stack;
  alternate.flags &= ~AlternateStack::flag_on;
  return {SignalSet(frame.context.mask) & ~never_blocked, alternate, machine.vector_state};
}

}  // namespace process::frame
