// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/info.hpp"

namespace kernel {

// The information page, as the kernel writes it.
abi::InfoPage& info();

}  // namespace kernel
