// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/process/types.hpp"

namespace process {

/// Something that happens at a time. It lies in the record that it belongs to, and is in the queue while `deadline` is
/// not 0.
struct Timer {
  enum class Kind : u8 { wait, alarm };  // of a thread; of a process
  u64 deadline = 0;                      // nanoseconds of the monotonic clock
  Timer* next = nullptr;
  Timer* previous = nullptr;
  Kind kind = Kind::wait;
  u16 owner = 0;  // index of the thread or process
};

/// Timers in the order of their deadlines.
class TimerQueue {
 public:
  /// Sets a timer, in the queue already or not; 0 takes it out.
  void set(Timer& timer, u64 deadline) {
    remove(timer);
    if (deadline == 0) return;
    timer.deadline = deadline;
    Timer* after = nullptr;
    Timer* before = first_;
    while (before != nullptr && before->deadline <= deadline) {
      after = before;
      before = before->next;
    }
    timer.previous = after;
    timer.next = before;
    (after != nullptr ? after->next : first_) = &timer;
    if (before != nullptr) before->previous = &timer;
  }
  void remove(Timer& timer) {
    if (timer.deadline == 0) return;
    (timer.previous != nullptr ? timer.previous->next : first_) = timer.next;
    if (timer.next != nullptr) timer.next->previous = timer.previous;
    timer.deadline = 0;
    timer.next = timer.previous = nullptr;
  }
  /// When the next one is due; 0: there is none.
  u64 next() const { return first_ != nullptr ? first_->deadline : 0; }
  /// Takes out one that is due, or returns nullptr.
  Timer* take_due(u64 now) {
    Timer* const due = first_;
    if (due == nullptr || due->deadline > now) return nullptr;
    remove(*due);
    return due;
  }

 private:
  Timer* first_ = nullptr;
};

}  // namespace process
