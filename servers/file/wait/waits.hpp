// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <span>

#include "lib/contract/transport.hpp"
#include "servers/file/storage/pool.hpp"

namespace file {

using contract::Endpoint;

/// What a parked call waits for.
enum class Awaited : u32 {
  pipe_data = 1,
  pipe_room,
  pipe_peer,
  terminal,
  pages,
  lock,
  written,
  grown,
  names,
  memory_use
};
struct WaitKey {
  u64 bits = 0;
  static constexpr WaitKey of(Awaited what, u32 which) { return {u64{static_cast<u32>(what)} << 32 | which}; }
  friend constexpr bool operator==(WaitKey, WaitKey) = default;
};

inline constexpr u32 max_keys = 4;

/// What is remembered of the call that a program's thread is in: how far it got, and what it waits for.
struct CallRecord {
  struct Link {
    WaitKey key;
    u16 previous = 0xffff, next = 0xffff;
  };
  u64 endpoint = 0;  // whose call, and which
  u64 progress = 0;  // bytes done
  u64 start = 0;     // where in the file it began
  u64 deadline = 0;  // monotonic ns; 0: none
  u32 pid = 0;
  u32 held = 0;  // description that the call has opened already, + 1; whoever ends the call drops it
  bool parked = false;
  bool interrupted = false;  // a signal waits: do not park
  bool steadfast = false;    // for a disk: signals wait until it is done
  bool linked[max_keys] = {};
  bool any = false;  // waits for more than there are links: each wake is for it
  Link links[max_keys];
};
static_assert(sizeof(CallRecord) <= 128);

/// A call that a signal ended.
struct Interrupted {
  Endpoint caller;
  u64 progress;
  u32 held;  // as in its record
};

/// Calls of programs that wait in the kernel until what they wait for may have happened. A woken call is delivered
/// again, and is then handled from its beginning.
class Waits {
 public:
  explicit Waits(Frames& frames) : records_(frames) { buckets_.fill(0xffff); }

  /// The record of a call that was delivered before, or null.
  CallRecord* find(Endpoint caller) {
    CallRecord* record = records_.find(caller.thread());
    return record != nullptr && record->endpoint == caller.bits ? record : nullptr;
  }
  /// The record of this call, fresh where it had none.
  Result<CallRecord*> record(Endpoint caller, u32 pid);
  /// Whether the call waits for what others do, and not for a page or a disk.
  bool waits_for_others(Endpoint caller);
  /// The call was delivered again: it waits no more.
  void resume(Endpoint caller);
  /// Notes the wait; says what the handler fails with: `parked`, or `retry` where a signal waits.
  Error park(Endpoint caller, u32 pid, std::span<const WaitKey> keys, u64 deadline, bool steadfast = false);

  void wake(WaitKey key);
  /// Told of each wake as well: for requests of components, which cannot be parked.
  class Listener {
   public:
    virtual void woken(WaitKey key) = 0;

   protected:
    ~Listener() = default;
  };
  void listen(Listener& listener) { listener_ = &listener; }
  /// Wakes calls whose time is over.
  void expire(u64 now);
  /// The earliest deadline; 0: none.
  u64 next_deadline() const { return next_deadline_; }
  /// Takes the thread's call out of its wait; none: it was not parked, and its next one will not be.
  Result<Interrupted> interrupt(u32 thread);
  /// Forgets the calls of a process; `end` is told of what they held.
  template <class Function>
  void drop_process(u32 pid, Function&& end) {
    records_.for_each([&](CallRecord& record) {
      if (record.pid != pid) return;
      unlink(record);
      if (record.held != 0) end(record.held);
      record = CallRecord{};
    });
  }

 private:
  static constexpr u32 bucket_count = 64;
  static constexpr u32 any_bucket = bucket_count;
  static constexpr u16 no_link = 0xffff;
  static u32 bucket_of(WaitKey key) { return static_cast<u32>(key.bits * 0x9e37'79b9'7f4a'7c15 >> 58); }
  CallRecord::Link& link(u16 at) { return records_.find(at / max_keys)->links[at % max_keys]; }
  void insert(u32 thread, u32 index, u32 bucket);
  void unlink(CallRecord& record);
  void wake_bucket(u32 bucket, WaitKey key);

  Table<CallRecord, abi::max_threads> records_;
  u64 next_deadline_ = 0;
  Listener* listener_ = nullptr;
  std::array<u16, bucket_count + 1> buckets_;
};

}  // namespace file
