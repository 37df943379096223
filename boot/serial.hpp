// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "abi/types.hpp"

// The first serial port (115200 baud, 8N1) and QEMU's debug console: all that the stage says goes to both.
namespace boot {

void open_serial();
void say(std::string_view text);
void say_decimal(abi::u64 number);

[[noreturn]] void halt();

/// Says in one line, of all the parts, why the system does not start, and halts for good.
template <typename... Part>
[[noreturn]] void refuse(Part... parts) {
  say(std::string_view{"boot: ", 6});
  (say(parts), ...);
  halt();
}

}  // namespace boot
