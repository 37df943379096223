// SPDX-License-Identifier: BSD-2-Clause
// Characters on their way out: output processing and echo.
#include <algorithm>

#include "servers/terminal/line.hpp"

namespace terminal {

void Line::put_output(u8 character) {
  // Echo for which there is no room is dropped: whoever types on while nothing is shown sees nothing either.
  if (output_room() == 0) return;
  const u64 position = header().output_head++;
  const u64 chunk = position / chunk_bytes % output_chunks;
  state_.output[chunk].bytes[position % chunk_bytes] = character;
  changed_output_ |= u64{1} << chunk;
}

// One character by the rules of c_oflag; false where there is not room for all that it becomes.
bool Line::show_processed(u8 character) {
  LineHeader& h = header();
  if (output_room() < most_of_one) return false;
  switch (character) {
    case '\n':
      if (output_mode(output_flag::newline_returns)) h.column = 0;
      if (output_mode(output_flag::newline_to_both)) {
        h.line_column = h.column = 0;
        put_output('\r');
        break;
      }
      h.line_column = h.column;
      break;
    case '\r':
      if (output_mode(output_flag::no_return_at_0) && h.column == 0) return true;
      if (output_mode(output_flag::return_to_newline)) {
        character = '\n';
        if (output_mode(output_flag::newline_returns)) h.line_column = h.column = 0;
        break;
      }
      h.line_column = h.column = 0;
      break;
    case '\t': {
      const u32 spaces = 8 - (h.column & 7);
      h.column += spaces;
      if ((attributes().output & output_flag::tabs) == output_flag::tabs) {
        for (u32 i = 0; i < spaces; ++i) put_output(' ');
        return true;
      }
      break;
    }
    case '\b':
      if (h.column > 0) --h.column;
      break;
    default:
      if (is_control(character)) break;
      if (output_mode(output_flag::upper_case) && is_lower(character)) character = static_cast<u8>(character - 32);
      if (!is_continuation(character)) ++h.column;
  }
  put_output(character);
  return true;
}

void Line::show(u8 character) {
  if (output_mode(output_flag::process))
    (void)show_processed(character);
  else
    put_output(character);
}

void Line::echo_raw(u8 character) {
  // All ones are Linux's own mark in its echo, and pass by the processing.
  if (character != 0xff) return show(character);
  put_output(character);
  ++header().column;
}

void Line::echo(u8 character) {
  if (!local_mode(local_flag::echo_control) || !is_control(character) || character == '\t') return echo_raw(character);
  put_output('^');
  put_output(static_cast<u8>(character ^ 0x40));
  header().column += 2;
}

std::size_t Line::write(std::span<const std::byte> bytes) {
  std::size_t done = 0;
  for (const std::byte byte : bytes) {
    if (output_room() <= echo_reserve + most_of_one) break;
    show(static_cast<u8>(byte));
    ++done;
  }
  return done;
}

std::span<const u8> Line::output() const {
  const LineHeader& h = header();
  if (h.stopped || h.held || h.output_tail == h.output_head) return {};
  const u64 at = h.output_tail % output_capacity;
  const u64 length = std::min(output_waiting(), output_capacity - at);
  static_assert(sizeof(OutputChunk) == chunk_bytes);
  return {state_.output[0].bytes + at, length};
}

void Line::move_output(u64 position) {
  LineHeader& h = header();
  std::array<u8, output_capacity> rest;
  const u64 count = output_waiting();
  for (u64 i = 0; i < count; ++i) {
    const u64 at = h.output_tail + i;
    rest[i] = state_.output[at / chunk_bytes % output_chunks].bytes[at % chunk_bytes];
  }
  h.output_tail = h.output_head = position;
  for (const u8 byte : std::span{rest}.first(count)) put_output(byte);
}

void Line::flush_output() {
  header().output_head = header().output_tail;
  header().flush_device = true;
}

void Line::send(u8 character) {
  if (character != disabled) put_output(character);
}

}  // namespace terminal
