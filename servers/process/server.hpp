// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "abi/call_record.hpp"
#include "generated/contract/linux.hpp"
#include "servers/process/kernel.hpp"
#include "servers/process/neighbours.hpp"
#include "servers/process/state/identifiers.hpp"
#include "servers/process/state/pool.hpp"
#include "servers/process/state/process.hpp"
#include "servers/process/state/thread.hpp"
#include "servers/process/time/records.hpp"

namespace process {

using contract::CallResult;
using contract::ProgramCall;
using contract::UserAddress;

class Arguments;
struct Program;

/// The processes of the system and what their programs ask about them. Its functions lie in a file for each concept.
///
/// Other requests are served during every downcall. Whoever makes one for a thread or a process holds it by `Work`:
/// it may be destroyed meanwhile (`Thread::Phase::gone`, `Process::State::ending`), but its record stays.
class Server final : public contract::linux::process::Calls {
 public:
  Server(Kernel& kernel, Files& files, Spaces& spaces, Terminals& terminals, Power& power, WallClock& wall_clock);

  /// Takes the time of day from the clock, or has it begin at 1970. To be done before any program runs.
  void start_time();
  /// Makes the first process, of /sbin/init.
  void start_first_process();
  /// A call of a program; what comes of it is in `call`.
  void program_call(ProgramCall& call);
  /// Some threads have stopped in the kernel.
  void threads_stopped();
  /// The time given to Kernel::set_timer has come.
  void expire();
  /// A terminal has signals to be taken.
  void take_terminal_signals();

  // Signals (signal/calls.cpp)
  CallResult rt_sigaction(ProgramCall& call, i32 signal, UserAddress action, UserAddress old, u64 mask_size) override;
  CallResult rt_sigprocmask(ProgramCall& call, i32 how, UserAddress set, UserAddress old, u64 mask_size) override;
  CallResult rt_sigpending(ProgramCall& call, UserAddress set, u64 mask_size) override;
  CallResult rt_sigsuspend(ProgramCall& call, UserAddress mask, u64 mask_size) override;
  CallResult pause(ProgramCall& call) override;
  CallResult sigaltstack(ProgramCall& call, UserAddress stack, UserAddress old) override;
  CallResult rt_sigreturn(ProgramCall& call) override;

  // Sending signals (signal/sending.cpp)
  CallResult kill(ProgramCall& call, i32 pid, i32 signal) override;
  CallResult tkill(ProgramCall& call, i32 thread, i32 signal) override;
  CallResult tgkill(ProgramCall& call, i32 process, i32 thread, i32 signal) override;
  CallResult rt_sigtimedwait(ProgramCall& call, UserAddress set, UserAddress information, UserAddress timeout,
                             u64 mask_size) override;
  CallResult rt_sigqueueinfo(ProgramCall& call, i32 process, i32 signal, UserAddress information) override;
  CallResult rt_tgsigqueueinfo(ProgramCall& call, i32 process, i32 thread, i32 signal,
                               UserAddress information) override;

  // Making, changing and ending processes (life/)
  CallResult clone(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_thread, UserAddress child_thread,
                   u64 thread_pointer) override;
  CallResult fork(ProgramCall& call) override;
  CallResult vfork(ProgramCall& call) override;
  CallResult execve(ProgramCall& call, UserAddress path, UserAddress arguments, UserAddress environment) override;
  CallResult exit(ProgramCall& call, i32 status) override;
  CallResult exit_group(ProgramCall& call, i32 status) override;
  CallResult wait4(ProgramCall& call, i32 pid, UserAddress status, i32 options, UserAddress usage) override;
  CallResult waitid(ProgramCall& call, u32 kind, i32 id, UserAddress information, i32 options,
                    UserAddress usage) override;
  CallResult set_tid_address(ProgramCall& call, UserAddress address) override;
  CallResult set_robust_list(ProgramCall& call, UserAddress head, u64 length) override;

