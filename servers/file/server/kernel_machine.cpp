// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/kernel_machine.hpp"

#include <cpuid.h>

#include "lib/component/log.hpp"
#include "lib/component/program_threads.hpp"
#include "lib/component/table.hpp"
#include "lib/component/time.hpp"
#include "lib/contract/program_call.hpp"

namespace file {

namespace {

/// RDRAND (Intel SDM volume 1, section 7.3.17), which may not be there, or have nothing for a moment.
[[gnu::target("rdrnd")]] bool processor_random(u64& value) {
  unsigned a, b, c, d;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_RDRND) == 0) return false;
  for (int i = 0; i < 16; ++i) {
    unsigned long long word;
    if (__builtin_ia32_rdrand64_step(&word) != 0) {
      value = word;
      return true;
    }
  }
  return false;
}

}  // namespace

Activity KernelMachine::activity_of(u32 pid) {
  Activity use;
  for (unsigned from = 0;;) {
    const auto thread = component::program_thread::time(from);
    if (!thread) return use;
    from = thread->thread + 1u;
    if (contract::OwnerTag{thread->owner_tag}.process() != pid) continue;
    ++use.threads;
    use.runs |= thread->runs;
    use.stopped |= thread->stopped;
    use.user_ms += thread->user_ms;
    use.system_ms += thread->system_ms;
  }
}

u64 KernelMachine::monotonic() { return component::now(); }

void KernelMachine::hurry() {
  hurried_ = true;
  component::set_timer(monotonic());
}

void KernelMachine::log(std::string_view line) { component::log(line); }

void KernelMachine::seed() {
  const abi::InfoPage& info = component::info();
  u64 words[4] = {info.boot_id[0], info.boot_id[1], __builtin_readcyclecounter(), component::now()};
  random_.seed(std::span<const u32, 8>(reinterpret_cast<const u32*>(words), 8));
  for (u64& word : words) static_cast<void>(processor_random(word));
  random_.seed(std::span<const u32, 8>(reinterpret_cast<const u32*>(words), 8));
}

}  // namespace file
