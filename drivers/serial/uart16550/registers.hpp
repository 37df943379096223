// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/port.hpp"

// PC16550D Universal Asynchronous Receiver/Transmitter, National Semiconductor 1995, section 8.
namespace uart16550 {

using driver::u16;
using driver::u32;
using driver::u64;
using driver::u8;

/// Section 8.7, interrupt enable register.
struct InterruptEnable : driver::Bits<u8> {
  using Received = driver::Field<InterruptEnable, 0>;
  using Transmitted = driver::Field<InterruptEnable, 1>;
  using Line = driver::Field<InterruptEnable, 2>;
  using Modem = driver::Field<InterruptEnable, 3>;
};

/// Section 8.6, interrupt identification register.
enum class Cause : u8 { modem = 0, transmitted = 1, received = 2, line = 3, timeout = 6 };
struct InterruptIdentification : driver::Bits<u8> {
  using NonePending = driver::Field<InterruptIdentification, 0>;
  using What = driver::Field<InterruptIdentification, 1, 3, Cause>;
};

/// Section 8.5, FIFO control register.
struct FifoControl : driver::Bits<u8> {
  using Enable = driver::Field<FifoControl, 0>;
  using ClearReceived = driver::Field<FifoControl, 1>;
  using ClearTransmitted = driver::Field<FifoControl, 2>;
  using Trigger = driver::Field<FifoControl, 6, 2>;  // 1, 4, 8 or 14 bytes
};

/// Section 8.3, line control register.
struct LineControl : driver::Bits<u8> {
  using Length = driver::Field<LineControl, 0, 2>;  // 5 to 8 bits
  using TwoStops = driver::Field<LineControl, 2>;
  using Parity = driver::Field<LineControl, 3>;
  using Even = driver::Field<LineControl, 4>;
  using Stick = driver::Field<LineControl, 5>;
  using Break = driver::Field<LineControl, 6>;
  using Divisor = driver::Field<LineControl, 7>;
};

/// Section 8.8, modem control register. Output 2 lets the interrupt out to the bus on a PC.
struct ModemControl : driver::Bits<u8> {
  using Ready = driver::Field<ModemControl, 0>;
  using Request = driver::Field<ModemControl, 1>;
  using Output2 = driver::Field<ModemControl, 3>;
};

/// Section 8.4, line status register. Reading it takes the errors away.
struct LineStatus : driver::Bits<u8> {
  using DataReady = driver::Field<LineStatus, 0>;
  using Overrun = driver::Field<LineStatus, 1>;
  using Break = driver::Field<LineStatus, 4>;
  using TransmitEmpty = driver::Field<LineStatus, 5>;  // room for a whole FIFO
  using AllSent = driver::Field<LineStatus, 6>;
};

/// Section 8.9, modem status register.
struct ModemStatus : driver::Bits<u8> {
  using ClearToSend = driver::Field<ModemStatus, 4>;
};

using Data = driver::Register<u8, 0>;
using DivisorLow = driver::Register<u8, 0>;
using DivisorHigh = driver::Register<u8, 1>;
using Enable = driver::Register<InterruptEnable, 1>;
using Identification = driver::Register<InterruptIdentification, 2>;
using Fifo = driver::Register<FifoControl, 2>;
using Line = driver::Register<LineControl, 3>;
using Modem = driver::Register<ModemControl, 4>;
using Status = driver::Register<LineStatus, 5>;
using Modems = driver::Register<ModemStatus, 6>;
using Scratch = driver::Register<u8, 7>;

inline constexpr unsigned fifo_bytes = 16;
inline constexpr u32 greatest_baud = 115'200;  // the PC's 1.8432 MHz, divided by 16

}  // namespace uart16550