  // Who is who (identity/)
  CallResult getpid(ProgramCall& call) override;
  CallResult gettid(ProgramCall& call) override;
  CallResult getppid(ProgramCall& call) override;
  CallResult getpgrp(ProgramCall& call) override;
  CallResult getpgid(ProgramCall& call, i32 pid) override;
  CallResult setpgid(ProgramCall& call, i32 pid, i32 group) override;
  CallResult getsid(ProgramCall& call, i32 pid) override;
  CallResult setsid(ProgramCall& call) override;
  CallResult getuid(ProgramCall& call) override;
  CallResult geteuid(ProgramCall& call) override;
  CallResult getgid(ProgramCall& call) override;
  CallResult getegid(ProgramCall& call) override;
  CallResult getresuid(ProgramCall& call, UserAddress real, UserAddress effective, UserAddress saved) override;
  CallResult getresgid(ProgramCall& call, UserAddress real, UserAddress effective, UserAddress saved) override;
  CallResult setuid(ProgramCall& call, u32 user_id) override;
  CallResult setgid(ProgramCall& call, u32 group_id) override;
  CallResult setreuid(ProgramCall& call, u32 real, u32 effective) override;
  CallResult setregid(ProgramCall& call, u32 real, u32 effective) override;
  CallResult setresuid(ProgramCall& call, u32 real, u32 effective, u32 saved) override;
  CallResult setresgid(ProgramCall& call, u32 real, u32 effective, u32 saved) override;
  CallResult getgroups(ProgramCall& call, i32 count, UserAddress groups) override;
  CallResult setgroups(ProgramCall& call, i32 count, UserAddress groups) override;

  // Time (time/)
  CallResult nanosleep(ProgramCall& call, UserAddress time, UserAddress remaining) override;
  CallResult clock_nanosleep(ProgramCall& call, i32 clock, i32 flags, UserAddress time, UserAddress remaining) override;
  CallResult clock_gettime(ProgramCall& call, i32 clock, UserAddress time) override;
  CallResult clock_getres(ProgramCall& call, i32 clock, UserAddress resolution) override;
  CallResult clock_settime(ProgramCall& call, i32 clock, UserAddress time) override;
  CallResult gettimeofday(ProgramCall& call, UserAddress time, UserAddress zone) override;
  CallResult settimeofday(ProgramCall& call, UserAddress time, UserAddress zone) override;
  CallResult time(ProgramCall& call, UserAddress result) override;
  CallResult times(ProgramCall& call, UserAddress result) override;
  CallResult getitimer(ProgramCall& call, i32 which, UserAddress value) override;
  CallResult setitimer(ProgramCall& call, i32 which, UserAddress value, UserAddress old) override;
  CallResult alarm(ProgramCall& call, u32 seconds) override;

  // Threads that wait for each other (life/futex.cpp)
  CallResult futex(ProgramCall& call, UserAddress word, i32 operation, u32 value, u64 timeout, UserAddress second_word,
                   u32 third_value) override;

  // Limits and use (resources/)
  CallResult getrlimit(ProgramCall& call, u32 resource, UserAddress limit) override;
  CallResult setrlimit(ProgramCall& call, u32 resource, UserAddress limit) override;
  CallResult getpriority(ProgramCall& call, u32 kind, i32 id) override;
  CallResult setpriority(ProgramCall& call, u32 kind, i32 id, i32 nice) override;
  CallResult prlimit64(ProgramCall& call, i32 pid, u32 resource, UserAddress limit, UserAddress old) override;
  CallResult getrusage(ProgramCall& call, i32 who, UserAddress usage) override;
  CallResult sysinfo(ProgramCall& call, UserAddress result) override;
  CallResult sched_yield(ProgramCall& call) override;
  CallResult sched_getaffinity(ProgramCall& call, i32 pid, u64 size, UserAddress mask) override;

