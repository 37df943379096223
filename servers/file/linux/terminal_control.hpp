// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/types.hpp"

// ioctls of terminals and their records (Linux: include/uapi/asm-generic/ioctls.h, termios.h).
namespace file::terminal_control {

using abi::u16;
using abi::u32;

inline constexpr u32 get = 0x5401, set = 0x5402, set_drained = 0x5403, set_flushed = 0x5404;  // TCGETS ...
inline constexpr u32 get2 = 0x802c'542a, set2 = 0x402c'542b, set2_drained = 0x402c'542c, set2_flushed = 0x402c'542d;
inline constexpr u32 send_break = 0x5409;    // TCSBRK; with an argument: tcdrain
inline constexpr u32 control_flow = 0x540a;  // TCXONC
inline constexpr u32 flush = 0x540b;         // TCFLSH
inline constexpr u32 exclusive = 0x540c, not_exclusive = 0x540d;
inline constexpr u32 make_controlling = 0x540e;  // TIOCSCTTY
inline constexpr u32 get_group = 0x540f, set_group = 0x5410;
inline constexpr u32 output_queue = 0x5411;
inline constexpr u32 get_window = 0x5413, set_window = 0x5414;
inline constexpr u32 input_queue = 0x541b;  // FIONREAD
inline constexpr u32 give_up_controlling = 0x5422;
inline constexpr u32 get_discipline = 0x5424;
inline constexpr u32 send_break_long = 0x5425;
inline constexpr u32 get_session = 0x5429;
inline constexpr u32 get_slave = 0x8004'5430, lock_slave = 0x4004'5431, open_slave = 0x5441;

inline constexpr u32 attribute_bytes = 36, attribute2_bytes = 44;

struct Window {  // struct winsize
  u16 rows, columns, width, height;
};

}  // namespace file::terminal_control
