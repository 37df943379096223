// SPDX-License-Identifier: BSD-2-Clause
#include "boot/serial.hpp"

using namespace std::string_view_literals;

namespace boot {
namespace {

using abi::u16;
using abi::u64;
using abi::u8;

// The 16550's registers.
constexpr u16 port = 0x3f8, data = port, interrupts = port + 1, fifo = port + 2, line = port + 3, modem = port + 4,
              status = port + 5;
constexpr u8 divisor_access = 0x80, eight_bits = 0x03, fifo_on = 0x07, ready_lines = 0x03, can_send = 0x20;
constexpr u16 debug_console = 0xe9;
// A machine without that port says 0xff, which is ready at once; one that is stuck must not stop us for ever.
constexpr unsigned patience = 100'000;

void out(u16 to, u8 value) { asm volatile("outb %0, %1" ::"a"(value), "Nd"(to)); }
u8 in(u16 from) {
  u8 value;
  asm volatile("inb %1, %0" : "=a"(value) : "Nd"(from));
  return value;
}

void put(char character) {
  const u8 byte = static_cast<u8>(character);
  out(debug_console, byte);
  for (unsigned i = 0; i < patience && (in(status)&can_send) == 0; ++i) asm volatile("pause");
  out(data, byte);
}

}  // namespace

void open_serial() {
  out(interrupts, 0);
  out(line, divisor_access);
  out(data, 1);
  out(interrupts, 0);
  out(line, eight_bits);
  out(fifo, fifo_on);
  out(modem, ready_lines);
}

void say(std::string_view text) {
  for (const char character : text) {
    if (character == '\n') put('\r');
    put(character);
  }
}

void say_decimal(u64 number) {
  char digits[20];
  unsigned count = 0;
  do digits[count++] = static_cast<char>('0' + number % 10);
  while ((number /= 10) != 0);
  while (count != 0) put(digits[--count]);
}

void halt() {
  say("\nboot: halted\n"sv);
  for (;;) asm volatile("cli; hlt");
}

}  // namespace boot