  // The system (system/)
  CallResult uname(ProgramCall& call, UserAddress name) override;
  CallResult sethostname(ProgramCall& call, UserAddress name, u64 length) override;
  CallResult syslog(ProgramCall& call, i32 kind, UserAddress buffer, i32 length) override;
  CallResult reboot(ProgramCall& call, u32 magic, u32 magic2, u32 command, UserAddress argument) override;
  CallResult getrandom(ProgramCall& call, UserAddress buffer, u64 count, u32 flags) override;
  CallResult prctl(ProgramCall& call, i32 option, u64 second, u64 third, u64 fourth, u64 fifth) override;
  CallResult arch_prctl(ProgramCall& call, i32 code, u64 address) override;
  CallResult rseq(ProgramCall& call, UserAddress area, u32 length, i32 flags, u32 signature) override;

  void unknown_call(unsigned number, std::string_view name) override;
  void trace(const ProgramCall& call, const CallResult& result) override;

  // For tests, and for whoever shows them.
  const Process* process_of(Pid pid) const { return processes_.find(identifiers_.process(pid)); }
  const Thread* thread_of(Pid tid) const { return threads_.find(identifiers_.thread(tid)); }
  std::size_t process_count() const { return processes_.count(); }

 private:
  class Work;
  static constexpr std::size_t max_processes = 1000;
  static constexpr std::size_t max_threads = 1900;

  // Records (server.cpp)
  Thread& caller(ProgramCall& call) const { return threads_[identifiers_.thread(call.owner_tag().thread())]; }
  Process& process_of(const Thread& thread) const { return processes_[thread.process]; }
  Process* live_process(Pid pid) const;
  template <class Visitor>
  void each_thread(const Process& process, Visitor visit) const;
  Process* make_process(Pid parent_index);
  Thread* make_thread(Process& process, Pid tid);
  void sweep(Process& process);
  void clear_up(Process& process);
  void drop_process(Process& process);
  void link_child(Process& parent, Process& child);
  void unlink_child(Process& child);
  void set_group(Process& process, Pid group, Pid session);
  static u64 tag_of(const Process& process, const Thread& thread) {
    return contract::OwnerTag::of(process.pid, thread.tid, process.traced).bits;
  }
  KernelThread take_kernel_thread();
  bool create_in_kernel(Process& process, Thread& thread, const Registers& registers);
  bool take_space(SpaceIndex& space);
  void give_space(SpaceIndex space) { spaces_used_[space / 64] &= ~(u64{1} << space % 64); }
  void set_timer(Timer& timer, u64 deadline);

  // Signals (signal/sending.cpp)
  bool may_signal(const Process& from, const Process& to, unsigned signal) const;
  CallResult signal_thread(ProgramCall& call, Pid process, Pid thread, i32 signal, const SignalInfo& info);
  Result<SignalInfo> queued_info(ProgramCall& call, Pid to, i32 signal, UserAddress information);
  Result<unsigned> tell_signal(Thread& thread, Endpoint call);
  void wake_signal_waiters(Process& process);
  /// False: there was no room for a realtime signal.
  bool send(Process& process, Thread* only, const SignalInfo& info);
  void send_to_group(Pid group, const SignalInfo& info);
  bool is_ignored(const Process& process, const Thread* only, unsigned signal) const;
  void discard_everywhere(Process& process, SignalSet signals);
  Thread* choose_thread(const Process& process, unsigned signal) const;
  void wake(Thread& thread);

