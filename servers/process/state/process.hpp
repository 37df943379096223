// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "servers/process/neighbours.hpp"
#include "servers/process/signal/pending.hpp"
#include "servers/process/state/timer.hpp"

namespace process {

inline constexpr unsigned limit_count = 16;
inline constexpr u64 no_limit = ~u64{0};

/// RLIMIT_*: asm-generic/resource.h.
enum Resource : u8 {
  limit_file_size = 1,
  limit_data = 2,
  limit_stack = 3,
  limit_core = 4,
  limit_processes = 6,
  limit_descriptors = 7,
  limit_address_space = 9,
  limit_pending = 11,
};
struct Limit {
  u64 soft = no_limit;
  u64 hard = no_limit;
};

/// What a child leaves to its parent, or a process has used.
struct Times {
  u64 user = 0, system = 0;  // nanoseconds
  u64 minor_faults = 0, major_faults = 0;
  u64 peak_pages = 0;
};

/// A process. Links are indices; 0 is none.
struct Process {
  enum class State : u8 {
    starting,  // not yet known to anybody
    live,
    ending,  // its threads are gone or going; no call finds it
    zombie,  // only what its parent will ask for is left
    reaped,  // not even that
  };
  enum class Job : u8 { runs, stopped };

  u16 index = 0;
  State state = State::starting;
  Job job = Job::runs;
  bool has_space = false;         // memory knows it
  bool has_files = false;         // file knows it
  bool has_gone_threads = false;  // whose records are to go
  bool lingers = false;           // file shows it as a zombie; keeps its record
  bool executed = false;          // an execve since it was made
  bool stop_untold = false;       // stopped, and no wait4 has said so
  bool continue_untold = false;
  bool execing = false;  // one of its threads is on its way through execve
  bool subreaper = false;
  bool no_new_privileges = false;
  bool dumpable = true;
  bool traced = false;  // its threads that are made from now on, and its children
  u8 stop_signal = 0;
  u8 exit_signal = sig_child;
  u8 parent_death_signal = 0;
  i32 nice = 0;
  Pid pid = 0, group = 0, session = 0;
  SpaceIndex space = 0;
  u16 parent = 0, first_child = 0, next_sibling = 0;
  u16 first_thread = 0;
  u16 thread_count = 0;  // in the kernel
  u16 workers = 0;       // handlers that work for it: until they are done it does not end
  Pid vfork_waiter = 0;  // thread of the parent
  u32 status = 0;        // as wait4 tells it
  Credentials credentials;
  Pending pending;
  Times used, of_children;
  u64 started = 0;  // monotonic ns
  Timer alarm;      // ITIMER_REAL
  u64 alarm_interval = 0;
  std::array<Limit, limit_count> limits{};
  std::array<Disposition, signal_count> dispositions{};

  Disposition& disposition(unsigned signal) { return dispositions[signal - 1]; }
  const Disposition& disposition(unsigned signal) const { return dispositions[signal - 1]; }
  bool leads_session() const { return session == pid; }
};
static_assert(sizeof(Process) <= page_size);

}  // namespace process
