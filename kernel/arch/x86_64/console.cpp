// SPDX-License-Identifier: BSD-2-Clause
#include "kernel/arch/x86_64/devices.hpp"

#include "kernel/arch/x86_64/instructions.hpp"

namespace kernel {

namespace {

constexpr u64 ring_size = 32 * 1024;
char ring[ring_size];
u64 written = 0;
bool to_serial = false;

void put(char c) {
  ring[written++ % ring_size] = c;
  x86::out(0xe9, static_cast<u8>(c));
  if (!to_serial) return;
  for (unsigned i = 0; i < 100'000 && !(x86::in(0x3fd) & 0x20); ++i) x86::pause();
  x86::out(0x3f8, static_cast<u8>(c));
}

}  // namespace

void log_bytes(const char* text, u64 length) {
  for (u64 i = 0; i < length; ++i) put(text[i]);
}

void log(const char* text) {
  while (*text) put(*text++);
}

void log(const char* text, u64 hexadecimal) {
  log(text);
  log(" 0x");
  int shift = 60;
  while (shift > 0 && !(hexadecimal >> shift & 15)) shift -= 4;
  for (; shift >= 0; shift -= 4) put("0123456789abcdef"[hexadecimal >> shift & 15]);
}

u64 read_log(u64& position, char* to, u64 length) {
  if (position > written) position = written;
  if (written - position > ring_size) position = written - ring_size;
  u64 done = 0;
  while (done < length && position < written) to[done++] = ring[position++ % ring_size];
  return done;
}

void panic(const char* why, u64 a, u64 b, u64 frame_pointer, u64 c, u64 d) {
  asm volatile("cli");
  // One processor's report at a time; not for ever, as the one before may be of this processor.
  for (unsigned i = 0; __atomic_exchange_n(&to_serial, true, __ATOMIC_ACQUIRE) && i < 1'000'000; ++i) x86::pause();
  log("\nBulkhead: kernel panic: ");
  log(why, a);
  log("", b);
  if (frame_pointer | d) log("", c), log("", d);
  log("\nbacktrace:");
  u64 at = frame_pointer ? frame_pointer : reinterpret_cast<u64>(__builtin_frame_address(0));
  for (unsigned depth = 0; depth < 16 && at >= 0xffff'ffff'8000'0000 && !(at & 7); ++depth) {
    const u64* link = reinterpret_cast<const u64*>(at);
    if (!link[1]) break;
    log("", link[1]);
    at = link[0] > at ? link[0] : 0;  // the idle loop's frame is given up, and may name itself
  }
  log("\n");
  x86::out(0xf4, 0x2a, 4);  // QEMU's isa-debug-exit: status 0x55
  for (;;) asm volatile("cli; hlt");
}

}  // namespace kernel
