// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/service/files.hpp"

namespace service {

/// restart, stop and start: gives the order and waits until it is carried out. Says the program's status.
int give_order(const Options& options);
/// Waits until the injection has struck or cannot any more. Only one that struck counts.
int inject(const Options& options);

}  // namespace service
