// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/driver/bits.hpp"
#include "lib/driver/kernel.hpp"

namespace driver {

/// A part of a device window: `length` bytes of memory-mapped registers. Small enough to be passed by value. Every
/// access is one access of the device, of the register's own size, in program order.
class Window {
 public:
  constexpr Window() = default;
  /// Window `index` of this component, from byte `start` on.
  constexpr Window(unsigned index, u64 start, u64 length) : index_(index), start_(start), length_(length) {}

  constexpr u64 length() const { return length_; }

  /// A part of this part; empty unless all of it lies inside. `offset` and `length` may come from the device.
  constexpr Window part(u64 offset, u64 length) const {
    if (offset > length_ || length > length_ - offset) return {};
    return {index_, start_ + offset, length};
  }

  /// Whether the register lies inside. To be asked once, when the window is taken.
  template <class R>
  constexpr bool has() const {
    return R::offset + sizeof(typename R::Value) <= length_;
  }

  template <class R>
  typename R::Value read() const {
    return from_raw<typename R::Value>(Kernel::window_read(index_, start_ + R::offset, sizeof(typename R::Value)));
  }
  template <class R>
  void write(typename R::Value value) const {
    Kernel::window_write(index_, start_ + R::offset, sizeof(typename R::Value), to_raw(value));
  }

  /// At an offset known only at run time (an array of registers): 0 and nothing where it is not inside.
  template <RegisterValue V>
  V read_at(u64 offset) const {
    if (offset + sizeof(V) > length_) return V{};
    return from_raw<V>(Kernel::window_read(index_, start_ + offset, sizeof(V)));
  }
  template <RegisterValue V>
  void write_at(u64 offset, V value) const {
    if (offset + sizeof(V) <= length_) Kernel::window_write(index_, start_ + offset, sizeof(V), to_raw(value));
  }

 private:
  unsigned index_ = 0;
  u64 start_ = 0;
  u64 length_ = 0;
};

}  // namespace driver
