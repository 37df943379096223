// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/message.hpp"

namespace contract {
class ProgramCall;
}

namespace component {

/// A page fault of a program's thread, or of a server's copy on its behalf.
struct PageFault {
  abi::Endpoint thread;
  abi::u64 address;
  abi::u64 instruction;
  abi::u64 owner_tag;
  abi::u16 error;    // of the processor (SDM volume 3A, section 4.7): bit 0 present, 1 write, 2 user, 4 fetch
  bool redelivered;  // delivered before: to an earlier generation, or it was parked

  bool present() const { return error & 1; }
  bool write() const { return error & 2; }
  bool fetch() const { return error & 16; }
};

enum class FaultAnswer : abi::u8 {
  resolved,  // the thread goes on
  bad,       // the thread stops with the exception; a copy on its behalf says bad_address
  park,      // the fault stays until the server wakes it
};

}  // namespace component
