// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/system/kernel.hpp"

// Floating point, vectors, FS and GS of programs' threads: components do not have them. They stay in the processor that
// last ran the thread until another thread of a program runs there, or somebody wants them.
namespace kernel {

// An area of one page on the owner's account; what the processor uses of it, in bytes.
Status create_vector_state(Thread& thread);
void destroy_vector_state(Thread& thread);
u32 vector_state_size();

// In memory afterwards, for its owner to read or write.
PhysicalAddress settled_vector_state(Thread& thread);

void set_task_switched(Cpu& cpu, bool on);  // on: using the unit is an exception
void save_vector_state(Cpu& cpu);
void load_vector_state(Cpu& cpu, Thread& thread);

}  // namespace kernel
