// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/system/processors.hpp"

#include <cstring>

#include "kernel/arch/x86_64/apic.hpp"
#include "kernel/arch/x86_64/clock.hpp"
#include "kernel/arch/x86_64/instructions.hpp"
#include "kernel/system/info.hpp"

namespace kernel {

namespace {

constexpr u64 trampoline_page = 8;  // 0x8000, as boot.S was assembled for
constexpr u64 stack_size = 8192;

alignas(16) char stacks[abi::max_processors - 1][stack_size];
std::atomic<unsigned> started = 1;
unsigned starting;

}  // namespace

extern "C" {
extern const char trampoline_start[], trampoline_end[], trampoline_root[], boot_pml4[], first_stack_top[];
u64 next_processor_stack;

[[noreturn]] void processor_main() {
  x86::write_cr3(memory.kernel_root.address().value);
  const unsigned number = starting;
  initialise_cpu(number, reinterpret_cast<u64>(stacks[number - 1] + stack_size));
  initialise_local_apic();
  Cpu& cpu = cpus[number];
  cpu.root = memory.kernel_root.value;
  cpu.last_tick = x86::timestamp();
  start_timer(ticks_per_second);
  core.processors[number].online = true;  // the starter holds the lock, and waits for this
  started = number + 1;
  lock();
  resume_frame(leave());
}
}

void initialise_first_processor() {
  initialise_cpu(0, reinterpret_cast<u64>(first_stack_top));
  initialise_local_apic();
  cpus[0].apic = local_apic_id();
  cpus[0].root = memory.kernel_root.value;
  core.processors[0].online = true;
}

Status start_processor(unsigned apic) {
  const unsigned number = started;
  for (unsigned p = 0; p < number; ++p) {
    if (cpus[p].apic == apic) return Status::exists;
  }
  if (number == abi::max_processors) return Status::no_memory;
  starting = number;
  cpus[number].apic = apic;
  next_processor_stack = reinterpret_cast<u64>(stacks[number - 1] + stack_size);
  char* page = direct<char>({trampoline_page << 12});
  const char* trampoline = direct<char>({reinterpret_cast<u64>(trampoline_start)});
  std::memcpy(page, trampoline, static_cast<u64>(trampoline_end - trampoline_start));
  const u32 root = static_cast<u32>(reinterpret_cast<u64>(boot_pml4));
  std::memcpy(page + (trampoline_root - trampoline_start), &root, sizeof root);
  send_start(apic, trampoline_page);
  for (unsigned waited = 0; started == number && waited < 1000; ++waited) wait_pit_ms(1);
  if (started == number) return Status::none;
  info().processors = started;
  return Status::ok;
}

}  // namespace kernel
