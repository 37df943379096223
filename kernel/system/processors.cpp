// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/kernel.hpp"

#include <cstring>

namespace kernel {

extern "C" {
extern const char trampoline_start[], trampoline_end[];
extern u64 next_stack_top;
alignas(16) char processor_stacks[max_processors][8192];
}

namespace {

constexpr u64 trampoline_page = 8;  // 0x8000, as boot.S was assembled for

std::atomic<unsigned> started = 0;

u64 stack_top(unsigned number) { return reinterpret_cast<u64>(processor_stacks[number + 1]); }

}  // namespace

void initialise_processor() {
  const unsigned number = started;
  Cpu& cpu = cpus[number];
  x86::write_control<3>(memory.kernel_root.address().value);
  initialise_cpu(number, stack_top(number));
  cpu.apic = initialise_local_apic();
  cpu.root = memory.kernel_root.address().value;
}

void processor_ready() {
  const unsigned number = started;
  cpus[number].last_tick = x86::timestamp();
  start_timer(ticks_per_second);
  core.processors[number].online = true;  // the starter holds the lock, and waits for this
  started = number + 1;
}

Status start_processor(Thread&, u64 apic) {
  if (apic > 0xfe) return Status::invalid;
  const unsigned number = started;
  for (unsigned p = 0; p < number; ++p) {
    if (cpus[p].apic == apic) return Status::exists;
  }
  if (number == max_processors) return Status::no_memory;
  next_stack_top = stack_top(number);
  std::memcpy(direct<char>({trampoline_page << 12}), direct<char>({reinterpret_cast<u64>(trampoline_start)}),
              static_cast<u64>(trampoline_end - trampoline_start));
  send_start(static_cast<unsigned>(apic), trampoline_page);
  for (unsigned waited = 0; started == number && waited < 1000; ++waited) wait_pit_ms(1);
  if (started == number) return Status::none;
  info().processors = started;
  return Status::ok;
}

}  // namespace kernel
