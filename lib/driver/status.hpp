// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>

#include "abi/calls.hpp"

namespace driver {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

/// Why the kernel did not do what a driver asked.
enum class Error : u8 {
  refused,      // the manifest does not allow it
  invalid,      // an argument is out of range
  gone,         // the lend has ended
  faulted,      // a program's page is absent: park, the request comes again
  bad_address,  // the program has nothing there
  exhausted,    // no room left: in the DMA region, in the kernel's table of pins
};

template <class T>
using Result = std::expected<T, Error>;

constexpr Error error_of(abi::Status status) {
  switch (status) {
    case abi::Status::refused:
      return Error::refused;
    case abi::Status::dead:
    case abi::Status::gone:
      return Error::gone;
    case abi::Status::faulted:
      return Error::faulted;
    case abi::Status::bad_address:
      return Error::bad_address;
    case abi::Status::no_memory:
    case abi::Status::exists:
    case abi::Status::busy:
      return Error::exhausted;
    default:
      return Error::invalid;
  }
}

constexpr Result<void> result_of(abi::Status status) {
  if (status != abi::Status::ok) return std::unexpected(error_of(status));
  return {};
}

}  // namespace driver
