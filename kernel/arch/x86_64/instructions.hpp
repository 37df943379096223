// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// Instructions that only ring 0 may use, and model-specific registers (AMD64 manual volume 2, Intel SDM volumes 3, 4).
namespace kernel::x86 {

using namespace abi;

enum class Msr : u32 {
  apic_base = 0x1b,
  star = 0xc000'0081,
  lstar = 0xc000'0082,
  fmask = 0xc000'0084,
  fs_base = 0xc000'0100,
  gs_base = 0xc000'0101,
  kernel_gs_base = 0xc000'0102,
};

inline u64 read(Msr msr) {
  u32 low, high;
  asm volatile("rdmsr" : "=a"(low), "=d"(high) : "c"(msr));
  return u64{high} << 32 | low;
}
inline void write(Msr msr, u64 value) {
  asm volatile("wrmsr" ::"c"(msr), "a"(static_cast<u32>(value)), "d"(static_cast<u32>(value >> 32)) : "memory");
}

template <unsigned number>
u64 read_control() {
  u64 value;
  asm volatile("mov %%cr%c1, %0" : "=r"(value) : "i"(number));
  return value;
}
template <unsigned number>
void write_control(u64 value) {
  asm volatile("mov %0, %%cr%c1" ::"r"(value), "i"(number) : "memory");
}
inline void clear_task_switched() { asm volatile("clts"); }

// Floating point and vectors, in an area of 64-byte alignment (SDM volume 1, 13): x87, SSE, AVX, as far as XCR0 has
// them.
inline constexpr u32 vector_parts = 7;
inline void save_vectors(void* area) { asm volatile("xsave64 (%0)" ::"r"(area), "a"(vector_parts), "d"(0) : "memory"); }
inline void load_vectors(const void* area) {
  asm volatile("xrstor64 (%0)" ::"r"(area), "a"(vector_parts), "d"(0) : "memory");
}

inline u64 timestamp() {
  u32 low, high;
  asm volatile("rdtsc" : "=a"(low), "=d"(high));
  return u64{high} << 32 | low;
}

// Ports, by size in bytes: 1, 2 or 4.
inline u32 in(u16 port, unsigned size = 1) {
  u32 value = 0;
  if (size == 1) asm volatile("inb %1, %b0" : "+a"(value) : "Nd"(port));
  if (size == 2) asm volatile("inw %1, %w0" : "+a"(value) : "Nd"(port));
  if (size == 4) asm volatile("inl %1, %0" : "=a"(value) : "Nd"(port));
  return value;
}
inline void out(u16 port, u32 value, unsigned size = 1) {
  if (size == 1) asm volatile("outb %b0, %1" ::"a"(value), "Nd"(port));
  if (size == 2) asm volatile("outw %w0, %1" ::"a"(value), "Nd"(port));
  if (size == 4) asm volatile("outl %0, %1" ::"a"(value), "Nd"(port));
}

struct Cpuid {
  u32 a, b, c, d;
};
inline Cpuid cpuid(u32 leaf, u32 subleaf = 0) {
  Cpuid result;
  asm volatile("cpuid" : "=a"(result.a), "=b"(result.b), "=c"(result.c), "=d"(result.d) : "a"(leaf), "c"(subleaf));
  return result;
}

inline void pause() { asm volatile("pause" ::: "memory"); }

}  // namespace kernel::x86
