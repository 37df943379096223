// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <string_view>

#include "generated/contract/signals.hpp"
#include "generated/contract/terminal.hpp"
#include "servers/terminal/environment.hpp"

namespace terminal {

namespace answer = contract::terminal;
namespace signals = contract::signals;

using answer::Reason;
using Done = contract::Answer<answer::Done, answer::Failed>;
using Transfer = contract::Answer<answer::Transferred, answer::Failed>;

inline constexpr unsigned max_ports = 4;
inline constexpr unsigned max_pairs = 8;
inline constexpr unsigned max_lines = max_ports + max_pairs;

/// The contracts `terminal` and `signals` on serial ports and pseudo-terminals. Every request ends with what it changed
/// in the vault; requests of a port's device are made with positions, so that they may come twice.
class Server : public contract::terminal::Exporter, public contract::signals::Exporter, private Signals {
 public:
  Server(std::span<LineState, max_lines> states, SignalQueue& queue, Ports& ports, Surroundings& surroundings);

  /// Ports come to life, or are found again.
  void open_ports();
  /// The driver has input, or conditions.
  void on_input();
  /// The driver has room again.
  void on_room();
  void on_time();
  /// Whoever waits is to look again, at everything: after a start.
  void announce();

  /// For the vault, when it keeps the answer of a request that is performed once, in one with what the request changed.
  std::span<Line> lines() { return lines_; }
  const SignalQueue& signal_queue() const { return queue_; }
  /// It has been kept: what follows from it reaches the devices.
  void kept();

  void on_client(contract::ClientChange) override;

  // ---- terminal ----
  contract::Answer<answer::Opened, answer::Failed> on_open(contract::Call&, const answer::Open&) override;
  Done on_close(contract::Call&, const answer::Close&) override;
  Transfer on_read(contract::Call&, const answer::Read&) override;
  Transfer on_write(contract::Call&, const answer::Write&) override;
  contract::Answer<answer::Polled, answer::Failed> on_poll(contract::Call&, const answer::Poll&) override;
  contract::Answer<answer::Changes> on_take_changes(contract::Call&, const answer::TakeChanges&) override;
  Done on_get_attributes(contract::Call&, const answer::GetAttributes&) override;
  Done on_set_attributes(contract::Call&, const answer::SetAttributes&) override;
  contract::Answer<answer::Size, answer::Failed> on_get_size(contract::Call&, const answer::GetSize&) override;
  Done on_set_size(contract::Call&, const answer::SetSize&) override;
  contract::Answer<answer::GroupIs, answer::Failed> on_get_group(contract::Call&, const answer::GetGroup&) override;
  Done on_set_group(contract::Call&, const answer::SetGroup&) override;
  Done on_control(contract::Call&, const answer::Control&) override;
  Done on_release(contract::Call&, const answer::Release&) override;
  Done on_drain(contract::Call&, const answer::Drain&) override;
  Done on_send_break(contract::Call&, const answer::SendBreak&) override;
  Done on_control_flow(contract::Call&, const answer::ControlFlow&) override;
  Done on_flush(contract::Call&, const answer::Flush&) override;
  contract::Answer<answer::QueuedIs, answer::Failed> on_queued(contract::Call&, const answer::Queued&) override;
  Done on_set_lock(contract::Call&, const answer::SetLock&) override;
  contract::Answer<answer::Listed> on_list(contract::Call&, const answer::List&) override;

  // ---- signals ----
  contract::Answer<signals::Taken> on_take_signals(contract::Call&, const signals::TakeSignals&) override;
  contract::Answer<signals::Done> on_end_session(contract::Call&, const signals::EndSession&) override;

 private:
  /// A terminal by its number: a line, seen from the slave's or the master's side.
  struct Side {
    Line* line;
    unsigned index;
    bool master;
  };
  /// What of a line is not worth keeping: times.
  struct Moment {
    u64 read_until = 0;  // a read without MIN ends
    u64 last_input = 0;
    u64 break_until = 0;  // the line is held in the break condition
    bool drain_wanted = false;
    bool writer_waits = false;
    bool input_held = false;   // the device has input for which there was no room
    bool pump_wanted = false;  // there is something to show
    PortSettings settings;
  };

  std::optional<Side> find(u32 terminal);
  unsigned index_of(const Line& line) const { return static_cast<unsigned>(&line - lines_.data()); }
  bool is_port(const Line& line) const { return line.header().use == Use::port; }
  bool is_gone(const Side& side) const {
    return !side.master && side.line->header().use == Use::pair && !side.line->header().master_open;
  }
  Line* controlled_by(u32 session);
  bool controls(const Line& line, const answer::Caller& caller) const {
    return caller.session != 0 && line.header().session == caller.session;
  }
  /// In the background of its own terminal.
  bool is_behind(const Line& line, const answer::Caller& caller) const {
    const LineHeader& h = line.header();
    return controls(line, caller) && h.group != 0 && h.group != caller.group;
  }
  /// Same, where being there is to be told by SIGTTOU.
  bool is_barred(const Line& line, const answer::Caller& caller) const {
    return !caller.exempt && is_behind(line, caller);
  }

  std::expected<u32, Reason> open_pair(u32 key);
  std::expected<u32, Reason> open_by_name(const answer::Open& message);
  void take_control(Line& line, const answer::Caller& caller);
  void let_go(Line& line);
  void hang_up(Line& line);
  void close_master(Line& line);

  ReadMode mode_of(const Line& line, Moment& moment, const answer::Read& message);
  Transfer read_master(const Side& side, const contract::Lend& data);
  Transfer read_slave(const Side& side, const answer::Read& message);
  Transfer write_master(const Side& side, const contract::Lend& data);
  Transfer write_slave(const Side& side, const contract::Lend& data);

  /// Gives the device what it is to show; whatever that is is in the vault already.
  void pump(Line& line);
  void work();
  /// Takes from the device what was typed.
  void hear(Line& line);
  bool drained(Line& line);
  void configure(Line& line);

  void changed(const Line& line);
  void raise(u32 group, u32 number) override;
  /// Puts all changes into the vault, then lets them reach the devices: in this order, so that a device has seen
  /// nothing that a restart does not remember.
  void commit();
  void plan();

  std::array<Line, max_lines> lines_;
  std::array<Moment, max_lines> moments_;
  SignalQueue& queue_;
  Ports& ports_;
  Surroundings& surroundings_;
  // What changed since the file server last asked.
  u32 changed_ports_ = 0;
  u64 changed_slaves_ = 0;
  u64 changed_masters_ = 0;
  bool told_ = false;  // that something changed
};

}  // namespace terminal