  // Signals taken (signal/delivery.cpp)
  bool has_signal(const Thread& thread) const {
    return !((thread.pending.set | process_of(thread).pending.set) & ~thread.mask).empty();
  }
  unsigned next_signal(Thread& thread, SignalInfo& info);
  void settle(Thread& thread, u32 cause);
  void go_on(Thread& thread);
  void install_mask(Thread& thread);
  bool handle(Thread& thread, const SignalInfo& info, Registers& registers);
  void force_signal(Thread& thread, SignalInfo info);
  void tell_fatal(const Process& process, const SignalInfo& info, const Registers& registers);
  void raise_exception(Thread& thread, unsigned vector);
  void break_off_call(Thread& thread, const Disposition& disposition, Registers& registers);
  void stop_by_terminal(Thread& thread, unsigned signal);
  /// Answers the caller with `value` and has it stopped, to be worked on. It is `handled` afterwards.
  void take_over(ProgramCall& call, Thread& thread, i64 value);

  // Job control (life/jobs.cpp)
  void stop_process(Process& process, unsigned signal);
  void continue_process(Process& process);
  /// `ending` is on its way out; whether it counts as gone is said by `without`.
  bool is_orphaned(Pid group, const Process* ending = nullptr, bool without = false) const;
  void orphan_groups(Process& ending);

  // Life (life/)
  CallResult make_child(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_tid, UserAddress child_tid,
                        u64 thread_pointer, unsigned exit_signal);
  CallResult make_sibling(ProgramCall& call, u64 flags, u64 stack, UserAddress parent_tid, UserAddress child_tid,
                          u64 thread_pointer);
  u64 count_of_user(u32 user) const;
  void inherit(Process& child, const Process& parent);
  Errno populate(Process& child, const Thread& parent, u64 flags);
  void abandon_child(Process& child, Thread& thread);
  void release_vfork_waiter(Process& process);

  Result<elf::Executable> examine(Process& process, Image image, u64 size, Arguments& arguments);
  Result<void> find_program(Process& process, Arguments& arguments, i32 directory, u32 flags, Program& program);
  Result<void> find_interpreter(Process& process, Arguments& arguments, Program& program);
  Result<void> build(Process& process, Arguments& arguments, Program& program, SpaceIndex space);
  void take_rights(const Process& process, Program& program) const;
  Result<void> run(Thread& thread, Arguments& arguments, i32 directory, u32 flags);
  void set_name(Thread& thread, std::string_view path) const;
  void become(Thread& thread, const Program& program, SpaceIndex space);
  void end_siblings(Thread& survivor);

  void end_thread(Thread& thread);
  void leave_memory(Thread& thread);
  /// Whether another process lives in the same space.
  bool lives_elsewhere(const Process& process) const;
  void leave_space(Process& process);
  void end_process(Process& process, u32 status);
  void finish(Process& process);
  void tell_parent(Process& process, i32 code, i32 status);
  void tell_end(Process& process);
  void reparent_children(Process& process);
  void reap(Process& child, Process& parent);
  /// That zombies are not shown any more. Not in the middle of a wait: others would find it neither waiting nor done.
  void tell_reaped();
  void tell_reaped(Process& process);
  Process& parent_of_orphans(const Process& process) const;

  // Traces (life/trace.cpp)
  /// For calls that end otherwise than by what their function says.
  void trace_taken_over(const ProgramCall& call, i64 result);
  void trace_program(const Process& process, std::string_view path);
  void trace_end(const Process& process);
  void note(Pid pid, const abi::trace::Record& record);
  void tell_noted();
  /// What has to be told when nothing is half done any more.
  void tell_later() {
    if (noted_count_ != 0) [[unlikely]]
      tell_noted();
    if (reaped_untold_ != 0) [[unlikely]]
      tell_reaped();
  }

  /// Waits for the children that thread.child says.
  CallResult wait_for_child(ProgramCall& call, Thread& thread);
  CallResult answer_of_wait(const Thread& waiter, const Result<Pid>& told) const;
  /// What wait4 finds among the children: one to tell of, none yet, or no such child at all.
  Result<Process*> find_child(const Process& parent, const Thread& waiter) const;
  Result<Pid> tell_child(Thread& waiter, Endpoint call);
  void wake_waiters(Process& parent);
  void end_wait(Thread& thread);
  void answer_wait(Thread& thread, const CallResult& result);
  /// Until `deadline`, if it is not 0, which follows `time_of_day` where that is set and meant.
  CallResult park(ProgramCall& call, Thread& thread, Wait wait, u64 deadline, u64 time_of_day = 0);

