// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <deque>
#include <functional>
#include <string>

#include "drivers/serial/uart16550/registers.hpp"

namespace uart16550::tests {

/// Thrown where a test kills the driver.
struct Killed {};

/// A model of a 16550 at 0x3f8, and of the kernel's calls on it. Bytes that do not fit into its FIFO wait on the line,
/// as QEMU's do. Output leaves at once, or where `slow` when a test says so.
class FakeUart : public driver::HostDevices {
 public:
  static constexpr u16 base = 0x3f8;

  FakeUart() { driver::Kernel::devices = this; }
  virtual ~FakeUart() { driver::Kernel::devices = nullptr; }

  // ---- the line ----
  std::deque<u8> line;  // what the other side has sent and the device has not
  std::string sent;     // what has left
  bool slow = false;
  std::string fifo_out;  // under way where slow
  bool clear_to_send = true;
  bool has_scratch = true;
  u8 status_errors = 0;
  unsigned clears = 0;

  void type(std::string_view text) {
    for (const char c : text) line.push_back(static_cast<u8>(c));
    refill();
  }
  void leave() {
    sent += fifo_out;
    if (!fifo_out.empty()) transmitted_ = true;
    fifo_out.clear();
  }
  /// Whether the interrupt line is up.
  bool raised() { return modem & 8 && cause() != 1; }

  // ---- death ----
  std::function<void(bool before)> at_call;  // before and after each call of the kernel

  driver::Result<u32> port_in(u16 port, unsigned size) override {
    EXPECT_EQ(size, 1u);
    return guarded<u32>([&] { return u32{in(port)}; });
  }
  driver::Result<void> port_out(u16 port, unsigned size, u32 value) override {
    EXPECT_EQ(size, 1u);
    guarded<int>([&] {
      out(port, static_cast<u8>(value));
      return 0;
    });
    return {};
  }
  driver::Result<u32> port_in_block(u16 port, u64* received, u64 capacity, u16 status_port, u8 mask) override {
    return guarded<u32>([&] {
      u32 done = 0;
      while (*received < capacity && done < 256 && (mask & in(status_port)) != 0) {
        reinterpret_cast<u8*>(received + 1)[*received] = in(port);
        ++*received, ++done;
      }
      return done;
    });
  }

  u8 enable = 0, line_control = 0, modem = 0, fifo_control = 0, scratch = 0;
  u16 divisor = 1;

 private:
  template <class T, class F>
  T guarded(F&& body) {
    if (at_call) at_call(true);
    T result = body();
    if (at_call) at_call(false);
    return result;
  }
  void refill() {
    while (fifo_.size() < (fifo_control & 1 ? 16u : 1u) && !line.empty()) {
      fifo_.push_back(line.front());
      line.pop_front();
    }
  }
  u8 cause() {
    if (enable & 4 && status_errors != 0) return 6;
    if (enable & 1 && !fifo_.empty()) return fifo_.size() >= 8 ? 4 : 12;
    if (enable & 2 && transmitted_) return 2;
    return 1;
  }
  u8 in(u16 port) {
    switch (port - base) {
      case 0: {
        if (line_control & 0x80) return static_cast<u8>(divisor);
        if (fifo_.empty()) return 0;
        const u8 byte = fifo_.front();
        fifo_.pop_front();
        refill();
        return byte;
      }
      case 1:
        return line_control & 0x80 ? static_cast<u8>(divisor >> 8) : enable;
      case 2: {
        const u8 found = cause();
        if (found == 2) transmitted_ = false;
        return found;
      }
      case 3:
        return line_control;
      case 4:
        return modem;
      case 5: {
        const u8 status = static_cast<u8>(status_errors | !fifo_.empty() | (fifo_out.empty() ? 0x60 : 0));
        status_errors = 0;
        return status;
      }
      case 6:
        return clear_to_send ? 0x10 : 0;
      case 7:
        return has_scratch ? scratch : u8{0xff};
      default:
        ADD_FAILURE() << "port " << port;
        return 0xff;
    }
  }
  void out(u16 port, u8 value) {
    switch (port - base) {
      case 0:
        if (line_control & 0x80) {
          divisor = static_cast<u16>((divisor & 0xff00) | value);
        } else {
          EXPECT_LT(fifo_out.size(), 16u) << "a byte for which the FIFO has no room";
          fifo_out += static_cast<char>(value);
          transmitted_ = false;
          if (!slow) leave();
        }
        break;
      case 1:
        if (line_control & 0x80) {
          divisor = static_cast<u16>((divisor & 0xff) | value << 8);
        } else {
          // Section 8.7: enabling it while the holding register is empty raises it.
          if (value & 2 && !(enable & 2) && fifo_out.empty()) transmitted_ = true;
          enable = value;
        }
        break;
      case 2:
        if ((value & 1) != (fifo_control & 1) || value & 2) fifo_.clear(), ++clears;
        fifo_control = value;
        refill();
        break;
      case 3:
        line_control = value;
        break;
      case 4:
        modem = value;
        break;
      case 7:
        scratch = value;
        break;
      default:
        ADD_FAILURE() << "port " << port;
    }
  }
  std::deque<u8> fifo_;
  bool transmitted_ = false;
};

}  // namespace uart16550::tests
