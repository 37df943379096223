// SPDX-License-Identifier: BSD-2-Clause
// The four functions that the compiler calls of its own accord. Only the target tree compiles this file.
#include "lib/base/bytes.hpp"

extern "C" {

[[gnu::hot]] BASE_NO_BUILTIN void* memcpy(void* __restrict to, const void* __restrict from, std::size_t bytes) {
  base::copy_upwards(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
  return to;
}

[[gnu::hot]] BASE_NO_BUILTIN void* memmove(void* to, const void* from, std::size_t bytes) {
  // One comparison answers for both sides: below `from` the distance wraps round and is large.
  const auto distance = reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
  if (distance >= bytes)
    base::copy_upwards(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
  else
    base::copy_downwards(static_cast<std::byte*>(to), static_cast<const std::byte*>(from), bytes);
  return to;
}

[[gnu::hot]] BASE_NO_BUILTIN void* memset(void* to, int value, std::size_t bytes) {
  base::fill(static_cast<std::byte*>(to), static_cast<std::byte>(value), bytes);
  return to;
}

BASE_NO_BUILTIN int memcmp(const void* left, const void* right, std::size_t bytes) {
  return base::compare(static_cast<const std::byte*>(left), static_cast<const std::byte*>(right), bytes);
}
}
