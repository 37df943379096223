// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "servers/ext4/error.hpp"

namespace ext4 {

/// A name that may be looked for.
Result<void> check_name(std::string_view name);
/// A name that may be made, removed or changed: not "." or "..".
Result<void> check_own_name(std::string_view name);

}  // namespace ext4
