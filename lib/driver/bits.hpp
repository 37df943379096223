// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>
#include <type_traits>

#include "lib/driver/status.hpp"

// Registers that are made of fields, declared as the specification lists them:
//
//     struct LineStatus : driver::Bits<u8> {  // 16550D, section 8.6.3
//       using DataReady = driver::Field<LineStatus, 0>;
//       using Divisor = driver::Field<LineStatus, 4, 3>;
//     };
//     if (status.get<LineStatus::DataReady>()) ...
//     status = status.with<LineStatus::Divisor>(5);
namespace driver {

template <std::unsigned_integral S>
struct Bits {
  using Storage = S;
  Storage raw = 0;
  friend constexpr bool operator==(Bits, Bits) = default;

  /// The field's value: a bool where it has one bit and no type of its own.
  template <class F>
  constexpr auto get(this const auto& self) {
    return F::of(self);
  }
  template <class F>
  constexpr auto with(this auto self, typename F::Value value) {
    self.raw = F::put(self.raw, value);
    return self;
  }
};

/// `count` bits from bit `first` on of register `Owner`, seen as `V`.
template <class Owner, unsigned first, unsigned count = 1, class V = std::conditional_t<count == 1, bool, u32>>
struct Field {
  using Value = V;

  static constexpr Value of(const Owner& owner) {
    return static_cast<Value>(owner.raw >> first & mask<typename Owner::Storage>());
  }
  template <class Storage>
  static constexpr Storage put(Storage raw, Value value) {
    static_assert(first + count <= sizeof(Storage) * 8, "the field does not lie in the register");
    const auto bits = static_cast<Storage>(static_cast<Storage>(value) & mask<Storage>());
    return static_cast<Storage>((raw & ~static_cast<Storage>(mask<Storage>() << first)) | bits << first);
  }

 private:
  template <class Storage>
  static constexpr Storage mask() {
    return static_cast<Storage>(count >= 64 ? ~u64{0} : (u64{1} << (count & 63)) - 1);
  }
};

/// What a register may hold: an integer, an enum, or a Bits.
template <class T>
concept RegisterValue = std::is_trivially_copyable_v<T> && (sizeof(T) == 1 || sizeof(T) == 2 || sizeof(T) == 4);

/// A register `offset` bytes into its window or range of ports.
template <RegisterValue V, u32 at>
struct Register {
  using Value = V;
  static constexpr u32 offset = at;
};

/// What is read from and written to a device, and the integer that travels.
template <RegisterValue V>
constexpr V from_raw(u32 raw) {
  V value{};
  if constexpr (requires { value.raw; })
    value.raw = static_cast<typename V::Storage>(raw);
  else
    value = static_cast<V>(raw);
  return value;
}
template <RegisterValue V>
constexpr u32 to_raw(V value) {
  if constexpr (requires { value.raw; })
    return value.raw;
  else
    return static_cast<u32>(value);
}

}  // namespace driver
