// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/signal/pending.hpp"

namespace process {

SignalPool::SignalPool() {
  for (std::size_t place = capacity - 1; place != 0; --place) {
    entries_[place].next = free_;
    free_ = static_cast<u16>(place);
  }
}

bool SignalPool::add(Pending& pending, const SignalInfo& info) {
  const bool standard = info.signal < first_realtime;
  if (standard && pending.set.has(info.signal)) return true;
  if (free_ == 0) {
    if (standard) pending.set.add(info.signal);
    return standard;
  }
  const u16 place = free_;
  free_ = entries_[place].next;
  entries_[place] = {info, 0};
  (pending.last != 0 ? entries_[pending.last].next : pending.first) = place;
  pending.last = place;
  pending.set.add(info.signal);
  return true;
}

void SignalPool::unlink(Pending& pending, u16 before, u16 place) {
  const u16 next = entries_[place].next;
  (before != 0 ? entries_[before].next : pending.first) = next;
  if (pending.last == place) pending.last = before;
  entries_[place].next = free_;
  free_ = place;
}

SignalInfo SignalPool::next(const Pending& pending, unsigned signal) const {
  for (u16 place = pending.first; place != 0; place = entries_[place].next)
    if (entries_[place].info.signal == signal) return entries_[place].info;
  return {.signal = static_cast<u8>(signal), .code = code_user};
}

SignalInfo SignalPool::take(Pending& pending, unsigned signal) {
  const SignalInfo result = next(pending, signal);
  bool found = false, more = false;
  for (u16 before = 0, place = pending.first; place != 0;) {
    const u16 next = entries_[place].next;
    if (entries_[place].info.signal == signal) {
      if (found) {
        more = true;
        break;
      }
      found = true;
      unlink(pending, before, place);
    } else {
      before = place;
    }
    place = next;
  }
  if (!more) pending.set.remove(signal);
  return result;
}

void SignalPool::discard(Pending& pending, SignalSet signals) {
  for (u16 before = 0, place = pending.first; place != 0;) {
    const u16 next = entries_[place].next;
    if (signals.has(entries_[place].info.signal))
      unlink(pending, before, place);
    else
      before = place;
    place = next;
  }
  pending.set = pending.set & ~signals;
}

}  // namespace process
