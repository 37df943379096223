// SPDX-License-Identifier: BSD-2-Clause
// What the language and its headers call by name, beside the memory functions of lib/base.
#include <cstddef>

#include "lib/contract/runtime.hpp"

extern "C" {

void __cxa_pure_virtual() { contract::defect("a function of an object that is not made yet, or not any more"); }

// Called by std::string_view where the text is no constant.
__attribute__((no_builtin("strlen"))) std::size_t strlen(const char* text) {
  std::size_t length = 0;
  while (text[length] != 0) ++length;
  return length;
}
}
