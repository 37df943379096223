// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string>
#include <string_view>

namespace contractc {

/// `open_image` and `openImage` become `OpenImage`; `Request` stays.
std::string pascal_case(std::string_view name);
/// `C1` becomes `c1`, `OpenImage` `open_image`.
std::string snake_case(std::string_view name);
bool is_cpp_keyword(std::string_view name);
/// A C string literal.
std::string c_string(std::string_view text);

}  // namespace contractc
