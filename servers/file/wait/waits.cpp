// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/wait/waits.hpp"

namespace file {

Result<CallRecord*> Waits::record(Endpoint caller, u32 pid) {
  const Result<CallRecord*> made = records_.make(caller.thread());
  if (!made || (*made)->endpoint == caller.bits) return made;
  CallRecord& record = **made;
  unlink(record);
  const bool interrupted = record.interrupted;
  record = CallRecord{};
  record.endpoint = caller.bits;
  record.pid = pid;
  record.interrupted = interrupted;
  return &record;
}

void Waits::insert(u32 thread, u32 index, u32 bucket) {
  const u16 at = static_cast<u16>(thread * max_keys + index);
  CallRecord::Link& entry = link(at);
  entry.previous = no_link;
  entry.next = buckets_[bucket];
  if (entry.next != no_link) link(entry.next).previous = at;
  buckets_[bucket] = at;
}

void Waits::unlink(CallRecord& record) {
  for (u32 i = 0; i < max_keys; ++i) {
    if (!record.linked[i]) continue;
    record.linked[i] = false;
    CallRecord::Link& entry = record.links[i];
    if (entry.previous != no_link)
      link(entry.previous).next = entry.next;
    else
      buckets_[record.any ? any_bucket : bucket_of(entry.key)] = entry.next;
    if (entry.next != no_link) link(entry.next).previous = entry.previous;
  }
  record.any = false;
  record.parked = false;
}

bool Waits::waits_for_others(Endpoint caller) {
  const CallRecord* record = find(caller);
  if (record == nullptr || !record->parked || record->steadfast) return false;
  if (record->any || record->deadline != 0) return true;
  for (u32 index = 0; index < max_keys; ++index) {
    if (!record->linked[index]) continue;
    switch (static_cast<Awaited>(record->links[index].key.bits >> 32)) {
      case Awaited::pipe_data:
      case Awaited::pipe_room:
      case Awaited::pipe_peer:
      case Awaited::terminal:
      case Awaited::lock:
        return true;
      default:
        break;
    }
  }
  return false;
}

void Waits::resume(Endpoint caller) {
  if (CallRecord* record = find(caller)) unlink(*record);
}

Error Waits::park(Endpoint caller, u32 pid, std::span<const WaitKey> keys, u64 deadline, bool steadfast) {
  const Result<CallRecord*> made = record(caller, pid);
  if (!made) return Error::no_memory;
  CallRecord& record = **made;
  if (record.interrupted && !steadfast) {
    record.interrupted = false;
    return Error::retry;
  }
  unlink(record);
  record.parked = true;
  record.steadfast = steadfast;
  record.deadline = deadline;
  record.any = keys.size() > max_keys;
  const u32 count = record.any ? 1 : static_cast<u32>(keys.size());
  for (u32 i = 0; i < count; ++i) {
    record.links[i].key = keys[i];
    record.linked[i] = true;
    insert(caller.thread(), i, record.any ? any_bucket : bucket_of(keys[i]));
  }
  if (deadline != 0 && (next_deadline_ == 0 || deadline < next_deadline_)) next_deadline_ = deadline;
  return Error::parked;
}

void Waits::wake_bucket(u32 bucket, WaitKey key) {
  for (u16 at = buckets_[bucket]; at != no_link;) {
    const u32 thread = at / max_keys;
    CallRecord& record = *records_.find(thread);
    const bool wanted = record.any || record.links[at % max_keys].key == key;
    const u16 next = link(at).next;
    if (!wanted) {
      at = next;
      continue;
    }
    unlink(record);
    static_cast<void>(contract::Transport::wake({record.endpoint}));
    // The links of one call may be neighbours in a bucket: begin anew where `next` was one of them.
    at = next != no_link && next / max_keys == thread ? buckets_[bucket] : next;
  }
}

void Waits::wake(WaitKey key) {
  if (const u32 bucket = bucket_of(key); buckets_[bucket] != no_link) wake_bucket(bucket, key);
  if (buckets_[any_bucket] != no_link) wake_bucket(any_bucket, key);
  if (listener_ != nullptr) listener_->woken(key);
}

void Waits::expire(u64 now) {
  u64 next = 0;
  records_.for_each([&](CallRecord& record) {
    if (!record.parked || record.deadline == 0) return;
    if (record.deadline <= now) {
      const Endpoint caller{record.endpoint};
      unlink(record);
      static_cast<void>(contract::Transport::wake(caller));
    } else if (next == 0 || record.deadline < next) {
      next = record.deadline;
    }
  });
  next_deadline_ = next;
}

Result<Interrupted> Waits::interrupt(u32 thread) {
  const Result<CallRecord*> made = records_.make(thread);
  if (!made) return fail(made.error());
  CallRecord& record = **made;
  if (!record.parked || record.steadfast) {
    record.interrupted = true;
    return fail(Error::no_entry);
  }
  unlink(record);
  const Interrupted result{{record.endpoint}, record.progress, record.held};
  record.held = 0;
  return result;
}

}  // namespace file
