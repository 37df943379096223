// SPDX-License-Identifier: BSD-2-Clause
// Ways in and out of the kernel. Registers go straight into the current thread's frame (abi::Registers); the kernel's
// own stack is empty at each entry from user mode. Offsets: Cpu in cpu.hpp, Registers in abi/status.hpp.

        .set CPU_FRAME, 8
        .set CPU_STACK, 16
        .set CPU_USER_RIP, 24
        .set CALL_reply_receive, 1      // abi::Call; call is 0
        .set TAG_redelivered, 36        // bit of abi::Tag
        .set offset, 0
        .irp name, rdi, rsi, rdx, r8, r9, r12, r13, r14, r15, rax, rbx, rcx, rbp, rsp, r10, r11, rip, rflags, fs, gs,call
        .set FRAME_\name, offset
        .set offset, offset + 8
        .endr

        .macro save frame               // all but rax, rsp, and what syscall loses
        .irp name, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15
        mov %\name, FRAME_\name(%\frame)
        .endr
        .endm
        .macro restore frame
        .irp name, rbx, rdx, rsi, rdi, rbp, r8, r9, r10, r12, r13, r14, r15
        mov FRAME_\name(%\frame), %\name
        .endr
        .endm

        .section .text.hot, "ax"
        .globl syscall_entry, syscall_general, resume_direct
        .align 64
syscall_entry:
        swapgs
        mov %rcx, %gs:CPU_USER_RIP
        mov %gs:CPU_FRAME, %rcx
        mov %rsp, FRAME_rsp(%rcx)
        mov %gs:CPU_STACK, %rsp
        mov %r11, FRAME_rflags(%rcx)
        mov %gs:CPU_USER_RIP, %r11
        mov %r11, FRAME_rip(%rcx)
        mov %rax, FRAME_call(%rcx)
        mov %rbx, FRAME_rbx(%rcx)
        mov %rbp, FRAME_rbp(%rcx)
        mov %r10, FRAME_r10(%rcx)
        cmp $CALL_reply_receive, %al
        jb direct_call                  // with the message in its registers: direct.cpp
        je direct_reply_receive
syscall_general:                        // what the short path does not do; registers as it had them
        .irp name, rdi, rsi, rdx, r8, r9, r12, r13, r14, r15
        mov %\name, FRAME_\name(%rcx)
        .endr
        call syscall_enter
        jmp resume

// rcx: the frame of a thread that waits in a message call; the message is in its registers.
        .align 64
resume_direct:
        mov FRAME_rbx(%rcx), %rbx
        mov FRAME_rbp(%rcx), %rbp
        mov FRAME_r10(%rcx), %r10
        mov FRAME_rflags(%rcx), %r11
        mov FRAME_rsp(%rcx), %rsp
        mov FRAME_rip(%rcx), %rcx
        btr $TAG_redelivered, %rsi      // the kernel's own
        xor %eax, %eax                  // Status::ok
        swapgs
        sysretq

// First entry of a processor into user mode: rdi frame, on an empty stack.
        .globl resume_frame
        .align 64
resume_frame:
        mov %gs:CPU_STACK, %rsp
        mov %rdi, %rax
resume:                                 // rax: the frame to leave with
        restore rax
        cmpq $-1, FRAME_call(%rax)
        je 1f
        mov FRAME_rip(%rax), %rcx
        mov FRAME_rflags(%rax), %r11
        mov FRAME_rsp(%rax), %rsp
        mov FRAME_rax(%rax), %rax
        swapgs
        sysretq
1:      mov FRAME_rcx(%rax), %rcx
        mov FRAME_r11(%rax), %r11
        pushq $0x1b                     // user data segment
        pushq FRAME_rsp(%rax)
        pushq FRAME_rflags(%rax)
        pushq $0x23                     // user code segment
        pushq FRAME_rip(%rax)
        mov FRAME_rax(%rax), %rax
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
        save rax
        mov %rcx, FRAME_rcx(%rax)
        mov %r11, FRAME_r11(%rax)
        pop FRAME_rax(%rax)
        movq $-1, FRAME_call(%rax)
        mov 16(%rsp), %rbx
        mov %rbx, FRAME_rip(%rax)
        mov 32(%rsp), %rbx
        mov %rbx, FRAME_rflags(%rax)
        mov 40(%rsp), %rbx
        mov %rbx, FRAME_rsp(%rax)
        pop %rdi
        pop %rsi
interrupt_go:
        mov %gs:CPU_STACK, %rsp
        call interrupt_enter
        jmp resume

// The idle loop was interrupted: it is left for good, and begins anew when there is nothing to do. Or the kernel has a
// fault of its own.
interrupt_in_kernel:
        pop %rdi
        pop %rsi
        mov %rsp, %rdx                  // rip, cs, rflags, rsp, ss
        mov %rbp, %rcx
        cmp $32, %rdi
        jae interrupt_go
        jmp kernel_exception

        .section .text, "ax"
// Where each vector enters, sixteen bytes apart: cpu.cpp fills the gates by that.
        .globl interrupt_stubs
        .align 16
interrupt_stubs:
        .set vector, 0
        .rept 256
        .align 16
        .if (vector != 8) && ((vector < 10) || (vector > 14)) && (vector != 17) && (vector != 21)
        pushq $0                        // where the processor pushes no error code
        .endif
        pushq $vector
        jmp interrupt_common
        .set vector, vector + 1
        .endr
