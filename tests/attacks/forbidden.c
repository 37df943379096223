// SPDX-License-Identifier: BSD-2-Clause
// What no program may do, each in a process of its own: how that ended. The controls make the same step where it is
// allowed, and end with status 0: a line "signal" is the refusal's and not the step's.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { page = 4096 };
static const uintptr_t kernel = 0xffffffff80100000;
static unsigned char data_code[page] __attribute__((aligned(4096))) = {0xc3};  // ret

// A page of text with nothing else in it: `behind` begins the next one.
__attribute__((noinline, section("alone"), aligned(4096))) static void code(void) { __asm__ volatile("nop"); }
__attribute__((used, section("alone"), aligned(4096))) static void behind(void) { __asm__ volatile("nop"); }

static void jump_to(uintptr_t address) { ((void (*)(void))address)(); }
static void write_to(uintptr_t address) { *(volatile unsigned char*)address = 0xc3; }
static void read_from(uintptr_t address) { (void)*(volatile unsigned char*)address; }

static void disable_interrupts(void) { __asm__ volatile("cli"); }
static void halt(void) { __asm__ volatile("hlt"); }
static void port_out(void) { __asm__ volatile("outb %%al, $0x64" ::"a"(0xfe)); }
static void port_in(void) { __asm__ volatile("inb $0x60, %%al" ::: "rax"); }
static void page_tables(void) { __asm__ volatile("mov %0, %%cr3" ::"r"(0L)); }
static void model_register(void) { __asm__ volatile("wrmsr" ::"a"(0), "d"(0), "c"(0xc0000082)); }
static void interrupt_table(void) {
  const char none[10] = {0};
  __asm__ volatile("lidt %0" ::"m"(none));
}
static void kernel_read(void) { read_from(kernel); }
static void kernel_write(void) { write_to(kernel); }
static void kernel_jump(void) { jump_to(kernel); }
static void text_write(void) { write_to((uintptr_t)code); }
static void data_jump(void) { jump_to((uintptr_t)data_code); }
static void stack_jump(void) {
  volatile unsigned char on_stack[16] = {0xc3};
  jump_to((uintptr_t)on_stack);
}
static void both_write_and_execute(void) {
  unsigned char* const both = mmap(NULL, page, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (both == MAP_FAILED) _exit(errno);
  both[0] = 0xc3;
  jump_to((uintptr_t)both);
}
static void kernel_unmapped(void) {
  if (munmap((void*)(kernel & -page), page) != 0) _exit(errno);
}
static void kernel_mapped(void) {
  void* const wanted = (void*)(kernel & -page);
  if (mmap(wanted, page, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED) _exit(errno);
}

static void control_text_write(void) {
  if (mprotect((void*)((uintptr_t)code & -page), page, PROT_READ | PROT_WRITE) != 0) _exit(errno);
  write_to((uintptr_t)code);
}
static void control_data_jump(void) {
  if (mprotect(data_code, page, PROT_READ | PROT_EXEC) != 0) _exit(errno);
  jump_to((uintptr_t)data_code);
}
static void control_read(void) { read_from((uintptr_t)data_code); }
static void control_write(void) { write_to((uintptr_t)data_code); }
static void control_instruction(void) { code(); }

static const struct {
  const char* name;
  void (*what)(void);
} tries[] = {{"cli", disable_interrupts},
             {"hlt", halt},
             {"out", port_out},
             {"in", port_in},
             {"mov-cr3", page_tables},
             {"wrmsr", model_register},
             {"lidt", interrupt_table},
             {"kernel-read", kernel_read},
             {"kernel-write", kernel_write},
             {"kernel-jump", kernel_jump},
             {"kernel-unmap", kernel_unmapped},
             {"kernel-map", kernel_mapped},
             {"text-write", text_write},
             {"data-jump", data_jump},
             {"stack-jump", stack_jump},
             {"write-and-execute", both_write_and_execute},
             {"control-text-write", control_text_write},
             {"control-data-jump", control_data_jump},
             {"control-read", control_read},
             {"control-write", control_write},
             {"control-instruction", control_instruction}};

int main(void) {
  for (unsigned i = 0; i < sizeof tries / sizeof tries[0]; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      tries[i].what();
      _exit(0);
    }
    int status;
    if (child < 0 || waitpid(child, &status, 0) != child) {
      perror("forbidden: no child");
      return 1;
    }
    if (WIFSIGNALED(status))
      printf("forbidden %s answer=SIG%s\n", tries[i].name, sigabbrev_np(WTERMSIG(status)));
    else
      printf("forbidden %s answer=%s\n", tries[i].name,
             WEXITSTATUS(status) == 0 ? "none" : strerrorname_np(WEXITSTATUS(status)));
  }
  return 0;
}
