// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/signal/signals.hpp"

#include <cstring>

namespace process {

namespace {

template <class T>
void put(std::byte* to, std::size_t offset, T value) {
  std::memcpy(to + offset, &value, sizeof value);
}
template <class T>
T get(const std::byte* from, std::size_t offset) {
  T value;
  std::memcpy(&value, from + offset, sizeof value);
  return value;
}

}  // namespace

// siginfo_t (asm-generic/siginfo.h): three ints, then a union at offset 16.
void SignalInfo::encode(std::byte* to) const {
  std::memset(to, 0, signal_info_bytes);
  put<i32>(to, 0, signal);
  put<i32>(to, 4, error);
  put<i32>(to, 8, code);
  const bool fault = instruction_signals.has(signal) && code > 0;
  if (fault) {
    put<u64>(to, 16, value);
    return;
  }
  put<u32>(to, 16, pid);
  put<u32>(to, 20, user);
  if (signal == sig_child && code > 0)
    put<i32>(to, 24, status);
  else
    put<u64>(to, 24, value);
}

SignalInfo SignalInfo::decode(const std::byte* from) {
  return {.signal = static_cast<u8>(get<i32>(from, 0)),
          .error = get<i32>(from, 4),
          .code = get<i32>(from, 8),
          .pid = get<u32>(from, 16),
          .user = get<u32>(from, 20),
          .value = get<u64>(from, 24)};
}

}  // namespace process
