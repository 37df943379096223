// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/user_buffer.hpp"
#include "servers/file/open/description.hpp"

namespace file {

/// What can be done with an open description of one kind. Each may be run again for the same call: what was moved
/// before is skipped in the buffer already.
class Behaviour {
 public:
  /// Moves what can be had now, and something unless at the end; `again` where nothing can be had yet. `offset` is
  /// where the buffer's next byte belongs, where `seekable`.
  virtual Result<> read(Description&, UserBuffer&, u64 offset) {
    return static_cast<void>(offset), fail(Error::invalid);
  }
  virtual Result<> write(Description&, UserBuffer&, u64 offset) {
    return static_cast<void>(offset), fail(Error::invalid);
  }
  /// poll's bits.
  virtual Result<u32> ready(Description&) {
    return linux_abi::poll_in | linux_abi::poll_out | linux_abi::poll_in_normal | linux_abi::poll_out_normal;
  }
  /// What a call waits for that got `again`, to read or to write.
  virtual WaitKey read_key(const Description&) const { return {}; }
  virtual WaitKey write_key(const Description&) const { return {}; }
  virtual Result<i64> control(Description&, const Caller&, u32 command, u64 argument) {
    static_cast<void>(command), static_cast<void>(argument);
    return fail(Error::not_terminal);
  }
  /// The last descriptor was closed.
  virtual void close(Description&) {}
  /// Whether a position means something: pread, pwrite and lseek.
  virtual bool seekable() const { return false; }

 protected:
  ~Behaviour() = default;
};

}  // namespace file
