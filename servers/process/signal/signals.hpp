// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <bit>
#include <cstddef>

#include "servers/process/types.hpp"

namespace process {

/// Linux's numbers (asm-generic/signal.h).
enum Signal : u8 {
  sig_hangup = 1,
  sig_interrupt = 2,
  sig_quit = 3,
  sig_illegal = 4,
  sig_trap = 5,
  sig_abort = 6,
  sig_bus = 7,
  sig_arithmetic = 8,
  sig_kill = 9,
  sig_segment = 11,
  sig_pipe = 13,
  sig_alarm = 14,
  sig_terminate = 15,
  sig_child = 17,
  sig_continue = 18,
  sig_stop = 19,
  sig_terminal_stop = 20,
  sig_terminal_input = 21,
  sig_terminal_output = 22,
  sig_urgent = 23,
  sig_file_size = 25,
  sig_virtual_alarm = 26,
  sig_profile = 27,
  sig_window = 28,
  sig_system_call = 31,
};
inline constexpr unsigned signal_count = 64;
inline constexpr unsigned first_realtime = 32;

constexpr bool is_signal(i64 number) { return number >= 1 && number <= i64{signal_count}; }

/// A set of signals, laid out as Linux's sigset_t: bit n - 1 is signal n.
class SignalSet {
 public:
  constexpr SignalSet() = default;
  explicit constexpr SignalSet(u64 bits) : bits_(bits) {}
  static constexpr SignalSet of(unsigned signal) { return SignalSet(u64{1} << (signal - 1)); }

  constexpr u64 bits() const { return bits_; }
  constexpr bool has(unsigned signal) const { return bits_ >> (signal - 1) & 1; }
  constexpr bool empty() const { return bits_ == 0; }
  constexpr void add(unsigned signal) { bits_ |= of(signal).bits_; }
  constexpr void remove(unsigned signal) { bits_ &= ~of(signal).bits_; }
  /// The lowest signal; the set must not be empty.
  constexpr unsigned first() const { return static_cast<unsigned>(std::countr_zero(bits_)) + 1; }

  friend constexpr SignalSet operator|(SignalSet a, SignalSet b) { return SignalSet(a.bits_ | b.bits_); }
  friend constexpr SignalSet operator&(SignalSet a, SignalSet b) { return SignalSet(a.bits_ & b.bits_); }
  friend constexpr SignalSet operator~(SignalSet a) { return SignalSet(~a.bits_); }
  friend constexpr bool operator==(SignalSet, SignalSet) = default;

 private:
  u64 bits_ = 0;
};

inline constexpr SignalSet never_blocked = SignalSet::of(sig_kill) | SignalSet::of(sig_stop);
inline constexpr SignalSet stop_signals = SignalSet::of(sig_stop) | SignalSet::of(sig_terminal_stop) |
                                          SignalSet::of(sig_terminal_input) | SignalSet::of(sig_terminal_output);
/// Made by the thread's own instruction: taken before all others.
inline constexpr SignalSet instruction_signals = SignalSet::of(sig_segment) | SignalSet::of(sig_bus) |
                                                 SignalSet::of(sig_illegal) | SignalSet::of(sig_trap) |
                                                 SignalSet::of(sig_arithmetic) | SignalSet::of(sig_system_call);

/// What happens to a signal that nobody handles.
enum class DefaultAction : u8 { terminate, ignore, stop, resume };
constexpr DefaultAction default_action(unsigned signal) {
  if (signal == sig_child || signal == sig_urgent || signal == sig_window) return DefaultAction::ignore;
  if (signal == sig_continue) return DefaultAction::resume;
  return stop_signals.has(signal) ? DefaultAction::stop : DefaultAction::terminate;
}

/// What a program asked for (struct sigaction of the kernel, as rt_sigaction carries it).
struct Disposition {
  u64 handler = 0;
  u64 flags = 0;
  u64 restorer = 0;
  SignalSet mask;

  static constexpr u64 handler_default = 0, handler_ignore = 1;
  bool handled() const { return handler > handler_ignore; }
};
static_assert(sizeof(Disposition) == 32);

inline constexpr u64 action_no_child_stop = 1;
inline constexpr u64 action_no_child_wait = 2;
inline constexpr u64 action_restorer = 0x0400'0000;
inline constexpr u64 action_on_stack = 0x0800'0000;
inline constexpr u64 action_restart = 0x1000'0000;
inline constexpr u64 action_no_defer = 0x4000'0000;
inline constexpr u64 action_reset_hand = 0x8000'0000;

/// Why a signal was sent (siginfo_t). What the words mean depends on the signal and the code.
struct SignalInfo {
  u8 signal = 0;
  i32 error = 0;
  i32 code = 0;
  u32 pid = 0;  // who sent it, or which child
  u32 user = 0;
  i32 status = 0;  // of a child
  u64 value = 0;   // sigqueue's, or the address of a fault

  /// Linux's layout, 128 bytes.
  void encode(std::byte* to) const;
  static SignalInfo decode(const std::byte* from);
};

inline constexpr std::size_t signal_info_bytes = 128;

// si_code.
inline constexpr i32 code_user = 0, code_kernel = 0x80, code_queue = -1, code_timer = -2, code_thread = -6;
inline constexpr i32 code_exited = 1, code_killed = 2, code_child_stopped = 5, code_continued = 6;

}  // namespace process
