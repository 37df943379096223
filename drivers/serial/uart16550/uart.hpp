// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "drivers/serial/uart16550/registers.hpp"
#include "drivers/serial/uart16550/streams.hpp"

namespace uart16550 {

enum class Parity : u8 { none = 0, odd = 1, even = 2, mark = 3, space = 4 };

struct Settings {
  u32 baud = greatest_baud;
  u8 data_bits = 8;
  u8 stop_bits = 1;
  Parity parity = Parity::none;
  bool flow = false;  // RTS and CTS
};

/// One port: moves bytes between the device and its streams.
class Uart {
 public:
  explicit Uart(u16 base) : port_(base) {}

  /// Whether there is a device, by its scratch register (section 8.10).
  bool detect();
  /// Begins, or goes on with what an older generation left in the device and in `streams`.
  void start(Streams& streams);

  bool present() const { return streams_ != nullptr; }
  Streams& streams() { return *streams_; }

  struct News {
    bool input = false;  // bytes or conditions have come
    bool room = false;   // output that was full has room again
  };
  /// The device's line went up. To be called after the line was acknowledged: the device is asked until it has nothing,
  /// so whatever comes later raises the line anew.
  News interrupt();
  /// Sends what the device takes.
  void transmit();
  /// Receives what the device has and did not get rid of because the streams were full.
  void receive();
  /// A writer was told that there is no room.
  void wants_room() { wants_room_ = true; }

  /// Whether nothing is under way to the line any more. Where something is, an interrupt follows when it has left.
  bool idle();
  /// Whether the device can make that many bits a second, within half a step of its divisor.
  static bool can(u32 baud);
  /// `settings` are ones that it can.
  void configure(const Settings& settings);
  void break_line(bool on);
  void set_lines(bool ready, bool request);

  u32 lost() const { return lost_; }
  u32 breaks() const { return breaks_; }

 private:
  void note(LineStatus status);
  void enable_interrupts();
  bool may_send();

  driver::Port port_;
  Streams* streams_ = nullptr;
  InterruptEnable enabled_;
  ModemControl modem_;
  LineControl line_;
  bool flow_ = false;
  bool held_ = false;  // input stays in the device: the streams are full
  bool wants_room_ = false;
  bool wants_idle_ = false;
  u32 lost_ = 0;
  u32 breaks_ = 0;
};

}  // namespace uart16550
