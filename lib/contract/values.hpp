// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <string_view>

#include "lib/contract/types.hpp"

// The values that messages carry beside integers, bools and enums. Their bytes are those of the wire.
namespace contract {

/// `string<N>`: at most N bytes, without an end mark.
template <std::size_t capacity>
struct String {
  static_assert(capacity <= 255);

  u8 size = 0;
  char text[capacity] = {};

  constexpr String() = default;
  /// Cut at N bytes: callers that must not lose any ask `fits` first.
  constexpr String(std::string_view from) : size(static_cast<u8>(from.size() < capacity ? from.size() : capacity)) {
    for (std::size_t i = 0; i < size; ++i) text[i] = from[i];
  }
  constexpr String(const char* from) : String(std::string_view(from)) {}

  static constexpr bool fits(std::string_view from) { return from.size() <= capacity; }
  constexpr std::size_t length() const { return size; }
  constexpr std::string_view view() const { return {text, size}; }
  friend constexpr bool operator==(const String& left, const String& right) { return left.view() == right.view(); }
};

/// `array<T, N>`: at most N elements.
template <class T, std::size_t capacity>
struct Array {
  u16 size = 0;
  T elements[capacity] = {};

  constexpr std::size_t length() const { return size; }
  constexpr bool push(const T& element) {
    if (size == capacity) return false;
    elements[size++] = element;
    return true;
  }
  constexpr const T* begin() const { return elements; }
  constexpr const T* end() const { return elements + size; }
  constexpr const T& operator[](std::size_t index) const { return elements[index]; }
};

/// `service`: an exported contract of the verified system.
struct Service {
  u8 slot = 0;
  u8 export_index = 0;
  friend constexpr bool operator==(Service, Service) = default;
};
static_assert(sizeof(Service) == 2);

/// `give`: memory of the exchange heap that changes its owner with the message.
struct Give {
  u64 block = 0;
  u64 bytes = 0;

  constexpr u64 length() const { return bytes; }
};
static_assert(sizeof(Give) == 16);

}  // namespace contract
