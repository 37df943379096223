// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <concepts>
#include <cstdint>

namespace ext4::layout {

/// An integer as it lies on the disk: little-endian.
template <std::unsigned_integral T>
class Little {
 public:
  constexpr Little() = default;
  constexpr Little(T value) : stored_{convert(value)} {}
  constexpr operator T() const { return convert(stored_); }

 private:
  static constexpr T convert(T value) {
    if constexpr (std::endian::native == std::endian::little || sizeof(T) == 1) return value;
    return std::byteswap(value);
  }
  T stored_{};
};

using Little16 = Little<std::uint16_t>;
using Little32 = Little<std::uint32_t>;
using Little64 = Little<std::uint64_t>;

constexpr std::uint64_t join(std::uint32_t high, std::uint32_t low) { return std::uint64_t{high} << 32 | low; }
constexpr std::uint32_t low_half(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
constexpr std::uint32_t high_half(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

}  // namespace ext4::layout
