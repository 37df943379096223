// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

#include <cstring>

namespace kernel {

namespace {

FrameNumber areas[max_threads];
[[gnu::section(".bss.hot")]] u8 processors[max_threads];  // where the state is, while it is in a processor

PhysicalAddress area_of(const Thread& thread) { return areas[thread.id].address(); }

}  // namespace

Status create_vector_state(Thread& thread) {
  const FrameNumber area = memory.take_for(thread.slot, FrameType::vector);
  if (area == no_frame) return Status::no_memory;
  auto* words = direct<u32>(area.address());
  std::memset(words, 0, page_size);
  // As after FNINIT with MXCSR's default: what a new program expects (System V ABI, x86-64, 3.2.1).
  words[0] = 0x37f;
  words[6] = 0x1f80;
  areas[thread.id] = area;
  processors[thread.id] = 0;
  return Status::ok;
}

void destroy_vector_state(Thread& thread) {
  settled_vector_state(thread);
  memory.give_back(areas[thread.id]);
}

u32 vector_state_size() { return x86::cpuid(0xd).b; }

PhysicalAddress settled_vector_state(Thread& thread) {
  Cpu& holder = cpus[processors[thread.id]];
  if (holder.vector_thread == thread.id) {
    holder.number == core.here ? save_vector_state(holder) : request(holder.number);
  }
  return area_of(thread);
}

[[gnu::hot]] void set_task_switched(Cpu& cpu, bool on) {
  if (cpu.task_switched == on) return;
  cpu.task_switched = on;
  on ? x86::write_control<0>(x86::read_control<0>() | 8) : x86::clear_task_switched();
}

void save_vector_state(Cpu& cpu) {
  if (cpu.vector_thread == no_thread) return;
  Thread& thread = core.threads[cpu.vector_thread];
  set_task_switched(cpu, false);
  x86::save_vectors(direct<void>(area_of(thread)));
  thread.frame.fs_base = x86::read(x86::Msr::fs_base);
  thread.frame.gs_base = x86::read(x86::Msr::kernel_gs_base);
  cpu.vector_thread = no_thread;
}

[[gnu::hot]] void load_vector_state(Cpu& cpu, Thread& thread) {
  set_task_switched(cpu, false);
  u8& where = processors[thread.id];
  if (cpu.vector_thread == thread.id && where == cpu.number) return;
  if (where != cpu.number && cpus[where].vector_thread == thread.id) request(where);
  save_vector_state(cpu);
  x86::load_vectors(direct<void>(area_of(thread)));
  x86::write(x86::Msr::fs_base, thread.frame.fs_base);
  x86::write(x86::Msr::kernel_gs_base, thread.frame.gs_base);
  cpu.vector_thread = thread.id;
  where = static_cast<u8>(cpu.number);
}

}  // namespace kernel
