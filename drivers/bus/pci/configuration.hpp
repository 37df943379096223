// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "drivers/bus/pci/registers.hpp"
#include "lib/driver/port.hpp"

namespace pci {

/// A function of a device on a bus.
struct Function {
  u8 bus = 0;
  u8 device = 0;
  u8 number = 0;
  friend constexpr bool operator==(Function, Function) = default;
};

/// Configuration space by mechanism 1 (PCI 3.0, section 3.2.2.3.2): two ports, and 256 bytes of each function, which
/// is all that is used here.
class Configuration {
 public:
  u32 read(Function function, u32 offset, unsigned size);
  void write(Function function, u32 offset, unsigned size, u32 value);

  /// As many bytes as there is room for, from a multiple of 4 on.
  void read(Function function, u32 offset, std::span<u8> bytes);

  template <class R>
  typename R::Value read(Function function) {
    return driver::from_raw<typename R::Value>(read(function, R::offset, sizeof(typename R::Value)));
  }
  template <class R>
  void write(Function function, typename R::Value value) {
    write(function, R::offset, sizeof(typename R::Value), driver::to_raw(value));
  }
  template <driver::RegisterValue V>
  V read_at(Function function, u32 offset) {
    return driver::from_raw<V>(read(function, offset, sizeof(V)));
  }
  template <driver::RegisterValue V>
  void write_at(Function function, u32 offset, V value) {
    write(function, offset, sizeof(V), driver::to_raw(value));
  }

  /// Offset of the `index`-th capability with this identifier; 0 where there is none.
  u8 find(Function function, CapabilityId identifier, unsigned index = 0);
};

}  // namespace pci
