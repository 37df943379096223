// SPDX-License-Identifier: BSD-2-Clause
// Editing the line that is being typed.
#include "servers/terminal/line.hpp"

namespace terminal {

void Line::finish_erasing() {
  if (!header().erasing) return;
  echo_raw('/');
  header().erasing = false;
}

// Everything from `from` on goes, down to the beginning of the line, the last word, or the last character.
void Line::erase(Special how) {
  LineHeader& h = header();
  if (h.input_head == h.input_line) return;
  if (how == Special::kill) {
    if (!local_mode(local_flag::echo)) {
      h.input_head = h.input_line;
      return;
    }
    if (!local_mode(local_flag::echo_kill) || !local_mode(local_flag::echo_kill_erase) ||
        !local_mode(local_flag::echo_erase)) {
      h.input_head = h.input_line;
      finish_erasing();
      echo(attributes().special(Special::kill));
      if (local_mode(local_flag::echo_kill)) echo_raw('\n');
      return;
    }
  }
  bool in_word = false;
  while (h.input_head != h.input_line) {
    // A character of several bytes goes whole, or not at all where its beginning is missing.
    u64 at = h.input_head;
    u8 character;
    do character = input_at(--at);
    while (is_continuation(character) && at != h.input_line);
    if (is_continuation(character)) break;
    if (how == Special::word_erase) {
      if (is_word(character))
        in_word = true;
      else if (in_word)
        break;
    }
    const u64 end = h.input_head;
    h.input_head = at;
    if (local_mode(local_flag::echo)) erase_echo(character, at, end, how);
    if (how == Special::erase) break;
  }
  if (h.input_head == h.input_line && local_mode(local_flag::echo)) finish_erasing();
}

void Line::erase_echo(u8 character, u64 at, u64 end, Special how) {
  const auto back = [&] {
    for (const u8 each : {'\b', ' ', '\b'}) echo_raw(each);
  };
  if (local_mode(local_flag::echo_print))
    erase_print(character, at, end);
  else if (how == Special::erase && !local_mode(local_flag::echo_erase))
    echo(attributes().special(Special::erase));
  else if (character == '\t')
    erase_tab(at);
  else {
    if (is_control(character) && local_mode(local_flag::echo_control)) back();
    if (!is_control(character) || local_mode(local_flag::echo_control)) back();
  }
}

// What is erased is printed, for terminals on paper.
void Line::erase_print(u8 character, u64 at, u64 end) {
  if (!header().erasing) {
    echo_raw('\\');
    header().erasing = true;
  }
  echo(character);
  for (u64 next = at + 1; next < end; ++next) {
    echo_raw(input_at(next));
    // The cursor has gone one column for the whole character.
    if (!is_continuation(input_at(next)) && header().column > 0) --header().column;
  }
}

// A tab went to the next multiple of 8 from where the text before it ends: so far the cursor goes back.
void Line::erase_tab(u64 at) {
  u32 columns = 0;
  bool after_tab = false;
  for (u64 tail = at; tail != header().input_line && !after_tab;) {
    const u8 character = input_at(--tail);
    if (character == '\t')
      after_tab = true;
    else if (is_control(character))
      columns += local_mode(local_flag::echo_control) ? 2 : 0;
    else if (!is_continuation(character))
      ++columns;
  }
  if (!after_tab) columns += header().line_column;
  for (u32 back = 8 - (columns & 7); back != 0; --back) {
    put_output('\b');
    if (header().column > 0) --header().column;
  }
}

void Line::reprint() {
  finish_erasing();
  echo(attributes().special(Special::reprint));
  echo_raw('\n');
  for (u64 at = header().input_line; at != header().input_head; ++at) echo(input_at(at));
}

}  // namespace terminal
