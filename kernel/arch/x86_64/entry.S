// SPDX-License-Identifier: BSD-2-Clause
// Ways in and out of the kernel. Registers go straight into the current thread's frame (abi::Registers); the kernel's
// own stack is empty at each entry from user mode. Offsets: Cpu in cpu.hpp, Registers in abi/status.hpp.

        .set CPU_FRAME, 8
        .set CPU_STACK, 16
        .set CPU_USER_RSP, 24

        .section .text.hot, "ax"
        .globl syscall_entry
        .align 64
syscall_entry:
        swapgs
        mov %rsp, %gs:CPU_USER_RSP
        mov %gs:CPU_FRAME, %rsp
        mov %rax, 0(%rsp)
        mov %rbx, 8(%rsp)
        mov %rdx, 24(%rsp)
        mov %rsi, 32(%rsp)
        mov %rdi, 40(%rsp)
        mov %rbp, 48(%rsp)
        mov %r8, 64(%rsp)
        mov %r9, 72(%rsp)
        mov %r10, 80(%rsp)
        mov %r12, 96(%rsp)
        mov %r13, 104(%rsp)
        mov %r14, 112(%rsp)
        mov %r15, 120(%rsp)
        mov %rcx, 128(%rsp)
        mov %r11, 136(%rsp)
        mov %rax, 160(%rsp)             // the call, should it be made anew
        mov %gs:CPU_USER_RSP, %rax
        mov %rax, 56(%rsp)
        mov %gs:CPU_STACK, %rsp
        call syscall_enter
        jmp resume

// rax: the frame to leave with.
        .align 64
resume:
        mov 8(%rax), %rbx
        mov 24(%rax), %rdx
        mov 32(%rax), %rsi
        mov 40(%rax), %rdi
        mov 48(%rax), %rbp
        mov 64(%rax), %r8
        mov 72(%rax), %r9
        mov 80(%rax), %r10
        mov 96(%rax), %r12
        mov 104(%rax), %r13
        mov 112(%rax), %r14
        mov 120(%rax), %r15
        cmpq $-1, 160(%rax)
        je 1f
        mov 128(%rax), %rcx
        mov 136(%rax), %r11
        mov 56(%rax), %rsp
        mov 0(%rax), %rax
        swapgs
        sysretq
1:      mov 16(%rax), %rcx
        mov 88(%rax), %r11
        pushq $0x1b                     // user data segment
        pushq 56(%rax)
        pushq 136(%rax)
        pushq $0x23                     // user code segment
        pushq 128(%rax)
        mov 0(%rax), %rax
        swapgs
        iretq

// On the stack: vector, error code, rip, cs, rflags, rsp, ss.
        .align 64
interrupt_common:
        cld
        testb $3, 24(%rsp)
        jz interrupt_in_kernel
        swapgs
        push %rax
        mov %gs:CPU_FRAME, %rax
        mov %rbx, 8(%rax)
        mov %rcx, 16(%rax)
        mov %rdx, 24(%rax)
        mov %rsi, 32(%rax)
        mov %rdi, 40(%rax)
        mov %rbp, 48(%rax)
        mov %r8, 64(%rax)
        mov %r9, 72(%rax)
        mov %r10, 80(%rax)
        mov %r11, 88(%rax)
        mov %r12, 96(%rax)
        mov %r13, 104(%rax)
        mov %r14, 112(%rax)
        mov %r15, 120(%rax)
        pop 0(%rax)
        movq $-1, 160(%rax)
        mov 16(%rsp), %rbx
        mov %rbx, 128(%rax)
        mov 32(%rsp), %rbx
        mov %rbx, 136(%rax)
        mov 40(%rsp), %rbx
        mov %rbx, 56(%rax)
        pop %rdi
        pop %rsi
        mov %gs:CPU_STACK, %rsp
        call interrupt_enter
        jmp resume

// The idle loop was interrupted, or the kernel has a fault of its own.
interrupt_in_kernel:
        push %rax
        push %rcx
        push %rdx
        push %rsi
        push %rdi
        push %r8
        push %r9
        push %r10
        push %r11
        push %rbp
        mov 80(%rsp), %rdi
        mov 88(%rsp), %rsi
        lea 96(%rsp), %rdx              // rip, cs, rflags, rsp, ss
        mov %rbp, %rcx
        mov %rsp, %rbp
        and $-16, %rsp
        call interrupt_in_kernel_enter
        mov %rbp, %rsp
        pop %rbp
        pop %r11
        pop %r10
        pop %r9
        pop %r8
        pop %rdi
        pop %rsi
        pop %rdx
        pop %rcx
        pop %rax
        add $16, %rsp
        iretq

// First entry of a processor into user mode, or out of its idle loop: rdi frame, on an empty stack.
        .globl resume_frame
resume_frame:
        mov %gs:CPU_STACK, %rsp
        mov %rdi, %rax
        jmp resume

        .section .text, "ax"
        .altmacro
        .macro stub vector
stub_\vector:
        .if (\vector == 8) || ((\vector >= 10) && (\vector <= 14)) || (\vector == 17) || (\vector == 21)
        .else
        pushq $0
        .endif
        pushq $\vector
        jmp interrupt_common
        .endm
        .macro stub_address vector
        .quad stub_\vector
        .endm
        .set i, 0
        .rept 256
        stub %i
        .set i, i + 1
        .endr

        .section .rodata, "a"
        .globl interrupt_stubs
        .align 8
interrupt_stubs:
        .set i, 0
        .rept 256
        stub_address %i
        .set i, i + 1
        .endr
