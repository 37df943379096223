// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/raw.hpp"
#include "lib/contract/copied.hpp"

namespace contract {

/// The kernel's messages. What not every component may do is never inline, so that the verifier sees in a program's
/// symbols whether it is done. The kernel takes the slot's baton away in `call` and gives it back before it returns.
struct Transport {
  static Status call(Endpoint to, Message& message, u32 within_ms) {
    const abi::raw::Received received = abi::raw::call(to, message, within_ms);
    message = received.message;
    return received.status;
  }
  /// To be told what `call` said, where it did not go well.
  static void failed(Endpoint to, Status status) {
    if (status == Status::refused) abi::raw::refused(static_cast<u64>(abi::Call::call), to.bits, 0);
  }
  static Status reply(Endpoint to, const Message& message) { return abi::raw::reply(to, message); }
  static Status notify(unsigned slot, u64 events) { return abi::raw::notify(slot, events); }
  [[gnu::noinline]] static Status wake(Endpoint program) { return abi::raw::wake(program); }
  [[gnu::noinline, gnu::hot]] static Copied copy_in(Endpoint from, unsigned lend, u64 offset, void* to, u64 length) {
    const abi::raw::Result result = abi::raw::copy_in(from, lend, offset, to, length);
    return {result.status, result.first};
  }
  [[gnu::noinline, gnu::hot]] static Copied copy_out(Endpoint to, unsigned lend, u64 offset, const void* from,
                                                     u64 length) {
    const abi::raw::Result result = abi::raw::copy_out(to, lend, offset, from, length);
    return {result.status, result.first};
  }
};

}  // namespace contract
