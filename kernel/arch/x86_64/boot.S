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
        mov $boot_stack_top, %esp
        mov %ebx, %ebp
        mov $boot_pml4, %eax
        mov %eax, %cr3
        call enter_long_mode
        lgdt boot_gdt_pointer
        ljmp $8, $boot_64

enter_long_mode:                        // cr3 is set; leaves with paging on, in compatibility mode
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
        ret

        .code64
boot_64:
        xor %eax, %eax
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %ss
        mov %eax, %fs
        mov %eax, %gs
        mov $first_stack_top, %rsp
        mov %ebp, %edi
        xor %ebp, %ebp
        mov $kernel_main, %rax
        call *%rax
        ud2

        .align 8
boot_gdt:
        .quad 0, 0x00af9b000000ffff     // 64-bit code
boot_gdt_pointer:
        .word 15
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
        .space 512
boot_stack_top:

// Other processors begin here in real mode, copied to trampoline_base. The words at its end are filled in.
        .globl trampoline_start, trampoline_end, trampoline_root
        .set trampoline_base, 0x8000
        .align 16
        .code16
trampoline_start:
        cli
        xor %ax, %ax
        mov %ax, %ds
        lgdtl trampoline_gdt_pointer - trampoline_start + trampoline_base
        mov %cr0, %eax
        or $1, %eax
        mov %eax, %cr0
        ljmpl $8, $trampoline_32 - trampoline_start + trampoline_base
        .code32
trampoline_32:
        mov $16, %eax
        mov %eax, %ds
        mov %eax, %ss
        mov trampoline_root - trampoline_start + trampoline_base, %eax
        mov %eax, %cr3
        mov %cr4, %eax
        or $0x20, %eax
        mov %eax, %cr4
        mov $0xc0000080, %ecx
        rdmsr
        or $0x901, %eax
        wrmsr
        mov %cr0, %eax
        or $0x80010001, %eax
        mov %eax, %cr0
        ljmpl $24, $trampoline_64 - trampoline_start + trampoline_base
        .code64
trampoline_64:
        mov $next_processor_stack, %rax
        mov (%rax), %rsp
        xor %ebp, %ebp
        mov $processor_main, %rax
        call *%rax
        ud2
        .align 8
trampoline_gdt:
        .quad 0, 0x00cf9b000000ffff, 0x00cf93000000ffff, 0x00af9b000000ffff
trampoline_gdt_pointer:
        .word 31
        .long trampoline_gdt - trampoline_start + trampoline_base
trampoline_root:
        .long 0
trampoline_end:

        .bss
        .align 4096
        .space 8192
        .globl first_stack_top
first_stack_top:
