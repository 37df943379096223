// SPDX-License-Identifier: BSD-2-Clause
// The first instructions of a slot's threads: a frame pointer of zero ends every backtrace, the top of the stack is
// contract::ThreadState's, and the functions below find the stack as after a call.
        .section .text.component_entry, "ax", @progbits
        .globl  _start
        .type   _start, @function
_start:
        xorl    %ebp, %ebp
        subq    $16, %rsp
        call    component_main
        ud2
        .size   _start, . - _start

        .globl  component_thread
        .type   component_thread, @function
component_thread:
        xorl    %ebp, %ebp
        subq    $16, %rsp
        call    component_thread_main
        ud2
        .size   component_thread, . - component_thread
