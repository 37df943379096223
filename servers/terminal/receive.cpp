// SPDX-License-Identifier: BSD-2-Clause
// Characters on their way in: what is typed becomes lines, signals, and edits.
#include "servers/terminal/line.hpp"

namespace terminal {

void Line::set_input(u64 position, u8 character) {
  const u64 chunk = position / chunk_bytes % input_chunks;
  state_.input[chunk].bytes[position % chunk_bytes] = character;
  set_end(position, false);
}

void Line::set_end(u64 position, bool ends) {
  const u64 chunk = position / chunk_bytes % input_chunks;
  const u64 bit = u64{1} << position % chunk_bytes;
  u64& word = state_.input[chunk].ends;
  word = ends ? word | bit : word & ~bit;
  changed_input_ |= u64{1} << chunk;
}

// Where the line is as long as it can be a character is dropped: the last place is for what ends it.
void Line::put(u8 character) {
  if (input_room() > (canonical() ? 1u : 0u)) set_input(header().input_head++, character);
}

void Line::finish_line(u8 stored) {
  LineHeader& h = header();
  if (input_room() == 0) return;
  set_input(h.input_head, stored);
  set_end(h.input_head, true);
  h.input_line = ++h.input_head;
}

std::size_t Line::receive(std::span<const std::byte> bytes, Signals& signals) {
  std::size_t done = 0;
  for (const std::byte byte : bytes) {
    // Lines that nobody reads hold the device back. A line that is only too long does not, or it could not be ended.
    const bool unread = canonical() ? header().input_line != header().input_tail : true;
    if (unread && input_room() <= 1) break;
    receive(static_cast<u8>(byte), signals);
    ++done;
  }
  return done;
}

void Line::receive(u8 character, Signals& signals) {
  LineHeader& h = header();
  if (input_mode(input_flag::strip)) character &= 0x7f;
  if (input_mode(input_flag::lower_case) && local_mode(local_flag::extended) && is_upper(character))
    character = static_cast<u8>(character + 32);
  if (h.literal) {
    h.literal = false;
    return receive_plain(character, false);
  }
  if (h.stopped && input_mode(input_flag::flow) && input_mode(input_flag::any_restarts)) h.stopped = false;
  if (input_mode(input_flag::flow)) {
    if (is(Special::start, character)) {
      h.stopped = false;
      return;
    }
    if (is(Special::stop, character)) {
      h.stopped = true;
      return;
    }
  }
  if (local_mode(local_flag::signals) && receive_signal(character, signals)) return;

  bool was_return = false;
  if (character == '\r') {
    if (input_mode(input_flag::ignore_return)) return;
    was_return = input_mode(input_flag::return_to_newline);
    if (was_return) character = '\n';
  } else if (character == '\n' && input_mode(input_flag::newline_to_return)) {
    character = '\r';
  }
  if (canonical() && receive_edit(character)) return;
  receive_plain(character, was_return);
}

bool Line::receive_signal(u8 character, Signals& signals) {
  const u32 number = is(Special::interrupt, character) ? signal::interrupt
                     : is(Special::quit, character)    ? signal::quit
                     : is(Special::suspend, character) ? signal::stop
                                                       : 0;
  if (number == 0) return false;
  if (!local_mode(local_flag::no_flush)) {
    flush_input();
    flush_output();
  }
  if (header().group != 0) signals.raise(header().group, number);
  if (input_mode(input_flag::flow)) header().stopped = false;
  if (local_mode(local_flag::echo)) echo(character);
  return true;
}

// What has a meaning in a line that is being typed; false for what is just a character of it.
bool Line::receive_edit(u8 character) {
  LineHeader& h = header();
  const bool extended = local_mode(local_flag::extended);
  if (is(Special::erase, character)) return erase(Special::erase), true;
  if (is(Special::kill, character)) return erase(Special::kill), true;
  if (extended && is(Special::word_erase, character)) return erase(Special::word_erase), true;
  if (extended && is(Special::literal_next, character)) {
    h.literal = true;
    if (local_mode(local_flag::echo)) {
      finish_erasing();
      if (local_mode(local_flag::echo_control)) {
        put_output('^');
        put_output('\b');
      }
    }
    return true;
  }
  if (extended && local_mode(local_flag::echo) && is(Special::reprint, character)) return reprint(), true;
  if (character == '\n') {
    if (local_mode(local_flag::echo) || local_mode(local_flag::echo_newline)) echo_raw('\n');
    finish_line('\n');
    return true;
  }
  if (is(Special::end_of_file, character)) return finish_line(disabled), true;
  if (is(Special::end_of_line, character) || (extended && is(Special::end_of_line_2, character))) {
    if (local_mode(local_flag::echo)) {
      if (h.input_line == h.input_head) h.line_column = h.column;
      echo(character);
    }
    finish_line(character);
    return true;
  }
  return false;
}

// A newline that was a return is echoed as such, one that was typed as the control character it is.
void Line::receive_plain(u8 character, bool was_return) {
  LineHeader& h = header();
  if (local_mode(local_flag::echo)) {
    finish_erasing();
    if (was_return) {
      echo_raw(character);
    } else {
      if (h.input_line == h.input_head) h.line_column = h.column;
      echo(character);
    }
  }
  // A byte of all ones is told from the mark of an error by being there twice.
  if (input_mode(input_flag::mark_errors) && character == 0xff) put(character);
  put(character);
}

void Line::receive_break(Signals& signals) {
  if (input_mode(input_flag::ignore_break)) return;
  if (input_mode(input_flag::break_interrupts)) {
    if (!local_mode(local_flag::no_flush)) {
      flush_input();
      flush_output();
    }
    if (header().group != 0) signals.raise(header().group, signal::interrupt);
    return;
  }
  if (input_mode(input_flag::mark_errors)) {
    put(0xff);
    put(0);
  }
  put(0);
}

}  // namespace terminal
