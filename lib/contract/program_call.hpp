// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <cstddef>
#include <expected>
#include <span>

#include "lib/contract/lend.hpp"

namespace contract {

/// An address in a program's memory. Nothing may be read or written there but by copies.
struct UserAddress {
  u64 value = 0;

  constexpr UserAddress plus(u64 bytes) const { return {value + bytes}; }
  explicit constexpr operator bool() const { return value != 0; }
  friend constexpr bool operator==(UserAddress, UserAddress) = default;
};

/// What becomes of a program's call.
class CallResult {
 public:
  /// The call returns this.
  static constexpr CallResult value(i64 value) { return {abi::reply_value, static_cast<u64>(value), 0}; }
  /// The call fails with a Linux error number, given as an integer or as an enum of them.
  template <class Number>
  static constexpr CallResult error(Number number) {
    return value(-static_cast<i64>(number));
  }
  /// The call stays in the kernel; `wake` delivers it again, from its beginning.
  static constexpr CallResult park() { return {abi::reply_park, 0, 0}; }
  /// The program's thread makes the call anew when it next runs.
  static constexpr CallResult retry() { return {abi::reply_retry, 0, 0}; }
  /// The call returns `value`, and the thread stops for `cause`, which its owner is told.
  static constexpr CallResult stop(i64 value, u32 cause) { return {abi::reply_stop, static_cast<u64>(value), cause}; }
  /// The thread stops for `cause`, then makes the call anew: a signal that interrupts it.
  static constexpr CallResult again(u32 cause) { return {abi::reply_again, 0, cause}; }
  /// What follows from a copy that failed: EFAULT, or park until the page is there.
  static constexpr CallResult of(CopyError error) {
    constexpr i64 bad_address = 14;
    return error == CopyError::faulted ? park() : value(-bad_address);
  }

  constexpr bool parks() const { return reply_ == abi::reply_park; }
  constexpr bool is_value() const { return reply_ == abi::reply_value; }
  constexpr i64 result() const { return static_cast<i64>(value_); }
  constexpr abi::ProgramReply reply() const { return reply_; }
  constexpr u32 cause() const { return cause_; }

  void encode(Message& message) const { message = {Tag::of(reply_), {value_, cause_}}; }
  friend constexpr bool operator==(const CallResult&, const CallResult&) = default;

 private:
  constexpr CallResult(abi::ProgramReply reply, u64 value, u32 cause) : reply_(reply), cause_(cause), value_(value) {}

  abi::ProgramReply reply_;
  u32 cause_;
  u64 value_;
};

/// What the owner of all programs' threads tells of each to those who serve them.
struct OwnerTag {
  u64 bits = 0;

  static constexpr OwnerTag of(u32 process, u32 thread, bool traced) {
    return {process | u64{thread} << 32 | u64{traced} << 63};
  }
  constexpr u32 process() const { return static_cast<u32>(bits); }
  constexpr u32 thread() const { return static_cast<u32>(bits >> 32) & ~(u32{1} << 31); }
  /// Its calls are told of (lib/contract/call_trace.hpp).
  constexpr bool traced() const { return bits >> 63 != 0; }
};

/// How far a copy over a program's memory came, and why no further.
struct ProgramCopy {
  std::size_t bytes = 0;
  Status status = Status::ok;

  bool complete() const { return status == Status::ok; }
  CopyError error() const { return copy_error(status); }
};

/// A system call that a program's thread has made. The thread waits in the kernel meanwhile, and stays there if this
/// server dies: the next generation gets the call again, marked as redelivered.
class ProgramCall {
 public:
  ProgramCall(Endpoint program, const Message& message) : program_(program), message_(message) {}
  ProgramCall(const ProgramCall&) = delete;
  ProgramCall& operator=(const ProgramCall&) = delete;

  /// The thread, and which of its calls this is: for `wake`, lends, and telling calls apart.
  Endpoint endpoint() const { return program_; }
  unsigned number() const { return message_.tag.label() - abi::label_program; }
  u64 argument(unsigned index) const { return message_.words[index]; }
  /// The tag that the owner of the thread gave it; the kernel puts it into every call.
  OwnerTag owner_tag() const { return {message_.words[6]}; }
  /// Delivered before: to an earlier generation of this server, or to this one, which parked it.
  bool redelivered() const { return message_.tag.redelivered(); }

  /// All of `to`, or what stopped the copy.
  std::expected<void, CopyError> copy_in(UserAddress from, std::span<std::byte> to) const;
  std::expected<void, CopyError> copy_out(UserAddress to, std::span<const std::byte> from) const;
  /// As much as can be copied, without giving up what was done.
  ProgramCopy copy_in_part(UserAddress from, std::span<std::byte> to) const;
  ProgramCopy copy_out_part(UserAddress to, std::span<const std::byte> from) const;
  /// A string with its end: how long it is, without the end. Nothing that lies in a page behind its end is touched.
  /// `out_of_range` where `to` has no room for it and its end (ENAMETOOLONG).
  std::expected<std::size_t, CopyError> copy_string(UserAddress from, std::span<char> to) const;

  template <class T>
  std::expected<T, CopyError> get(UserAddress from) const {
    T value;
    const auto copied = copy_in(from, std::as_writable_bytes(std::span(&value, 1)));
    if (!copied) return std::unexpected(copied.error());
    return value;
  }
  template <class T>
  std::expected<void, CopyError> put(UserAddress to, const T& value) const {
    return copy_out(to, std::as_bytes(std::span(&value, 1)));
  }
  /// Part of the program's memory, to be passed on in a request of one's own.
  Lend lend_readable(UserAddress address, u32 length) const {
    return Lend::of_program(program_, address.value, length, abi::Lend::read_bit);
  }
  Lend lend_writable(UserAddress address, u32 length) const {
    return Lend::of_program(program_, address.value, length, abi::Lend::write_bit);
  }

  /// What the handler decided. Without it the runtime sends nothing: `answer(Endpoint, CallResult)` does later.
  void answer(CallResult result) {
    result.encode(reply_);
    answered_ = true;
  }
  /// For the runtime: turns the message into the reply; false if there is none yet.
  bool take_reply(Message& message) const {
    if (answered_) message = reply_;
    return answered_;
  }

  /// Answers a call later, from whatever thread; parked ones too.
  static Status answer(Endpoint program, CallResult result) {
    Message message;
    result.encode(message);
    return Transport::reply(program, message);
  }
  /// Delivers a parked call again.
  static Status wake(Endpoint program) { return Transport::wake(program); }

 private:
  Endpoint program_;
  Message message_;
  Message reply_;
  bool answered_ = false;
};

}  // namespace contract
