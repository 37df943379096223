// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/time.hpp"

#include "abi/raw.hpp"
#include "lib/component/table.hpp"

namespace component {

abi::u64 now() {
  const volatile abi::TimeRecord& time = info().time;
  for (;;) {
    const abi::u32 version = time.version;
    asm volatile("" ::: "memory");
    const abi::u64 base_tsc = time.base_tsc, base_ns = time.base_ns, multiplier = time.multiplier;
    const abi::u64 ticks = __builtin_ia32_rdtsc() - base_tsc;
    asm volatile("" ::: "memory");
    if ((version & 1) != 0 || version != time.version) continue;
    return base_ns + static_cast<abi::u64>(static_cast<unsigned __int128>(ticks) * multiplier >> 32);
  }
}

abi::u64 liveness() { return abi::raw::plain(static_cast<abi::u64>(abi::Call::clock)).second; }

void set_timer(abi::u64 deadline) {
  static_cast<void>(abi::raw::plain(static_cast<abi::u64>(abi::Call::timer_set), deadline));
}

}  // namespace component
