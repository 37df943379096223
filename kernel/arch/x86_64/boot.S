// SPDX-License-Identifier: BSD-2-Clause
// The first instructions: 32-bit protected mode without paging (Xen's PVH entry, ebx = start information), to 64-bit
// mode in the high half with a first, generous page table. kernel/memory/kernel_map.cpp replaces it at once.

        .section .note.pvh, "a", @note
        .align 4
        .long 4, 4, 18                  // name size, value size, XEN_ELFNOTE_PHYS32_ENTRY
        .asciz "Xen"
        .long pvh_entry

        .section .boot, "awx"
        .code32
        .globl pvh_entry
pvh_entry:
        cli
        cld
        lgdt boot_gdt_pointer
enter_long_mode:                        // ebx: start information, or 0 on a processor that is not the first
        mov $boot_pml4, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x20, %eax                  // PAE
        mov %eax, %cr4
        mov $0xc0000080, %ecx           // EFER: long mode, no-execute, syscall
        rdmsr
        or $0x901, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80010001, %eax            // paging, write protection, protection
        mov %eax, %cr0
        ljmp $8, $boot_64

        .code64
boot_64:                                // data segments do not count here; cpu.cpp loads them
        mov $next_stack_top, %rax
        mov (%rax), %rsp
        mov %ebx, %edi
        xor %ebp, %ebp
        mov $kernel_main, %rax
        call *%rax
        ud2

        .align 8
boot_gdt:
        .quad 0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff  // 64-bit code, 32-bit code, data
boot_gdt_pointer:
        .word 31
        .long boot_gdt

        .align 4096
        .globl boot_pml4
boot_pml4:                              // identity (first GiB), direct map at -128 TiB, kernel at -2 GiB
        .quad boot_pdpt_low + 3
        .fill 255, 8, 0
        .quad boot_pdpt_low + 3
        .fill 254, 8, 0
        .quad boot_pdpt_high + 3
boot_pdpt_low:
        .quad 0x00000083, 0x40000083, 0x80000083, 0xc0000083
        .fill 508, 8, 0
boot_pdpt_high:
        .fill 510, 8, 0
        .quad 0x00000083, 0

// Other processors begin here in real mode, copied to trampoline_base.
        .globl trampoline_start, trampoline_end
        .set trampoline_base, 0x8000
        .code16
trampoline_start:
        cli
        xor %ebx, %ebx
        mov %bx, %ds
        lgdtl trampoline_gdt_pointer - trampoline_start + trampoline_base
        mov %cr0, %eax
        or $1, %eax
        mov %eax, %cr0
        ljmpl $16, $enter_long_mode
trampoline_gdt_pointer:                 // within reach of real mode; the table itself is boot_gdt
        .word 31
        .long boot_gdt
trampoline_end:

        .data
        .globl next_stack_top
next_stack_top:
        .quad processor_stacks + 8192
