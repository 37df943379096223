// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/copied.hpp"

namespace contract {

/// What stands for the kernel in a test on the host.
class HostMachine {
 public:
  virtual Status call(Endpoint to, Message& message, u32 within_ms) = 0;
  virtual Status reply(Endpoint to, const Message& message) = 0;
  virtual Status notify(unsigned slot, u64 events) = 0;
  virtual Status wake(Endpoint program) = 0;
  virtual Copied copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) = 0;
  virtual Copied copy_out(Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) = 0;

 protected:
  ~HostMachine() = default;
};

struct Transport {
  /// The machine of all transports from now on; owned by the caller, and there must be one while generated code runs.
  static inline HostMachine* machine = nullptr;

  static Status call(Endpoint to, Message& message, u32 within_ms) { return machine->call(to, message, within_ms); }
  static void failed(Endpoint, Status) {}
  static Status reply(Endpoint to, const Message& message) { return machine->reply(to, message); }
  static Status notify(unsigned slot, u64 events) { return machine->notify(slot, events); }
  static Status wake(Endpoint program) { return machine->wake(program); }
  static Copied copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) {
    return machine->copy_in(from, lend, offset, to, length);
  }
  static Copied copy_out(Endpoint to, unsigned lend, u64 offset, const void* from, u64 length) {
    return machine->copy_out(to, lend, offset, from, length);
  }
};

}  // namespace contract
