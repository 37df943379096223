// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <atomic>

#include "abi/types.hpp"
#include "kernel/arch/x86_64/frame.hpp"

namespace kernel {

struct TaskState {  // AMD64 manual volume 2, 12.2.5
  u32 reserved0;
  u64 rsp[3];
  u64 reserved1;
  u64 ist[7];
  u64 reserved2;
  u16 reserved3;
  u16 io_map_base;
} __attribute__((packed));
static_assert(sizeof(TaskState) == 104);

// What each processor has to itself, reached through GS. entry.S knows the first four members.
struct Cpu {
  Cpu* self;
  Frame* frame;  // registers of the thread that runs
  u64 stack;     // top of the kernel stack
  u64 user_rip;  // scratch of syscall_entry
  u32 number;
  u32 apic;
  u64 root;                   // physical address of the page tables that are loaded
  u16 vector_thread;          // the program's thread whose floating-point state is in this processor
  bool task_switched;         // CR0.TS as it is
  u64 last_tick;              // timestamp
  std::atomic<bool> request;  // another processor waits until this one is in the kernel and on the kernel's root
  std::atomic<bool> calling;  // it entered by syscall and does not hold the lock yet
  TaskState task;
  u64 gdt[7];
};
static_assert(offsetof(Cpu, frame) == 8 && offsetof(Cpu, stack) == 16 && offsetof(Cpu, user_rip) == 24);

extern Cpu cpus[max_processors];

inline Cpu& this_cpu() {
  Cpu* cpu;
  asm volatile("mov %%gs:0, %0" : "=r"(cpu));
  return *cpu;
}

// The same for a few members, without its address.
inline constexpr Cpu __attribute__((address_space(256)))* local_cpu = nullptr;

// Sets descriptor tables, syscall, protection bits (SMEP, SMAP, UMIP) and vector state of the processor that runs this.
void initialise_cpu(unsigned number, u64 stack_top);

extern "C" [[noreturn]] void resume_frame(Frame* frame);

}  // namespace kernel
