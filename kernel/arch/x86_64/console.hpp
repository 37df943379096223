// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/arch/x86_64/frame.hpp"

namespace kernel {

// The kernel's log: a ring in memory that log_read serves, and the debug port (0xe9 of QEMU and Bochs).
void log_bytes(const char* text, u64 length);
u64 read_log(u64& position, char* to, u64 length);
void log(const char* text);
void log(const char* text, u64 hexadecimal);

// Nothing can go on: says why, with registers and a backtrace of addresses for tools/command/symbolise, and ends the
// machine with a status that is not zero.
[[noreturn]] void panic(const char* why, u64 a = 0, u64 b = 0, u64 frame_pointer = 0);

}  // namespace kernel
