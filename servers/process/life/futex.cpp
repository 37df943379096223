// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"
#include "servers/process/time/records.hpp"

// Threads that wait for a word of memory: futex(2), and the list of mutexes that a thread leaves behind
// (get_robust_list(2)).
namespace process {

namespace {

enum Operation : i32 {
  futex_wait = 0,
  futex_wake = 1,
  futex_requeue = 3,
  futex_compare_requeue = 4,
  futex_wake_op = 5,
  futex_wait_bits = 9,
  futex_wake_bits = 10,
  futex_private = 128,
  futex_real_time = 256,
};
constexpr u32 all_bits = ~u32{0};

constexpr u32 word_owner = 0x3fff'ffff, word_dead = 0x4000'0000, word_waiters = 0x8000'0000;
constexpr unsigned longest_robust_list = 2048;

}  // namespace

/// What tells waiters on one word from others. A private one is known by its space; of another, memory knows whether
/// it is shared.
Result<Location> Server::futex_location(Process& process, u64 address, bool is_private) {
  if (is_private) return Location{process.space, address};
  return memory_.locate(process.pid, address);
}

/// Wakes waiters; those beyond `count` are moved to another word. How many were woken or moved.
unsigned Server::wake_futex(Location location, unsigned count, u32 bits, const Location* requeue_to,
                            unsigned requeue_count) {
  unsigned woken = 0, moved = 0;
  threads_.each([&](Thread& thread) {
    if (thread.wait != Wait::futex || thread.futex != location || !(thread.futex_bits & bits)) return;
    if (woken < count) {
      ++woken;
      answer_wait(thread, CallResult::value(0));
    } else if (requeue_to != nullptr && moved < requeue_count) {
      ++moved;
      thread.futex = *requeue_to;
    }
  });
  return woken + moved;
}

CallResult Server::futex(ProgramCall& call, UserAddress word, i32 operation, u32 value, u64 timeout,
                         UserAddress second_word, u32 third_value) {
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  const bool is_private = operation & futex_private;
  const i32 kind = operation & ~(futex_private | futex_real_time);
  if (word.value % sizeof(u32) != 0) return CallResult::error(Errno::invalid);
  const bool waits = kind == futex_wait || kind == futex_wait_bits;
  u64 deadline = 0, until = 0;
  if (waits && timeout != 0) {
    const auto given = call.get<TimeSpec>(UserAddress{timeout});
    if (!given) return CallResult::of(given.error());
    if (!given->valid()) return CallResult::error(Errno::invalid);
    // FUTEX_WAIT says for how long, FUTEX_WAIT_BITSET until when.
    deadline = given->nanoseconds();
    const u64 now = kernel_.now();
    if (kind == futex_wait)
      deadline = saturating_sum(deadline, now);
    else if (operation & futex_real_time)
      deadline = deadline_of(until = deadline);
    if (deadline == 0) deadline = 1;
  }
  const auto location = futex_location(process, word.value, is_private);
  if (!location) return CallResult::error(Errno::fault);
  switch (kind) {
    case futex_wait:
    case futex_wait_bits: {
      const u32 bits = kind == futex_wait ? all_bits : third_value;
      if (bits == 0) return CallResult::error(Errno::invalid);
      // Nothing comes between the look and the wait: nobody else runs here.
      const auto now = call.get<u32>(word);
      if (!now) return CallResult::of(now.error());
      if (*now != value) return CallResult::error(Errno::again);
      if (deadline != 0 && deadline <= kernel_.now()) return CallResult::error(Errno::timed_out);
      thread.futex = *location;
      thread.futex_bits = bits;
      return park(call, thread, Wait::futex, deadline, until);
    }
    case futex_wake:
    case futex_wake_bits: {
      const u32 bits = kind == futex_wake ? all_bits : third_value;
      if (bits == 0) return CallResult::error(Errno::invalid);
      return CallResult::value(wake_futex(*location, value, bits, nullptr, 0));
    }
    case futex_requeue:
    case futex_compare_requeue: {
      const auto target = futex_location(process, second_word.value, is_private);
      if (!target) return CallResult::error(Errno::fault);
      if (kind == futex_compare_requeue) {
        const auto now = call.get<u32>(word);
        if (!now) return CallResult::of(now.error());
        if (*now != third_value) return CallResult::error(Errno::again);
      }
      return CallResult::value(wake_futex(*location, value, all_bits, &*target, static_cast<unsigned>(timeout)));
    }
    default:
      return CallResult::error(Errno::not_implemented);
  }
}

/// Marks the mutexes that the thread held, so that others learn that their owner is dead.
void Server::walk_robust_list(Thread& thread) {
  struct Head {
    u64 first;
    i64 word_offset;
    u64 pending;
  } head;
  Process& process = process_of(thread);
  const u64 list = std::exchange(thread.robust_list, 0);
  const auto load = [&](u64 address, auto& value) {
    return memory_.load(process.pid, address, std::as_writable_bytes(std::span(&value, 1))).has_value();
  };
  const auto gone = [&] { return thread.phase == Thread::Phase::gone; };
  const auto mark = [&](u64 entry) {
    const u64 address = entry + static_cast<u64>(head.word_offset);
    u32 word;
    if (address % sizeof(u32) != 0 || !load(address, word) || (word & word_owner) != thread.tid || gone()) return;
    const u32 dead = (word & word_waiters) | word_dead;
    if (!memory_.store(process.pid, address, std::as_bytes(std::span(&dead, 1)))) return;
    if (!(word & word_waiters)) return;
    for (const bool is_private : {true, false})
      if (const auto location = futex_location(process, address, is_private))
        wake_futex(*location, 1, all_bits, nullptr, 0);
  };
  if (!load(list, head)) return;
  u64 entry = head.first & ~u64{1};
  for (unsigned count = 0; entry != list && count < longest_robust_list; ++count) {
    u64 next;
    if (!load(entry, next) || gone()) return;
    if (entry != (head.pending & ~u64{1})) mark(entry);
    entry = next & ~u64{1};
  }
  if (head.pending != 0) mark(head.pending & ~u64{1});
}

}  // namespace process
