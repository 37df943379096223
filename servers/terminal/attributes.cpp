// SPDX-License-Identifier: BSD-2-Clause
#include "servers/terminal/attributes.hpp"

namespace terminal {

u32 speed_of(u32 control) {
  constexpr u32 slow[] = {0, 50, 75, 110, 134, 150, 200, 300, 600, 1200, 1800, 2400, 4800, 9600, 19200, 38400};
  constexpr u32 quick[] = {0,       57600,   115200,  230400,  460800,  500000,  576000,  921600,
                           1000000, 1152000, 1500000, 2000000, 2500000, 3000000, 3500000, 4000000};
  const u32 index = control & 15;
  return control & control_flag::speed_other ? quick[index] : slow[index];
}

}  // namespace terminal
