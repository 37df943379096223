// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <concepts>

#include "lib/contract/types.hpp"

namespace contract {

/// Result of one kernel copy: it may have done less than it was asked for, with status `ok` or `again`.
struct Copied {
  Status status;
  u64 bytes;
};

/// Why a copy over a lend or a program's memory did not happen.
enum class CopyError : u8 {
  out_of_range,  // beyond the length of the lend
  gone,          // the lend ended: its owner died, or was answered
  faulted,       // a program's page is absent: park the call, it is delivered again when the page is there
  bad_address,   // the program has nothing there, or not with that right: EFAULT
  refused,       // the kernel does not allow it
  invalid,       // what was copied holds an enum or a bool out of range
};

inline CopyError copy_error(Status status) {
  switch (status) {
    case Status::faulted:
      return CopyError::faulted;
    case Status::bad_address:
      return CopyError::bad_address;
    case Status::dead:
    case Status::gone:
      return CopyError::gone;
    default:
      return CopyError::refused;
  }
}

}  // namespace contract
