// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <cstddef>
#include <optional>
#include <span>

#include "servers/terminal/line_state.hpp"

namespace terminal {

namespace signal {
inline constexpr u32 hang_up = 1, interrupt = 2, quit = 3, go_on = 18, stop = 20, window = 28;
}

/// Where a line's signals go.
class Signals {
 public:
  virtual void raise(u32 group, u32 number) = 0;

 protected:
  ~Signals() = default;
};

/// How a read ended.
struct ReadResult {
  bool blocks = false;  // nothing yet; ask again
  u32 count = 0;        // bytes; 0 is the end of the file
};

/// How a read is meant.
struct ReadMode {
  bool blocking = true;
  bool timed_out = false;  // VTIME has passed since this read began, or since the last byte
};

/// The line discipline of one terminal: what is typed becomes lines, echo and signals; what is written becomes what the
/// device shows. As Linux's n_tty does it, to the byte. It knows no device and no program, and makes no calls: its
/// state is memory, and which of it was changed is remembered for the vault.
class Line {
 public:
  explicit Line(LineState& state) : state_(state) {}

  LineHeader& header() { return state_.header; }
  const LineHeader& header() const { return state_.header; }
  const Attributes& attributes() const { return state_.header.attributes; }

  /// A new line, of a port or a pair.
  void open(Use use, const Attributes& attributes);

  // ---- the device's side ----
  /// Takes bytes as they come from the device; how many of them, fewer where there is no room for input.
  std::size_t receive(std::span<const std::byte> bytes, Signals& signals);
  /// The line was in the break condition.
  void receive_break(Signals& signals);
  /// What the device is to show next, in one piece; empty where there is nothing, or output is stopped.
  std::span<const u8> output() const;
  /// What waits is counted from `position` on: the device has another account of it.
  void move_output(u64 position);
  /// All of it may come in two pieces; this is how many bytes wait, stopped or not.
  u64 output_waiting() const { return header().output_head - header().output_tail; }
  /// The device has the next `count` bytes.
  void shown(u64 count) { header().output_tail += count; }

  // ---- the program's side ----
  /// Takes bytes as a program writes them; how many of them, 0 where there is no room.
  std::size_t write(std::span<const std::byte> bytes);
  bool writable() const { return output_room() > echo_reserve + most_of_one; }
  /// What a read of `most` bytes would give, put into `into`, which has room for that. Nothing is taken until `took`.
  ReadResult read(std::span<u8> into, ReadMode mode) const;
  /// Takes what a read gave.
  void took(u32 count);
  bool readable() const;
  /// Bytes that a read could give: FIONREAD.
  u64 input_waiting() const;
  u64 input_room() const { return input_capacity - (header().input_head - header().input_tail); }

  void set_attributes(const Attributes& attributes);
  void flush_input();
  void flush_output();
  /// TCIOFF and TCION.
  void send(u8 character);

  // ---- what the vault has to be told ----
  u64 changed_input() const { return changed_input_; }
  u64 changed_output() const { return changed_output_; }
  void settled() { changed_input_ = changed_output_ = 0; }
  const LineState& state() const { return state_; }

  bool has(u32 flag, u32 word) const { return (word & flag) != 0; }
  bool input_mode(u32 flag) const { return (attributes().input & flag) != 0; }
  bool output_mode(u32 flag) const { return (attributes().output & flag) != 0; }
  bool local_mode(u32 flag) const { return (attributes().local & flag) != 0; }
  bool canonical() const { return local_mode(local_flag::canonical); }

 private:
  /// Room that programs leave for echo.
  static constexpr u64 echo_reserve = 256;
  /// Most that one character becomes.
  static constexpr u64 most_of_one = 8;

  // Characters on their way in (receive.cpp)
  void receive(u8 character, Signals& signals);
  bool receive_signal(u8 character, Signals& signals);
  bool receive_edit(u8 character);
  void receive_plain(u8 character, bool was_return);
  void finish_line(u8 stored);
  bool is(Special which, u8 character) const {
    return character != disabled && attributes().special(which) == character;
  }
  void put(u8 character);

  // Editing (erase.cpp)
  void erase(Special how);
  void erase_echo(u8 character, u64 at, u64 end, Special how);
  void erase_tab(u64 at);
  void erase_print(u8 character, u64 at, u64 end);
  void finish_erasing();
  void reprint();
  bool is_continuation(u8 character) const { return input_mode(input_flag::utf8) && (character & 0xc0) == 0x80; }

  // Characters on their way out (show.cpp)
  void echo(u8 character);
  void echo_raw(u8 character);
  void show(u8 character);
  bool show_processed(u8 character);
  void put_output(u8 character);
  u64 output_room() const { return output_capacity - output_waiting(); }

  u8 input_at(u64 position) const {
    return state_.input[position / chunk_bytes % input_chunks].bytes[position % chunk_bytes];
  }
  bool ends_line(u64 position) const {
    return state_.input[position / chunk_bytes % input_chunks].ends >> position % chunk_bytes & 1;
  }
  void set_end(u64 position, bool ends);
  void set_input(u64 position, u8 character);

  LineState& state_;
  u64 changed_input_ = 0;  // bit for each chunk
  u64 changed_output_ = 0;
};

/// As the kernel's own table has it: no locale, letters of Latin-1 among them, so that the first byte of a character in
/// UTF-8 counts as one.
constexpr bool is_control(u8 character) { return character < 32 || character == 127; }
constexpr bool is_upper(u8 character) {
  return (character >= 'A' && character <= 'Z') || (character >= 0xc0 && character <= 0xde && character != 0xd7);
}
constexpr bool is_lower(u8 character) {
  return (character >= 'a' && character <= 'z') || (character >= 0xe0 && character != 0xf7);
}
constexpr bool is_word(u8 character) {
  return (character >= '0' && character <= '9') || (character >= 'A' && character <= 'Z') ||
         (character >= 'a' && character <= 'z') || character == '_' ||
         (character >= 0xc0 && character != 0xd7 && character != 0xf7);
}

}  // namespace terminal
