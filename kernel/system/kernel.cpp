// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

namespace kernel {

constinit TheCore core{};
const ImageHeader* image;
[[gnu::section(".bss.hot")]] const SlotRecord* slot_records;
u64 program_time[max_threads][2];

[[gnu::section(".bss.hot")]] constinit std::atomic<u32> locked;

namespace {

void load_root(Cpu& cpu, u64 root) {
  cpu.root = root;
  x86::write_control<3>(root);
}

void switch_to(Cpu& cpu, Thread& thread) {
  cpu.frame = &thread.frame;
  if (cpu.root != thread.root) load_root(cpu, thread.root);
  if (thread.program) return load_vector_state(cpu, thread);
  if (!cpu.task_switched) set_task_switched(cpu, true);
}

}  // namespace

void lock() {
  while (!try_lock()) {
    while (locked.load(std::memory_order_relaxed)) {
      serve_request();
      x86::pause();
    }
  }
  core.here = static_cast<u8>(this_cpu().number);
}

void serve_request() {
  Cpu& cpu = this_cpu();
  if (!cpu.request.load(std::memory_order_acquire)) return;
  save_vector_state(cpu);
  load_root(cpu, memory.kernel_root.address().value);
  cpu.request.store(false, std::memory_order_release);
}

void request(unsigned processor) {
  Cpu& cpu = cpus[processor];
  cpu.request.store(true, std::memory_order_release);
  send_kick(cpu.apic);
  while (cpu.request.load(std::memory_order_acquire)) x86::pause();
}

void shoot_down(FrameNumber table) {
  const u64 root = table.address().value;
  for (unsigned p = 0; p < max_processors; ++p) {
    if (!core.processors[p].online || cpus[p].root != root) continue;
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

Frame* leave() {
  if (Thread* thread = core.pick()) [[likely]] {
    switch_to(this_cpu(), *thread);
    unlock();
    return &thread->frame;
  }
  unlock();
  for (;;) asm volatile("sti; hlt");  // an interrupt does not come back here (entry.S)
}

namespace {

[[gnu::always_inline]] inline void component_call(Thread& thread) {
  const u64 options = thread.frame.call;
  const u64 number = options & 0xff;
  if (number < 64 && !(slot_records[thread.slot].kernel_calls >> number & 1)) {
    return thread.frame.set_status(Status::refused);
  }
  switch (static_cast<Call>(number)) {
    case Call::call:
      return core.call(thread);
    case Call::reply_receive:
      return core.reply_receive(thread, options);
    case Call::receive:
      return core.receive(thread, options);
    default:
      thread.frame.set_status(plain_call(thread, number));
  }
  revive_reincarnation();
}

}  // namespace

extern "C" [[gnu::section(".text.hot"), gnu::flatten, clang::preserve_none]] Frame* syscall_enter() {
  Cpu& cpu = this_cpu();
  if (!try_lock()) [[unlikely]] {
    cpu.calling = true;
    lock();
    cpu.calling = false;
  }
  core.here = static_cast<u8>(cpu.number);
  if (Thread* thread = core.current()) {
    thread->program ? core.program_call(*thread) : component_call(*thread);
  }
  return leave();
}

bool read_own(const Thread& thread, u64 address, void* to, u64 length) {
  return copy_between(root_of(thread), address, no_frame, reinterpret_cast<u64>(to), length).done == length;
}

bool write_own(const Thread& thread, u64 address, const void* from, u64 length) {
  return copy_between(no_frame, reinterpret_cast<u64>(from), root_of(thread), address, length).done == length;
}

}  // namespace kernel
