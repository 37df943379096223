// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/calls/calls.hpp"

namespace file {

namespace {

using linux_abi::Poll;

constexpr i64 second = 1'000'000'000;
constexpr u64 for_ever = 0;
constexpr u64 at_once = 1;  // a deadline that has passed since long

/// What a call waits for that found nothing ready: one more than there is room for means everything.
struct Keys {
  WaitKey keys[max_keys + 1];
  u32 count = 0;
  void add(WaitKey key) {
    if (key == WaitKey{}) return;
    for (u32 i = 0; i < count; ++i)
      if (keys[i] == key) return;
    if (count <= max_keys) keys[count++] = key;
  }
  std::span<const WaitKey> all() const { return {keys, count}; }
};

}  // namespace

/// The absolute deadline of a wait of `nanoseconds`, negative: none. It is that of the first delivery.
u64 Calls::deadline_of(const Caller& caller, i64 nanoseconds) const {
  if (nanoseconds < 0) return for_ever;
  if (nanoseconds == 0) return at_once;
  if (const CallRecord* kept = caller.kept(); kept != nullptr && kept->deadline != 0) return kept->deadline;
  u64 deadline;
  if (__builtin_add_overflow(core_.machine.monotonic(), static_cast<u64>(nanoseconds), &deadline)) return for_ever;
  return deadline;
}

Result<u64> Calls::deadline_at(const Caller& caller, u64 timeout, bool microseconds) const {
  if (timeout == 0) return for_ever;
  const Result<linux_abi::TimeSpec> time = caller.get<linux_abi::TimeSpec>(timeout);
  if (!time) return fail(time.error());
  i64 seconds = time->seconds, rest = time->nanoseconds;
  if (microseconds) {
    seconds += rest / 1'000'000;
    rest = rest % 1'000'000 * 1000;
  }
  if (seconds < 0 || rest < 0 || rest >= second) return fail(Error::invalid);
  if (seconds > 0x7fff'ffff) return for_ever;
  return deadline_of(caller, seconds * second + rest);
}

Calls::Value Calls::poll(Caller& caller, u64 entries, u32 count, i32 timeout_ms) {
  return poll_until(caller, entries, count, deadline_of(caller, timeout_ms < 0 ? -1 : i64{timeout_ms} * 1'000'000));
}

Calls::Value Calls::poll_precise(Caller& caller, u64 entries, u32 count, u64 timeout) {
  const Result<u64> deadline = deadline_at(caller, timeout, false);
  if (!deadline) return fail(deadline.error());
  return poll_until(caller, entries, count, *deadline);
}

u32 Calls::ready_of(const Caller& caller, i32 descriptor, u32 events, WaitKey& read_key, WaitKey& write_key) {
  const Result<Opened> file = opened(caller, descriptor);
  if (!file) return linux_abi::poll_invalid;
  const Result<u32> ready = file->behaviour().ready(**file);
  if (!ready) return linux_abi::poll_error;
  if ((events & (linux_abi::poll_out | linux_abi::poll_out_normal)) != 0)
    write_key = file->behaviour().write_key(**file);
  read_key = file->behaviour().read_key(**file);
  // An end of a pipe has one of the two only.
  if (!(*file)->readable()) read_key = write_key = file->behaviour().write_key(**file);
  return *ready & (events | linux_abi::poll_error | linux_abi::poll_hang_up);
}

Calls::Value Calls::poll_until(Caller& caller, u64 entries, u32 count, u64 deadline) {
  if (count > std::min(caller.process().descriptor_limit, max_descriptors)) return fail(Error::invalid);
  constexpr u32 at_a_time = 64;
  Poll part[at_a_time];
  Keys keys;
  i64 ready = 0;
  const bool over = deadline != for_ever && core_.machine.monotonic() >= deadline;
  for (u32 at = 0; at < count; at += at_a_time) {
    const std::span list(part, std::min(at_a_time, count - at));
    const u64 address = entries + u64{at} * sizeof(Poll);
    if (const Result<> copied = caller.copy_in(address, std::as_writable_bytes(list)); !copied)
      return fail(copied.error());
    for (Poll& entry : list) {
      entry.ready = 0;
      if (entry.descriptor < 0) continue;
      WaitKey read_key, write_key;
      entry.ready = static_cast<u16>(ready_of(caller, entry.descriptor, entry.events, read_key, write_key));
      keys.add(read_key);
      keys.add(write_key);
      ready += entry.ready != 0;
    }
    if (ready == 0 && !over && count <= at_a_time) break;  // nothing to tell yet
    if (const Result<> copied = caller.copy_out(address, std::as_bytes(list)); !copied) return fail(copied.error());
  }
  if (ready != 0 || over) return ready;
  return fail(caller.wait_for(keys.all(), deadline));
}

namespace {

constexpr u32 set_words = max_descriptors / 64;
struct Sets {
  u64 reads[set_words], writes[set_words], exceptions[set_words];
};

}  // namespace

Calls::Value Calls::select(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 timeout) {
  const Result<u64> deadline = deadline_at(caller, timeout, true);
  if (!deadline) return fail(deadline.error());
  const Value result = select_until(caller, count, reads, writes, exceptions, *deadline);
  if (result && timeout != 0) {
    // Linux tells what is left of the time; where that cannot be written nothing is lost.
    const u64 now = core_.machine.monotonic();
    const u64 left = *deadline > now ? *deadline - now : 0;
    static_cast<void>(caller.put(
        timeout, linux_abi::TimeValue{static_cast<i64>(left / second), static_cast<i64>(left % second / 1000)}));
  }
  return result;
}

Calls::Value Calls::select_precise(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 timeout) {
  const Result<u64> deadline = deadline_at(caller, timeout, false);
  if (!deadline) return fail(deadline.error());
  return select_until(caller, count, reads, writes, exceptions, *deadline);
}

Calls::Value Calls::select_until(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 deadline) {
  using namespace linux_abi;
  if (count < 0) return fail(Error::invalid);
  const u32 limit = std::min(static_cast<u32>(count), max_descriptors);
  const u32 words = (limit + 63) / 64;
  Sets asked{}, found{};
  const struct {
    u64 address;
    u64 *asked, *found;
    u32 events, answer;
  } sets[] = {
      {reads, asked.reads, found.reads, poll_in | poll_in_normal, poll_in | poll_in_normal | poll_hang_up | poll_error},
      {writes, asked.writes, found.writes, poll_out | poll_out_normal, poll_out | poll_out_normal | poll_error},
      {exceptions, asked.exceptions, found.exceptions, poll_priority, poll_priority},
  };
  for (const auto& set : sets) {
    if (set.address == 0) continue;
    const Result<> copied = caller.copy_in(set.address, std::as_writable_bytes(std::span(set.asked, words)));
    if (!copied) return fail(copied.error());
  }
  Keys keys;
  i64 ready = 0;
  for (u32 at = 0; at < limit; ++at) {
    const u64 bit = u64{1} << at % 64;
    u32 events = 0;
    for (const auto& set : sets)
      if ((set.asked[at / 64] & bit) != 0) events |= set.events;
    if (events == 0) continue;
    WaitKey read_key, write_key;
    const u32 state = ready_of(caller, static_cast<i32>(at), events, read_key, write_key);
    if ((state & poll_invalid) != 0) return fail(Error::bad_descriptor);
    keys.add(read_key);
    keys.add(write_key);
    for (const auto& set : sets) {
      if ((set.asked[at / 64] & bit) == 0 || (state & set.answer) == 0) continue;
      set.found[at / 64] |= bit;
      ++ready;
    }
  }
  const bool over = deadline != for_ever && core_.machine.monotonic() >= deadline;
  if (ready == 0 && !over) return fail(caller.wait_for(keys.all(), deadline));
  for (const auto& set : sets) {
    if (set.address == 0) continue;
    const Result<> copied = caller.copy_out(set.address, std::as_bytes(std::span(set.found, words)));
    if (!copied) return fail(copied.error());
  }
  return ready;
}

}  // namespace file
