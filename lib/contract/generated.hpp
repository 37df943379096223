// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// Everything that a generated header stands on.
#include <cstddef>
#include <string_view>

#include "lib/contract/condition.hpp"
#include "lib/contract/conversation.hpp"
#include "lib/contract/payload.hpp"
#include "lib/contract/token.hpp"
#include "lib/contract/typed_lend.hpp"
#include "lib/contract/values.hpp"
