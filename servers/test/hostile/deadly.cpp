// SPDX-License-Identifier: BSD-2-Clause
#include "servers/test/hostile/hostile.hpp"

namespace hostile {
namespace {

constexpr u64 kernel_address = 0xffff'ffff'8010'0000;

template <class T>
T& at(u64 address) {
  return *reinterpret_cast<T*>(address);
}

void disable_interrupts(Means&) { asm volatile("cli"); }
void halt(Means&) { asm volatile("hlt"); }
void port_instruction(Means&) { asm volatile("outb %%al, $0x64" ::"a"(0xfe)); }
void page_tables(Means&) { asm volatile("mov %0, %%cr3" ::"r"(u64{0})); }
void model_register(Means&) { asm volatile("wrmsr" ::"a"(0), "d"(0), "c"(0xc000'0082)); }
void read_kernel(Means&) { asm volatile("" ::"r"(at<volatile u64>(kernel_address))); }
void write_kernel(Means&) { at<volatile u64>(kernel_address) = 0; }
void jump_into_kernel(Means&) { reinterpret_cast<void (*)()>(kernel_address)(); }
void write_text(Means&) { at<volatile unsigned char>(reinterpret_cast<u64>(&write_text)) = 0xc3; }
void jump_into_data(Means&) {
  static unsigned char code[] = {0xc3};  // ret
  reinterpret_cast<void (*)()>(reinterpret_cast<u64>(code))();
}
void overflow_stack(Means& means) {
  volatile char room[4096];
  room[0] = 1;
  if (room[0] != 0) overflow_stack(means);
  room[1] = room[0];
}
void loop_for_ever(Means&) {
  for (;;) asm volatile("");
}

constexpr Attack attacks[] = {{"disable-interrupts", disable_interrupts},
                              {"halt", halt},
                              {"port-instruction", port_instruction},
                              {"page-tables", page_tables},
                              {"model-register", model_register},
                              {"read-kernel", read_kernel},
                              {"write-kernel", write_kernel},
                              {"jump-into-kernel", jump_into_kernel},
                              {"write-text", write_text},
                              {"jump-into-data", jump_into_data},
                              {"overflow-stack", overflow_stack},
                              {"loop-for-ever", loop_for_ever}};

}  // namespace

std::span<const Attack> deadly() { return attacks; }

}  // namespace hostile
