// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

// What entry.S calls. The registers of the interrupted thread are in its frame already.
namespace kernel {

namespace {

constexpr unsigned exceptions = 32;
constexpr unsigned debug_exception = 1;
constexpr unsigned page_fault = 14;

// Who has the processor when it ticks has had it since it last did. Calls go down the ranks: the chain ends.
void count_time(unsigned processor, u64 elapsed) {
  const Thread* thread = core.current();
  const unsigned kind = !thread ? 2 : thread->program ? 0 : 1;
  info().processor_time[processor][kind] += elapsed;
  while (thread && !thread->program) thread = thread->serving == no_thread ? nullptr : &core.threads[thread->serving];
  if (thread) program_time[thread->id][kind] += elapsed;
}

// Liveness time: what this processor really served, two ticks at most.
void timer_tick() {
  Cpu& cpu = this_cpu();
  const u64 now = x86::timestamp();
  const u64 elapsed = std::min(timestamp_to_ns(now - cpu.last_tick), 2 * tick_ns);
  cpu.last_tick = now;
  if (cpu.number == 0 && core.liveness / budget_period_ns != (core.liveness + elapsed) / budget_period_ns) {
    end_interrupt_period();
    watch_reincarnation();
  }
  count_time(cpu.number, elapsed);
  info().memory_free = u64{memory.frames.free_count()} * page_size;
  core.tick(elapsed, monotonic_ns());
}

void handle_interrupt(unsigned vector) {
  if (vector == vector_timer) {
    timer_tick();
  } else if (vector >= vector_line && vector < vector_timer) {
    device_interrupt(vector);
  }
  if (vector != vector_spurious) end_of_interrupt();
}

// A component under injection is stepped through a request; at the chosen instruction it is sent astray.
void injection_step(Thread& thread) {
  Slot& slot = core.slots[thread.slot];
  if (!slot.inject_at) return thread.frame.step(false);
  if (!core.busy(slot)) return;
  if (slot.inject_steps) {
    --slot.inject_steps;
    return;
  }
  thread.frame.rip = slot.inject_at;
  thread.frame.step(false);
  core.inject(slot, 0, 0);
  ++slot.injected;
}

void handle_exception(Thread& thread, unsigned vector, u64 error, u64 address) {
  if (thread.program) {
    if (vector == page_fault) return core.program_fault(thread, address, error);
    return core.program_exception(thread, cause_exception + vector);
  }
  if (vector == debug_exception) return injection_step(thread);
  Slot& slot = core.slots[thread.slot];
  slot.fault_address = vector == page_fault ? address : 0;
  core.stop_slot(slot, cause_exception + vector, static_cast<u32>(error));
}

}  // namespace

extern "C" {

Frame* interrupt_enter(u64 vector, u64 error) {
  const u64 address = x86::read_control<2>();
  serve_request();
  lock();
  if (vector >= exceptions) {
    handle_interrupt(static_cast<unsigned>(vector));
  } else if (Thread* thread = core.current()) {
    handle_exception(*thread, static_cast<unsigned>(vector), error, address);
  }
  revive_reincarnation();
  return leave();
}

// `at`: rip, cs, rflags, rsp and ss as the processor stored them.
[[noreturn]] void kernel_exception(u64 vector, u64 error, const u64* at, u64 frame_pointer) {
  const u64 address = x86::read_control<2>();
  panic("exception in the kernel: vector, error, address, at", vector, error, frame_pointer, address, at[0]);
}
}

}  // namespace kernel
