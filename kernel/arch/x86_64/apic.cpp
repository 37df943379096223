// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/arch/x86_64/devices.hpp"

#include "kernel/arch/x86_64/instructions.hpp"
#include "kernel/memory/frames.hpp"

namespace kernel {

namespace {

// Registers of the local APIC.
constexpr u32 id = 0x20, task_priority = 0x80, end = 0xb0, spurious = 0xf0, command_low = 0x300, command_high = 0x310;
constexpr u32 timer = 0x320, timer_initial = 0x380, timer_current = 0x390, timer_divide = 0x3e0, line_0 = 0x350;

constexpr u64 local_base = 0xfee0'0000;
constexpr u64 io_base = 0xfec0'0000;
constexpr u32 delivery_pending = 1 << 12;

volatile u32& local(u32 offset) { return *direct<volatile u32>({local_base + offset}); }

u32 read_io(u32 index) {
  *direct<volatile u32>({io_base}) = index;
  return *direct<volatile u32>({io_base + 0x10});
}
void write_io(u32 index, u32 value) {
  *direct<volatile u32>({io_base}) = index;
  *direct<volatile u32>({io_base + 0x10}) = value;
}

void send_command(unsigned apic, u32 command) {
  local(command_high) = apic << 24;
  local(command_low) = command;
  while (local(command_low) & delivery_pending) x86::pause();
}

u32 timer_frequency_ms = 0;  // decrements in a millisecond, with divisor 16

}  // namespace

void initialise_interrupt_controllers() {
  // The 8259s are masked, and what they still might say does not get through any local APIC.
  x86::out(0x21, 0xff);
  x86::out(0xa1, 0xff);
  for (unsigned line = 0; line < lines; ++line) {
    write_io(0x10 + 2 * line, 1 << 16 | (vector_line + line));
    write_io(0x11 + 2 * line, 0);
  }
}

unsigned initialise_local_apic() {
  constexpr u64 enabled = 1 << 11;
  x86::write(x86::Msr::apic_base, local_base | enabled | (x86::read(x86::Msr::apic_base) & 0x100));
  local(task_priority) = 0;
  local(line_0) = 1 << 16;
  local(spurious) = 0x100 | vector_spurious;
  return local(id) >> 24;
}

void start_timer(unsigned ticks_per_second) {
  constexpr u32 divide_by_16 = 3;
  constexpr u32 periodic = 1 << 17;
  local(timer_divide) = divide_by_16;
  if (!timer_frequency_ms) {
    local(timer) = 1 << 16 | vector_timer;
    local(timer_initial) = ~0u;
    wait_pit_ms(10);
    timer_frequency_ms = (~0u - local(timer_current)) / 10;
  }
  local(timer) = periodic | vector_timer;
  local(timer_initial) = timer_frequency_ms * 1000 / ticks_per_second;
}

void end_of_interrupt() { local(end) = 0; }

void send_kick(unsigned apic) { send_command(apic, vector_kick); }

void send_start(unsigned apic, unsigned page) {
  constexpr u32 init = 0x4500, startup = 0x4600;
  send_command(apic, init);
  wait_pit_ms(10);
  send_command(apic, startup | page);
  wait_pit_ms(1);
  send_command(apic, startup | page);
}

void route_line(unsigned line, bool level, bool active_low) {
  const u32 low = (vector_line + line) | (active_low ? 1 << 13 : 0) | (level ? 1 << 15 : 0);
  write_io(0x11 + 2 * line, 0);
  write_io(0x10 + 2 * line, low);
}

void mask_line(unsigned line, bool masked) {
  const u32 low = read_io(0x10 + 2 * line);
  write_io(0x10 + 2 * line, masked ? low | 1 << 16 : low & ~(1u << 16));
}

}  // namespace kernel
