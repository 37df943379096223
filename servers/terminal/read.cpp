// SPDX-License-Identifier: BSD-2-Clause
// What programs read, and what changes that.
#include <algorithm>

#include "servers/terminal/line.hpp"

namespace terminal {

void Line::open(Use use, const Attributes& attributes) {
  header() = LineHeader{};
  header().use = use;
  header().attributes = attributes;
}

u64 Line::input_waiting() const {
  const LineHeader& h = header();
  if (!canonical()) return h.input_head - h.input_tail;
  u64 count = 0;
  // The mark of an end of file is no byte of it.
  for (u64 at = h.input_tail; at != h.input_line; ++at) count += !(ends_line(at) && input_at(at) == disabled);
  return count;
}

bool Line::readable() const {
  const LineHeader& h = header();
  if (canonical()) return h.input_line != h.input_tail;
  const u8 minimum = attributes().special(Special::minimum);
  const u64 wanted = attributes().special(Special::time) == 0 && minimum != 0 ? minimum : 1;
  return h.input_head - h.input_tail >= wanted;
}

ReadResult Line::read(std::span<u8> into, ReadMode mode) const {
  const LineHeader& h = header();
  if (into.empty()) return {};
  u32 count = 0;
  if (canonical()) {
    if (h.input_line == h.input_tail) return {.blocks = true};
    for (u64 at = h.input_tail; at != h.input_line && count < into.size(); ++at) {
      const u8 character = input_at(at);
      const bool ends = ends_line(at);
      if (ends && character == disabled) break;
      into[count++] = character;
      if (ends) break;
    }
    return {.count = count};
  }
  const u64 waiting = h.input_head - h.input_tail;
  const u64 minimum = attributes().special(Special::minimum);
  const bool timed = attributes().special(Special::time) != 0;
  // MIN bytes end a read, or as many as it wants; a timer ends it with what there is, and with MIN it runs only once
  // there is something. Where nothing is to be waited for, a read of nothing is no reason to wait.
  const u64 wanted = std::min<u64>(minimum, into.size());
  const bool satisfied = waiting >= std::max<u64>(wanted, 1) || (minimum == 0 && !timed) ||
                         (mode.timed_out && (minimum == 0 || waiting != 0)) || (!mode.blocking && waiting != 0);
  if (!satisfied) return {.blocks = true};
  for (u64 at = h.input_tail; at != h.input_head && count < into.size(); ++at) into[count++] = input_at(at);
  return {.count = count};
}

void Line::took(u32 count) {
  LineHeader& h = header();
  h.input_tail += count;
  if (!canonical()) {
    h.input_line = std::max(h.input_line, h.input_tail);
    return;
  }
  // The mark of an end of file goes with the read that came up to it, so that the next one does not see it again.
  const bool ended = count != 0 && ends_line(h.input_tail - 1);
  if (!ended && h.input_tail != h.input_line && ends_line(h.input_tail) && input_at(h.input_tail) == disabled)
    ++h.input_tail;
}

void Line::set_attributes(const Attributes& attributes) {
  LineHeader& h = header();
  const bool was_canonical = canonical();
  const bool flow = input_mode(input_flag::flow);
  h.attributes = attributes;
  if (canonical() != was_canonical) {
    for (u64 at = h.input_tail; at != h.input_head; ++at) set_end(at, false);
    if (canonical() && h.input_head != h.input_tail) {
      // What was typed before is a line of its own.
      set_end(h.input_head - 1, true);
      h.input_line = h.input_head;
    } else {
      h.input_line = h.input_tail;
    }
    h.erasing = h.literal = false;
  }
  if (flow && !input_mode(input_flag::flow)) h.stopped = false;
}

void Line::flush_input() {
  LineHeader& h = header();
  h.input_tail = h.input_line = h.input_head;
  h.erasing = h.literal = false;
}

}  // namespace terminal
