// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <string_view>

#include "abi/types.hpp"

// The first serial port (115200 baud, 8N1) and QEMU's debug console: all that the stage says goes to both.
namespace boot {

void open_serial();
void say(std::string_view text);
void say_decimal(abi::u64 number);

/// Says why the system does not start, and halts for good.
[[noreturn]] void refuse(std::string_view what, std::string_view detail = {});

}  // namespace boot
