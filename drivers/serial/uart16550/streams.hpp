// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <span>

#include "abi/types.hpp"
#include "lib/driver/port.hpp"

// The bytes of one port on their way, in memory that survives the driver. Each change is one store of a word behind the
// bytes that it is about, so a driver that dies between any two instructions leaves streams that are whole: nothing
// received is lost, nothing accepted for output is lost. A byte is sent twice if the driver dies between handing it to
// the device and counting it, two instructions.
namespace uart16550 {

using driver::u64;

/// One way: bytes are counted from the system's start.
class Streams {
 public:
  static constexpr u64 input_capacity = 1024;  // of each of two buffers
  static constexpr u64 output_capacity = 1536;

  /// Made anew, or as an older generation left them, if that can be.
  void open() {
    if (magic_ == magic && sound()) return;
    magic_ = 0;
    taken_ = active_ = output_end_ = output_sent_ = 0;
    for (Input& input : inputs_) input.base = input.received.count = 0;
    magic_ = magic;
  }

  // ---- input ----
  u64 input_first() const { return taken_; }
  u64 input_end() const { return end_of(inputs_[active_]); }
  bool has_input() const { return input_end() > taken_; }

  /// Where the next bytes go; null while both buffers are full. The kernel appends to it.
  driver::Received<input_capacity>* receiver() {
    if (inputs_[active_].received.count == input_capacity || all_taken(inputs_[active_])) turn();
    Input& input = inputs_[active_];
    return input.received.count < input_capacity ? &input.received : nullptr;
  }

  /// Bytes from `from` on, fewer than there are where they lie apart: take again behind them.
  std::span<const std::byte> input(u64 from) const {
    for (const unsigned which : {1 - active_of(), active_of()}) {
      const Input& input = inputs_[which];
      if (from >= input.base && from < end_of(input))
        return std::span{input.received.bytes, input.received.count}.subspan(from - input.base);
    }
    return {};
  }
  /// Forgets what lies before `position`, which is not beyond the end.
  void take(u64 position) { taken_ = std::max(taken_, position); }

  // ---- output ----
  u64 output_end() const { return output_end_; }
  u64 output_sent() const { return output_sent_; }
  u64 output_room() const { return output_capacity - (output_end_ - output_sent_); }
  /// Room for the next bytes in one piece; `accept` makes them count.
  std::span<std::byte> output_space() {
    const u64 at = output_end_ % output_capacity;
    return std::span{output_}.subspan(at, std::min(output_room(), output_capacity - at));
  }
  void accept(u64 count) { store(output_end_, output_end_ + count); }
  bool has_output() const { return output_sent_ != output_end_; }
  std::byte next_output() const { return output_[output_sent_ % output_capacity]; }
  void sent() { store(output_sent_, output_sent_ + 1); }
  void discard_output() { store(output_end_, output_sent_); }

 private:
  static constexpr u64 magic = 0x3174'6d61'6572'7453;  // "Streamt1"

  struct Input {
    u64 base;
    driver::Received<input_capacity> received;
  };

  static u64 end_of(const Input& input) { return input.base + input.received.count; }
  bool all_taken(const Input& input) const { return input.received.count != 0 && taken_ >= end_of(input); }
  unsigned active_of() const { return static_cast<unsigned>(active_); }

  // The other buffer becomes the active one, if all of it has been taken: first it is emptied, then it counts.
  void turn() {
    Input& other = inputs_[1 - active_];
    if (taken_ < end_of(other)) return;
    const u64 end = input_end();
    store(other.received.count, 0);
    store(other.base, end);
    store(active_, 1 - active_);
  }

  bool sound() const {
    if (active_ > 1 || output_sent_ > output_end_ || output_end_ - output_sent_ > output_capacity) return false;
    for (const Input& input : inputs_)
      if (input.received.count > input_capacity || input.base > u64{1} << 62) return false;
    return taken_ <= input_end();
  }

  /// One store, where it stands in the program.
  static void store(u64& cell, u64 value) {
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&cell, value, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
  }

  u64 magic_;
  u64 taken_;
  u64 active_;
  u64 output_end_;
  u64 output_sent_;
  Input inputs_[2];
  std::byte output_[output_capacity];
};
static_assert(sizeof(Streams) <= abi::page_size);

}  // namespace uart16550