  // Time
  Result<u64> clock_now(i32 clock, const Thread& thread) const;
  CallResult sleep_for(ProgramCall& call, Thread& thread, u64 time, u64 remaining);
  u64 time_of_day() const { return real_offset_ + kernel_.now(); }
  /// When it is that time of day, on the monotonic clock; never 0.
  u64 deadline_of(u64 time_of_day) const { return time_of_day > real_offset_ ? time_of_day - real_offset_ : 1; }
  CallResult set_time_of_day(const Process& by, u64 time);
  u64 alarm_left(const Process& process) const;
  void set_alarm(Process& process, u64 first, u64 interval);

  // Threads that wait for each other
  Result<Location> futex_location(Process& process, u64 address, bool is_private);
  unsigned wake_futex(Location location, unsigned count, u32 bits, const Location* requeue_to, unsigned requeue_count);
  void walk_robust_list(Thread& thread);

  // Identity
  bool is_privileged(const Process& process) const { return process.credentials.effective_user == 0; }
  CallResult credentials_changed(Process& process);

  // Resources
  /// What the process has used, its threads that live included.
  Times use_of(const Process& process) const;
  /// The thread is about to leave the kernel: what it used stays.
  void keep_time(Process& process, const Thread& thread);
  template <class Do>
  bool each_chosen(ProgramCall& call, u32 kind, i32 id, Do each);
  CallResult set_limit(Process& process, u32 resource, Limit limit, const Process& by);

  Kernel& kernel_;
  Files& files_;
  Spaces& memory_;
  Terminals& terminals_;
  Power& power_;
  WallClock& wall_clock_;
  Pool<Process, max_processes> processes_{kernel_};
  Pool<Thread, max_threads> threads_{kernel_};
  Identifiers identifiers_;
  unsigned reaped_untold_ = 0;  // zombies that were reaped and that file still shows
  SignalPool signals_;
  TimerQueue timers_;
  u64 armed_ = 0;        // what the kernel's timer is set to
  u64 real_offset_ = 0;  // what the time of day is ahead of the monotonic clock
  TimeZone zone_;
  std::array<u16, abi::max_threads> by_kernel_thread_{};  // index; 0: free or not ours
  std::array<u64, abi::max_spaces / 64> spaces_used_{};
  KernelThread last_kernel_thread_ = 0;
  bool takes_terminal_signals_ = false;  // somebody does
  bool more_terminal_signals_ = false;   // told since it was looked for some
  std::array<char, 65> host_name_{"bulkhead"};
  struct Noted {
    Pid pid = 0;
    abi::trace::Record record;
  };
  std::array<Noted, 16> noted_{};  // records to be told, in their order
  std::size_t noted_count_ = 0;
  u32 notes_lost_ = 0;   // beyond those
  u64 log_cleared_ = 0;  // position in the kernel's log before which dmesg shows nothing
};

/// Keeps a process and its threads' records while a handler works for it: it neither ends nor goes meanwhile.
class Server::Work {
 public:
  Work(Server& server, Process& process) : server_(server), process_(process) { ++process_.workers; }
  Work(const Work&) = delete;
  Work& operator=(const Work&) = delete;
  ~Work() {
    if (process_.workers > 1 || (process_.state == Process::State::live && !process_.has_gone_threads)) [[likely]]
      --process_.workers;
    else
      server_.clear_up(process_);
  }

 private:
  Server& server_;
  Process& process_;
};

template <class Visitor>
void Server::each_thread(const Process& process, Visitor visit) const {
  for (u16 index = process.first_thread; index != 0;) {
    Thread& thread = threads_[index];
    index = thread.next;
    visit(thread);
  }
}

}  // namespace process
