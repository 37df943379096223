// SPDX-License-Identifier: BSD-2-Clause
// The way in: multiboot2 gives 32-bit protected mode without paging, eax = magic, ebx = information. The stage is C++
// for 64-bit mode, as the rest of the tree is. The way out: back into the state that PVH demands. GRUB may have put us
// anywhere below 4 GiB, so that every address is taken from the instruction pointer.

        .section .header, "a"
        .align 8
header: .long 0xe85250d6, 0, header_end - header, -(0xe85250d6 + (header_end - header))
        .short 6, 0                     // modules begin on page boundaries
        .long 8
        .short 10, 0                    // relocatable: where to, how aligned, and preferably high, out of the
        .long 24, 0x1000000, 0xffffffff, 4096, 2  // kernel's way
        .short 0, 0
        .long 8
header_end:

        .section .text.entry, "ax"
        .code32
        .globl boot_entry
boot_entry:
        cli
        cld
        lea 8(%ebx), %esp               // the information's second word is reserved: a stack of four bytes
        call here
here:   pop %ebp
        lea stack_top - here(%ebp), %esp
        mov %eax, %esi
        // The first 4 GiB as they are, in pages of 2 MiB, which every processor of 64 bits has.
        lea tables - here(%ebp), %edi
        lea 0x1003(%edi), %eax
        mov %eax, (%edi)
        lea 0x2003(%edi), %eax
        xor %ecx, %ecx
1:      mov %eax, 0x1000(%edi, %ecx, 8)
        add $0x1000, %eax
        inc %ecx
        cmp $4, %ecx
        jb 1b
        mov $0x83, %eax
        xor %ecx, %ecx
2:      mov %eax, 0x2000(%edi, %ecx, 8)
        add $0x200000, %eax
        inc %ecx
        cmp $2048, %ecx
        jb 2b
        mov %edi, %cr3
        mov $0x20, %eax                 // PAE
        mov %eax, %cr4
        mov $0xc0000080, %ecx           // EFER: long mode
        rdmsr
        or $0x100, %eax
        wrmsr
        lea gdt - here(%ebp), %eax
        mov %eax, gdt_pointer + 2 - here(%ebp)
        lgdt gdt_pointer - here(%ebp)
        mov %cr0, %eax
        or $0x80000001, %eax
        mov %eax, %cr0
        pushl $8
        lea boot_64 - here(%ebp), %eax
        pushl %eax
        lret

        .code64
boot_64:
        mov $24, %eax
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %ss
        mov %esi, %edi
        mov %ebx, %esi
        lea stack_top(%rip), %rsp
        xor %ebp, %ebp
        call boot_main
        ud2

        // [[noreturn]] void enter_kernel(u32 entry, u32 start_information)
        .globl enter_kernel
enter_kernel:
        cli
        mov %esi, %ebx
        push $16
        lea leave_64(%rip), %rax
        push %rax
        lretq

        .code32
leave_64:
        mov $1, %eax                    // cr0: protection and nothing else
        mov %eax, %cr0
        mov $0xc0000080, %ecx
        rdmsr
        and $~0x100, %eax
        wrmsr
        xor %eax, %eax
        mov %eax, %cr4
        mov $24, %eax
        mov %eax, %ds
        mov %eax, %es
        mov %eax, %fs
        mov %eax, %gs
        mov %eax, %ss
        mov $32, %eax
        ltr %ax
        jmp *%edi

        .data
        .align 8
gdt:    .quad 0, 0x00af9b000000ffff, 0x00cf9b000000ffff, 0x00cf93000000ffff  // 64-bit code, 32-bit code, data
        .quad 0x0000890000000067        // the task segment that PVH asks for: at 0, which nobody uses
gdt_pointer:
        .word 39
        .long 0

        .bss
        .align 4096
tables: .skip 6 * 4096
        .skip 64 * 1024
stack_top:
