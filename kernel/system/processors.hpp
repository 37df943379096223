// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/system/kernel.hpp"

namespace kernel {

// Of the processor that runs this, the first or one that is being started: its tables and local APIC; then, when all
// else is there, its timer and its place in the schedule.
void initialise_processor();
void processor_ready();

// Starts another processor by its local APIC identifier. `invalid`: that is none; `exists`: it runs already;
// `no_memory`: there are abi::max_processors; `none`: it did not answer.
Status start_processor(Thread&, u64 apic);

}  // namespace kernel
