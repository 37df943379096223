// SPDX-License-Identifier: BSD-2-Clause
// Multiboot2 Specification 2.0, sections 3.1 and 3.3: the header by which a boot loader knows this program, and the
// state in which it starts it: 32-bit protected mode, no paging, eax a magic number, ebx its information.

        .section .multiboot2, "a"
        .align 8
header:
        .long 0xe85250d6                // magic
        .long 0                         // for i386
        .long header_end - header
        .long -(0xe85250d6 + (header_end - header))
        .align 8
        .short 6, 0                     // modules begin at pages
        .long 8
        .align 8
        .short 0, 0                     // no more
        .long 8
header_end:

        .section .boot, "ax"
        .code32
        .globl _start
_start:
        cli
        cld
        mov %eax, %edi                  // magic number and information, as arguments
        mov %ebx, %esi
        lgdt gdt_pointer
        mov $pml4, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x20, %eax                  // PAE
        mov %eax, %cr4
        mov $0xc0000080, %ecx           // EFER: long mode
        rdmsr
        or $0x100, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80000001, %eax
        mov %eax, %cr0
        ljmp $8, $long_mode

        .code64
long_mode:
        mov $24, %eax
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %ss
        mov $stack_top, %esp
        call boot_start                 // the kernel's entry, and in the upper half its information
        mov %rax, %rbx
        shr $32, %rbx
        mov %eax, %edi
        pushq $16
        pushq $protected_mode
        lretq

        .code32                         // as PVH wants it: no paging, no long mode
protected_mode:
        mov %cr0, %eax
        and $0x7fffffff, %eax
        mov %eax, %cr0
        mov $0xc0000080, %ecx
        rdmsr
        and $~0x100, %eax
        wrmsr
        mov %cr4, %eax
        and $~0x20, %eax
        mov %eax, %cr4
        jmp *%edi

        .data
        .align 8
gdt:    .quad 0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff  // 64-bit code, 32-bit code, data
gdt_pointer:
        .word 31
        .long gdt
        .align 4096
pml4:   .quad pdpt + 3
        .fill 511, 8, 0
pdpt:   .quad 0x00000083, 0x40000083, 0x80000083, 0xc0000083  // the first 4 GiB, each at its own address
        .fill 508, 8, 0

        .bss
        .align 16
        .skip 65536
stack_top:
