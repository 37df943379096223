// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/system/kernel.hpp"

namespace kernel {

void initialise_first_processor();

// Starts another processor by its local APIC identifier. `exists`: it runs already; `no_memory`: there are
// abi::max_processors; `none`: it did not answer.
Status start_processor(unsigned apic);

}  // namespace kernel
