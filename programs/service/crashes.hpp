// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "programs/service/files.hpp"

namespace service {

/// All failures that are known, and the last one of a service, with function, file and line of each frame.
int show_crashes(const Options& options);
int show_why(const Options& options);

}  // namespace service
