// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

namespace trace {

/// The name of an error number (errno(3)), and of a signal; empty: it has none.
std::string_view error_name(int number);
std::string_view signal_name(int number);

}  // namespace trace
