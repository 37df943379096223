// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

#include <cstring>

#include "kernel/arch/x86_64/apic.hpp"
#include "kernel/arch/x86_64/console.hpp"
#include "kernel/arch/x86_64/instructions.hpp"
#include "kernel/system/slots.hpp"

namespace kernel {

constinit TheCore core{};
const abi::ImageHeader* image;
const abi::SlotRecord* slot_records;

namespace {

std::atomic<bool> locked;
FrameNumber vector_areas[abi::max_threads];
u8 vector_processors[abi::max_threads];  // where the state is, while it is in a processor

void load_root(Cpu& cpu, FrameNumber root) {
  cpu.root = root.value;
  x86::write_cr3(root.address().value);
}

void set_task_switched(Cpu& cpu, bool on) {
  if (cpu.task_switched == on) return;
  cpu.task_switched = on;
  on ? x86::write_cr0(x86::read_cr0() | 8) : x86::clear_task_switched();
}

void save_vector(Cpu& cpu) {
  if (cpu.vector_thread == no_thread) return;
  Thread& thread = core.threads[cpu.vector_thread];
  set_task_switched(cpu, false);
  save_vector_state(direct<void>(vector_areas[thread.id].address()));
  thread.frame.fs_base = x86::read(x86::Msr::fs_base);
  thread.frame.gs_base = x86::read(x86::Msr::kernel_gs_base);
  cpu.vector_thread = no_thread;
}

// Floating point, FS and GS change between programs' threads only: components do not have them.
void load_vector(Cpu& cpu, Thread& thread) {
  set_task_switched(cpu, false);
  if (cpu.vector_thread == thread.id && vector_processors[thread.id] == cpu.number) return;
  const u8 elsewhere = vector_processors[thread.id];
  if (elsewhere != cpu.number && cpus[elsewhere].vector_thread == thread.id) request(elsewhere);
  save_vector(cpu);
  load_vector_state(direct<void>(vector_areas[thread.id].address()));
  x86::write(x86::Msr::fs_base, thread.frame.fs_base);
  x86::write(x86::Msr::kernel_gs_base, thread.frame.gs_base);
  cpu.vector_thread = thread.id;
  vector_processors[thread.id] = static_cast<u8>(cpu.number);
}

void switch_to(Cpu& cpu, Thread& thread) {
  cpu.frame = &thread.frame;
  const FrameNumber root = root_of(thread);
  if (cpu.root != root.value) load_root(cpu, root);
  if (thread.program) {
    load_vector(cpu, thread);
  } else {
    set_task_switched(cpu, true);
  }
}

}  // namespace

void lock() {
  while (locked.exchange(true, std::memory_order_acquire)) {
    while (locked.load(std::memory_order_relaxed)) {
      serve_request();
      x86::pause();
    }
  }
  core.here = static_cast<u8>(this_cpu().number);
  this_cpu().calling = false;
}

void unlock() { locked.store(false, std::memory_order_release); }

void serve_request() {
  Cpu& cpu = this_cpu();
  if (!cpu.request.load(std::memory_order_acquire)) return;
  save_vector(cpu);
  load_root(cpu, memory.kernel_root);
  cpu.request.store(false, std::memory_order_release);
}

void request(unsigned processor) {
  Cpu& cpu = cpus[processor];
  cpu.request.store(true, std::memory_order_release);
  send_kick(cpu.apic);
  while (cpu.request.load(std::memory_order_acquire)) x86::pause();
}

void shoot_down(FrameNumber root) {
  for (unsigned p = 0; p < abi::max_processors; ++p) {
    if (!core.processors[p].online || cpus[p].root != root.value) continue;
    if (p == core.here) {
      load_root(cpus[p], root);
    } else {
      request(p);
    }
  }
}

void Hardware::kick(unsigned processor) { send_kick(cpus[processor].apic); }

// The thread that ran there has been taken from it. If it had just begun a call, it will make it anew.
void Hardware::evict(unsigned processor) {
  request(processor);
  if (cpus[processor].calling) cpus[processor].frame->restart();
}

u64 Hardware::notify_mask(unsigned from, unsigned to) { return slot_records[from].notify_events[to]; }
u8 Hardware::call_server(u64 number) {
  return image->call_server[number < abi::max_program_calls ? number : abi::max_program_calls - 1];
}
u8 Hardware::fault_server() { return image->fault_server; }
u8 Hardware::program_owner() { return image->program_owner; }
u8 Hardware::reincarnation() { return image->reincarnation_slot; }

FrameNumber root_of(const Thread& thread) {
  return thread.program ? memory.spaces[thread.space].root : memory.slot_roots[thread.slot];
}

Frame* leave() {
  Cpu& cpu = this_cpu();
  if (core.slots[image->reincarnation_slot].state != SlotState::running) [[unlikely]] revive_reincarnation();
  if (Thread* thread = core.pick()) {
    switch_to(cpu, *thread);
    unlock();
    return &thread->frame;
  }
  unlock();
  for (;;) asm volatile("sti; hlt");  // an interrupt does not come back here (entry.S)
}

Status create_vector_state(Thread& thread) {
  const FrameNumber area = memory.take_for(thread.slot, FrameType::vector);
  if (area == no_frame) return Status::no_memory;
  std::memset(direct<void>(area.address()), 0, abi::page_size);
  clear_vector_state(direct<void>(area.address()));
  vector_areas[thread.id] = area;
  vector_processors[thread.id] = 0;
  return Status::ok;
}

void destroy_vector_state(Thread& thread) {
  settled_vector_state(thread);
  memory.give_back(vector_areas[thread.id]);
}

PhysicalAddress settled_vector_state(Thread& thread) {
  Cpu& holder = cpus[vector_processors[thread.id]];
  if (holder.vector_thread == thread.id) {
    if (holder.number == core.here) {
      save_vector(holder);
    } else {
      request(holder.number);
    }
  }
  return vector_areas[thread.id].address();
}

bool read_own(const Thread& thread, u64 address, void* to, u64 length) {
  return copy_between(root_of(thread), address, no_frame, reinterpret_cast<u64>(to), length).done == length;
}

bool write_own(const Thread& thread, u64 address, const void* from, u64 length) {
  return copy_between(no_frame, reinterpret_cast<u64>(from), root_of(thread), address, length).done == length;
}

}  // namespace kernel
