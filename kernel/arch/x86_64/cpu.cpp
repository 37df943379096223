// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/arch/x86_64/cpu.hpp"

#include "kernel/arch/x86_64/instructions.hpp"

namespace kernel {

using x86::Msr;

[[gnu::section(".bss.hot")]] constinit Cpu cpus[max_processors]{};

extern "C" const char interrupt_stubs[256][16];
extern "C" void syscall_entry();

namespace {

struct Gate {
  u64 low, high;
};
Gate gates[256];
u64 fault_stacks[max_processors][256];

struct [[gnu::packed]] TablePointer {
  u16 limit;
  u64 base;
};

// Segment selectors: 0x08 kernel code, 0x10 kernel data, 0x18 user data, 0x20 user code, 0x28 task state.
void load_segments(Cpu& cpu) {
  const u64 task = reinterpret_cast<u64>(&cpu.task);
  cpu.gdt[0] = 0;
  cpu.gdt[1] = 0x00af'9b00'0000'ffff;
  cpu.gdt[2] = 0x00cf'9300'0000'ffff;
  cpu.gdt[3] = 0x00cf'f300'0000'ffff;
  cpu.gdt[4] = 0x00af'fb00'0000'ffff;
  cpu.gdt[5] = (sizeof(TaskState) - 1) | (task & 0xff'ffff) << 16 | u64{0x89} << 40 | (task >> 24 & 0xff) << 56;
  cpu.gdt[6] = task >> 32;
  const TablePointer gdt{sizeof(cpu.gdt) - 1, reinterpret_cast<u64>(cpu.gdt)};
  const TablePointer idt{sizeof(gates) - 1, reinterpret_cast<u64>(gates)};
  asm volatile(
      "lgdt %0\n lidt %1\n"
      "pushq $8\n lea 1f(%%rip), %%rax\n push %%rax\n lretq\n 1:\n"
      "mov $0x10, %%eax\n mov %%eax, %%ss\n xor %%eax, %%eax\n mov %%eax, %%ds\n mov %%eax, %%es\n"
      "mov %%eax, %%fs\n mov %%eax, %%gs\n mov $0x28, %%eax\n ltr %%ax" ::"m"(gdt),
      "m"(idt)
      : "rax", "memory");
}

void fill_gates() {
  for (unsigned vector = 0; vector < 256; ++vector) {
    const u64 target = reinterpret_cast<u64>(interrupt_stubs[vector]);
    const u64 stack = vector == 2 || vector == 8 || vector == 18 ? 1 : 0;  // NMI, double fault, machine check
    const u64 privilege = vector == 3 ? 3 : 0;                             // int3 is for programs
    gates[vector] = {
        (target & 0xffff) | u64{8} << 16 | stack << 32 | (0x8e | privilege << 5) << 40 | (target >> 16 & 0xffff) << 48,
        target >> 32};
  }
}

void enable_protection() {
  constexpr u64 fsgsbase = 1 << 16, osxsave = 1 << 18, smep = 1 << 20, smap = 1 << 21, umip = 1 << 11;
  constexpr u64 osfxsr = 1 << 9, osxmmexcpt = 1 << 10;
  const auto features = x86::cpuid(7);
  u64 cr4 = x86::read_control<4>() | osfxsr | osxmmexcpt | osxsave;
  if (features.b & 1) cr4 |= fsgsbase;
  if (features.b & 1 << 7) cr4 |= smep;
  if (features.b & 1 << 20) cr4 |= smap;
  if (features.c & 1 << 2) cr4 |= umip;
  x86::write_control<4>(cr4);
  asm volatile("xsetbv" ::"c"(0), "a"(x86::cpuid(0xd).a & x86::vector_parts), "d"(0));
  constexpr u64 monitor_coprocessor = 2, emulation = 4, task_switched = 8, numeric_error = 32;
  x86::write_control<0>((x86::read_control<0>() & ~emulation) | monitor_coprocessor | numeric_error | task_switched);
}

}  // namespace

void initialise_cpu(unsigned number, u64 stack_top) {
  Cpu& cpu = cpus[number];
  cpu.self = &cpu;
  cpu.number = number;
  cpu.stack = stack_top;
  cpu.vector_thread = no_thread;
  cpu.task_switched = true;
  cpu.task.rsp[0] = stack_top;
  cpu.task.ist[0] = reinterpret_cast<u64>(&fault_stacks[number][256]);
  cpu.task.io_map_base = sizeof(TaskState);  // no port is open to user mode
  if (number == 0) fill_gates();
  load_segments(cpu);
  x86::write(Msr::gs_base, reinterpret_cast<u64>(&cpu));
  x86::write(Msr::kernel_gs_base, 0);
  x86::write(Msr::star, u64{0x08} << 32 | u64{0x10 | 3} << 48);  // sysret: ss 0x1b, cs 0x23
  x86::write(Msr::lstar, reinterpret_cast<u64>(&syscall_entry));
  x86::write(Msr::fmask, 0x47700);  // trap, interrupt, direction, I/O privilege, nested task, alignment check
  enable_protection();
}

}  // namespace kernel
