// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "servers/file/process/process.hpp"
#include "servers/file/wait/waits.hpp"

namespace file {

inline constexpr u32 signal_pipe = 13;             // SIGPIPE
inline constexpr u32 signal_terminal_input = 21;   // SIGTTIN
inline constexpr u32 signal_terminal_output = 22;  // SIGTTOU
inline constexpr u32 signal_file_size = 25;        // SIGXFSZ

inline constexpr u64 user_end = u64{1} << 47;  // no program has anything there

/// Why a copy made no progress, as what becomes of the call.
Error copy_error(contract::Status status);

/// The program's call that a handler works on: who made it, and the memory of the program. A handler may be run again
/// for the same call, from its beginning: nothing that others can see is changed before what may fail has been done, or
/// the progress is kept in the call's record.
class Caller {
 public:
  Caller(Endpoint endpoint, Process& process, Waits& waits, bool delivered_before)
      : endpoint_(endpoint), process_(process), waits_(waits), delivered_before_(delivered_before) {
    if (delivered_before) waits.resume(endpoint);
  }

  Endpoint endpoint() const { return endpoint_; }
  Process& process() const { return process_; }
  u32 pid() const { return process_.pid; }
  const Credentials& credentials() const { return process_.credentials; }

  /// All of it, or `faulted`, `bad_address`.
  Result<> copy_in(u64 address, std::span<std::byte> to) const;
  Result<> copy_out(u64 address, std::span<const std::byte> from) const;
  template <class T>
  Result<T> get(u64 address) const {
    T value;
    if (const Result<> copied = copy_in(address, std::as_writable_bytes(std::span(&value, 1))); !copied)
      return fail(copied.error());
    return value;
  }
  template <class T>
  Result<> put(u64 address, const T& value) const {
    return copy_out(address, std::as_bytes(std::span(&value, 1)));
  }
  /// A string with its end, into `to` without it; says the length. Longer ones fail with name_too_long.
  Result<u32> copy_string(u64 address, std::span<char> to) const;

  /// Whether a copy to these bytes would meet an absent or a bad page; changes nothing.
  Result<> probe(u64 address, u64 length) const;
  /// Whether this call has waited already.
  bool waited() const { return kept() != nullptr; }

  /// What earlier runs of this handler kept; null: none, or this is the first.
  CallRecord* kept() const { return delivered_before_ ? waits_.find(endpoint_) : nullptr; }
  /// For keeping something; fresh at first.
  Result<CallRecord*> keep() const { return waits_.record(endpoint_, pid()); }

  /// `return fail(caller.wait_for(key));`
  Error wait_for(WaitKey key) const { return waits_.park(endpoint_, pid(), {&key, 1}, 0); }
  /// For what a disk is about to do: no signal ends it.
  Error wait_steadfast(WaitKey key, u64 deadline = 0) const {
    return waits_.park(endpoint_, pid(), {&key, 1}, deadline, true);
  }
  /// Until others had their turn.
  Error wait_turn(u64 now, bool steadfast) const { return waits_.park(endpoint_, pid(), {}, now, steadfast); }
  Error wait_for(std::span<const WaitKey> keys, u64 deadline) const {
    return waits_.park(endpoint_, pid(), keys, deadline);
  }

  /// The signal that the caller gets with the result of its call; 0: none.
  mutable u32 signal = 0;
  /// It ignores or blocks SIGTTOU: a terminal serves it from the background as well.
  bool exempt = false;

 private:
  Endpoint endpoint_;
  Process& process_;
  Waits& waits_;
  bool delivered_before_;
};

}  // namespace file
