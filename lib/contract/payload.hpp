// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstring>

#include "lib/contract/types.hpp"

// Reading and writing payload words at a byte offset known when compiling. All of it folds into shifts.
namespace contract {

template <class T>
T read_payload(const Message& message, std::size_t offset) {
  T value;
  __builtin_memcpy(&value, reinterpret_cast<const std::byte*>(message.words) + offset, sizeof value);
  return value;
}

template <class T>
void write_payload(Message& message, std::size_t offset, const T& value) {
  __builtin_memcpy(reinterpret_cast<std::byte*>(message.words) + offset, &value, sizeof value);
}

template <class T>
T read_bytes(const std::byte* from) {
  T value;
  __builtin_memcpy(&value, from, sizeof value);
  return value;
}

/// Whether the byte is one that a bool may hold.
inline bool is_bool(u8 byte) { return byte <= 1; }

}  // namespace contract
