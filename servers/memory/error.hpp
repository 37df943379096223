// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>

#include "abi/types.hpp"

namespace memory {

enum class Error : abi::u8 {
  busy,       // the file server is at work for this space: once that is done
  no_memory,  // ENOMEM: promises, limits or tables are used up
  no_frames,  // what was promised is not there now: once the file server has given up some of its cache
  invalid,    // EINVAL
  unmapped,   // ENOMEM or EFAULT, as the call says: nothing is there
  exists,     // EEXIST: something is there
  denied,     // EACCES
  unknown,    // no such process or space
  bus,        // EIO or SIGBUS: what lies there cannot be had
};

template <class T>
using Result = std::expected<T, Error>;

/// Linux's number.
constexpr int linux_error(Error error) {
  switch (error) {
    case Error::invalid:
      return 22;
    case Error::exists:
      return 17;
    case Error::denied:
      return 13;
    case Error::unknown:
      return 3;
    case Error::bus:
      return 5;
    case Error::busy:
      return 11;
    case Error::no_memory:
    case Error::no_frames:
    case Error::unmapped:
      break;
  }
  return 12;
}

}  // namespace memory
