// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "abi/types.hpp"

// Terminal attributes as Linux lays them out and numbers them on x86-64 (termios(3), asm-generic/termbits.h).
namespace terminal {

using abi::i64;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// Index in Attributes::characters.
enum class Special : u8 {
  interrupt = 0,
  quit = 1,
  erase = 2,
  kill = 3,
  end_of_file = 4,
  time = 5,
  minimum = 6,
  start = 8,
  stop = 9,
  suspend = 10,
  end_of_line = 11,
  reprint = 12,
  discard = 13,
  word_erase = 14,
  literal_next = 15,
  end_of_line_2 = 16,
};

namespace input_flag {
inline constexpr u32 ignore_break = 0x0001;       // IGNBRK
inline constexpr u32 break_interrupts = 0x0002;   // BRKINT
inline constexpr u32 mark_errors = 0x0008;        // PARMRK
inline constexpr u32 strip = 0x0020;              // ISTRIP
inline constexpr u32 newline_to_return = 0x0040;  // INLCR
inline constexpr u32 ignore_return = 0x0080;      // IGNCR
inline constexpr u32 return_to_newline = 0x0100;  // ICRNL
inline constexpr u32 lower_case = 0x0200;         // IUCLC
inline constexpr u32 flow = 0x0400;               // IXON
inline constexpr u32 any_restarts = 0x0800;       // IXANY
inline constexpr u32 bell_when_full = 0x2000;     // IMAXBEL
inline constexpr u32 utf8 = 0x4000;               // IUTF8
}  // namespace input_flag

namespace output_flag {
inline constexpr u32 process = 0x0001;            // OPOST
inline constexpr u32 upper_case = 0x0002;         // OLCUC
inline constexpr u32 newline_to_both = 0x0004;    // ONLCR
inline constexpr u32 return_to_newline = 0x0008;  // OCRNL
inline constexpr u32 no_return_at_0 = 0x0010;     // ONOCR
inline constexpr u32 newline_returns = 0x0020;    // ONLRET
inline constexpr u32 tabs = 0x1800;               // TABDLY, all of it: XTABS
}  // namespace output_flag

namespace control_flag {
inline constexpr u32 speed = 0x100f;         // CBAUD
inline constexpr u32 speed_38400 = 0x000f;   // B38400
inline constexpr u32 speed_115200 = 0x1002;  // B115200
inline constexpr u32 speed_other = 0x1000;   // BOTHER
inline constexpr u32 size = 0x0030;          // CSIZE: 5 to 8 bits
inline constexpr u32 size_shift = 4;
inline constexpr u32 two_stops = 0x0040;      // CSTOPB
inline constexpr u32 receive = 0x0080;        // CREAD
inline constexpr u32 parity = 0x0100;         // PARENB
inline constexpr u32 odd = 0x0200;            // PARODD
inline constexpr u32 hang_up = 0x0400;        // HUPCL
inline constexpr u32 local = 0x0800;          // CLOCAL
inline constexpr u32 stick = 0x4000'0000;     // CMSPAR
inline constexpr u32 hardware = 0x8000'0000;  // CRTSCTS
}  // namespace control_flag

namespace local_flag {
inline constexpr u32 signals = 0x0001;          // ISIG
inline constexpr u32 canonical = 0x0002;        // ICANON
inline constexpr u32 echo = 0x0008;             // ECHO
inline constexpr u32 echo_erase = 0x0010;       // ECHOE
inline constexpr u32 echo_kill = 0x0020;        // ECHOK
inline constexpr u32 echo_newline = 0x0040;     // ECHONL
inline constexpr u32 no_flush = 0x0080;         // NOFLSH
inline constexpr u32 stop_background = 0x0100;  // TOSTOP
inline constexpr u32 echo_control = 0x0200;     // ECHOCTL
inline constexpr u32 echo_print = 0x0400;       // ECHOPRT
inline constexpr u32 echo_kill_erase = 0x0800;  // ECHOKE
inline constexpr u32 extended = 0x8000;         // IEXTEN
}  // namespace local_flag

/// struct termios2; its first 36 bytes are struct termios.
struct Attributes {
  u32 input = input_flag::return_to_newline | input_flag::flow | input_flag::utf8;
  u32 output = output_flag::process | output_flag::newline_to_both;
  u32 control = control_flag::speed_38400 | control_flag::size | control_flag::receive | control_flag::hang_up;
  u32 local = local_flag::signals | local_flag::canonical | local_flag::echo | local_flag::echo_erase |
              local_flag::echo_kill | local_flag::echo_control | local_flag::echo_kill_erase | local_flag::extended;
  u8 discipline = 0;
  std::array<u8, 19> characters = {3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0};
  u32 input_speed = 38'400;
  u32 output_speed = 38'400;

  u8 special(Special which) const { return characters[static_cast<u8>(which)]; }
  friend bool operator==(const Attributes&, const Attributes&) = default;
};
inline constexpr std::size_t attributes_bytes = 44;
inline constexpr std::size_t old_attributes_bytes = 36;
static_assert(sizeof(Attributes) == attributes_bytes);

/// Bits a second that a control word of struct termios means; 0 for B0 and for what is none.
u32 speed_of(u32 control);

/// A character that ends or edits nothing where a special character is set to it (_POSIX_VDISABLE).
inline constexpr u8 disabled = 0;

}  // namespace terminal
