// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/arch/x86_64/devices.hpp"

#include "kernel/arch/x86_64/instructions.hpp"

namespace kernel {

namespace {

constexpr u64 pit_hz = 1'193'182;
[[gnu::section(".bss.hot")]] TimeRecord clock;

}  // namespace

// Channel 2 of the 8254 counts down once; its output shows in port 0x61.
void wait_pit_ms(unsigned milliseconds) {
  const u64 count = pit_hz * milliseconds / 1000;
  x86::out(0x61, (x86::in(0x61) & ~2) | 1);
  x86::out(0x43, 0xb0);
  x86::out(0x42, static_cast<u8>(count));
  x86::out(0x42, static_cast<u8>(count >> 8));
  while (!(x86::in(0x61) & 0x20)) x86::pause();
}

void initialise_clock(TimeRecord& record) {
  constexpr unsigned milliseconds = 20;
  const u64 begin = x86::timestamp();
  wait_pit_ms(milliseconds);
  const u64 counts = x86::timestamp() - begin;
  clock.base_tsc = begin;
  clock.base_ns = 0;
  clock.multiplier = (u64{milliseconds} * 1'000'000 << 32) / counts;
  record = clock;
}

u64 timestamp_to_ns(u64 counts) {
  return static_cast<u64>(static_cast<unsigned __int128>(counts) * clock.multiplier >> 32);
}

u64 monotonic_ns() { return timestamp_to_ns(x86::timestamp() - clock.base_tsc); }

}  // namespace kernel
