// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>

#include "lib/driver/bits.hpp"
#include "lib/driver/kernel.hpp"

namespace driver {

/// Bytes that a device gave, as the kernel's port_in_block keeps them. To lie in memory that survives the driver.
template <std::size_t capacity>
struct Received {
  u64 count = 0;
  std::byte bytes[capacity] = {};
};
static_assert(offsetof(Received<8>, bytes) == 8);

/// A range of I/O ports with registers in it. The manifest must name the range; what it does not name is refused, reads
/// as all ones, and `refused()` remembers it.
class Port {
 public:
  constexpr explicit Port(u16 first) : first_(first) {}

  constexpr u16 first() const { return first_; }
  constexpr bool refused() const { return refused_; }

  template <class R>
  typename R::Value read() {
    const Result<u32> value = Kernel::port_in(at<R>(), sizeof(typename R::Value));
    if (!value) refused_ = true;
    return from_raw<typename R::Value>(value.value_or(~u32{0}));
  }
  template <class R>
  void write(typename R::Value value) {
    if (!Kernel::port_out(at<R>(), sizeof(typename R::Value), to_raw(value))) refused_ = true;
  }

  /// Reads byte register `R` to the end of `buffer` as long as `S` has one of the bits of `mask` and there is room, and
  /// counts in the buffer, all of it in one kernel call: whoever dies after it finds every byte that the device has
  /// given away. How many bytes there were comes back.
  template <class R, class S, std::size_t n>
  u32 read_block(Received<n>& buffer, typename S::Value mask) {
    const Result<u32> count = Kernel::port_in_block(at<R>(), &buffer.count, n, at<S>(), static_cast<u8>(to_raw(mask)));
    if (!count) refused_ = true;
    return count.value_or(0);
  }

 private:
  template <class R>
  constexpr u16 at() const {
    return static_cast<u16>(first_ + R::offset);
  }

  u16 first_;
  bool refused_ = false;
};

}  // namespace driver
