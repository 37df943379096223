// SPDX-License-Identifier: BSD-2-Clause
#pragma once

// toml++ as it is configured here: a bad file is a value, not an exception.
#define TOML_EXCEPTIONS 0
#define TOML_HEADER_ONLY 1
#define TOML_ENABLE_FORMATTERS 0
#include <toml++/toml.h>
