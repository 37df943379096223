// SPDX-License-Identifier: BSD-2-Clause
// Names, pseudo-terminals, sessions and groups.
#include <charconv>

#include "servers/terminal/server.hpp"

namespace terminal {
namespace {

using answer::Caller;
using answer::Failed;

std::optional<unsigned> number_behind(std::string_view name, std::string_view prefix, unsigned limit) {
  if (!name.starts_with(prefix)) return std::nullopt;
  name.remove_prefix(prefix.size());
  unsigned number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc{} || end != name.data() + name.size() || number >= limit) return std::nullopt;
  return number;
}

bool leads(const Caller& caller) { return caller.process != 0 && caller.process == caller.session; }

}  // namespace

// ---- names ----

contract::Answer<answer::Opened, Failed> Server::on_open(contract::Call&, const answer::Open& message) {
  const auto terminal = open_by_name(message);
  commit();
  if (!terminal) return Failed{terminal.error()};
  return answer::Opened{*terminal};
}

std::expected<u32, Reason> Server::open_by_name(const answer::Open& message) {
  const std::string_view name = message.name.view();
  if (name == "ptmx") return open_pair(message.key);
  u32 terminal;
  if (name == "tty") {
    const Line* const line = controlled_by(message.caller.session);
    if (line == nullptr) return std::unexpected(Reason::absent);
    const unsigned index = index_of(*line);
    terminal = index < max_ports ? index : answer::first_slave + (index - max_ports);
  } else if (name == "console") {
    terminal = 0;
  } else if (const auto port = number_behind(name, "ttyS", max_ports)) {
    terminal = *port;
  } else if (const auto pair = number_behind(name, "pts/", max_pairs)) {
    terminal = answer::first_slave + *pair;
  } else {
    return std::unexpected(Reason::absent);
  }
  const auto side = find(terminal);
  if (!side) return std::unexpected(Reason::absent);
  LineHeader& h = side->line->header();
  if (h.use == Use::pair) {
    if (!h.master_open) return std::unexpected(Reason::hung_up);
    if (h.locked) return std::unexpected(Reason::locked);
    h.slave_open = h.slave_was_open = true;
  }
  const bool wants = !message.no_control && name != "tty" && leads(message.caller);
  if (wants && h.session == 0 && controlled_by(message.caller.session) == nullptr)
    take_control(*side->line, message.caller);
  return terminal;
}

std::expected<u32, Reason> Server::open_pair(u32 key) {
  const auto number_of = [&](const Line& line) { return answer::first_master + (index_of(line) - max_ports); };
  const std::span pairs = std::span{lines_}.subspan(max_ports);
  for (const Line& line : pairs)
    if (line.header().use == Use::pair && line.header().master_open && line.header().key == key) return number_of(line);
  for (Line& line : pairs) {
    if (line.header().use != Use::free) continue;
    // UTF-8 is on where people type at a port; whoever makes a pair sets it, as on Linux.
    Attributes modes;
    modes.input &= ~input_flag::utf8;
    line.open(Use::pair, modes);
    line.header().master_open = true;
    line.header().locked = true;
    line.header().key = key;
    moments_[index_of(line)] = {};
    return number_of(line);
  }
  return std::unexpected(Reason::no_room);
}

Done Server::on_close(contract::Call&, const answer::Close& message) {
  const auto side = find(message.terminal);
  if (!side) return answer::Done{};  // closed before, as far as anyone knows
  LineHeader& h = side->line->header();
  if (side->master)
    close_master(*side->line);
  else if (h.use == Use::pair)
    h.slave_open = false;
  if (h.use == Use::pair && !h.master_open && !h.slave_open) h.use = Use::free;
  changed(*side->line);
  commit();
  return answer::Done{};
}

void Server::close_master(Line& line) {
  line.header().master_open = false;
  line.flush_output();
  hang_up(line);
}

Done Server::on_set_lock(contract::Call&, const answer::SetLock& message) {
  const auto side = find(message.terminal);
  if (!side || !side->master) return Failed{Reason::invalid};
  side->line->header().locked = message.locked;
  commit();
  return answer::Done{};
}

contract::Answer<answer::Listed> Server::on_list(contract::Call&, const answer::List&) {
  answer::Listed result;
  for (const Line& line : lines_) {
    const unsigned index = index_of(line);
    if (line.header().use == Use::port) result.ports |= u32{1} << index;
    if (line.header().use == Use::pair && line.header().master_open) result.slaves |= u64{1} << (index - max_ports);
  }
  return result;
}

// ---- sessions and groups ----

void Server::take_control(Line& line, const Caller& caller) {
  line.header().session = caller.session;
  line.header().group = caller.group;
}

// The session loses its terminal: whoever is in its foreground is told.
void Server::let_go(Line& line) {
  LineHeader& h = line.header();
  if (h.group != 0) {
    raise(h.group, signal::hang_up);
    raise(h.group, signal::go_on);
  }
  h.session = h.group = 0;
}

// The terminal itself has gone: its session's leader is told as well.
void Server::hang_up(Line& line) {
  LineHeader& h = line.header();
  if (h.session != 0 && h.session != h.group) {
    raise(h.session, signal::hang_up);
    raise(h.session, signal::go_on);
  }
  let_go(line);
  line.flush_input();
}

contract::Answer<answer::GroupIs, Failed> Server::on_get_group(contract::Call&, const answer::GetGroup& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  if (!side->master && !controls(*side->line, message.caller)) return Failed{Reason::not_controlling};
  return answer::GroupIs{side->line->header().group, side->line->header().session};
}

Done Server::on_set_group(contract::Call&, const answer::SetGroup& message) {
  const auto side = find(message.terminal);
  if (!side) return Failed{Reason::absent};
  Line& line = *side->line;
  if (!controls(line, message.caller)) return Failed{Reason::not_controlling};
  if (is_barred(line, message.caller)) return Failed{Reason::background};
  line.header().group = message.group;
  changed(line);  // a read that was behind may go on
  commit();
  return answer::Done{};
}

Done Server::on_control(contract::Call&, const answer::Control& message) {
  const auto side = find(message.terminal);
  if (!side || side->master) return Failed{Reason::invalid};
  Line& line = *side->line;
  const bool has_it = controls(line, message.caller);
  if (has_it && leads(message.caller)) return answer::Done{};
  if (!leads(message.caller) || controlled_by(message.caller.session) != nullptr) return Failed{Reason::not_permitted};
  if (line.header().session != 0) {
    if (!message.force) return Failed{Reason::not_permitted};
    line.header().session = line.header().group = 0;
  }
  take_control(line, message.caller);
  commit();
  return answer::Done{};
}

Done Server::on_release(contract::Call&, const answer::Release& message) {
  const auto side = find(message.terminal);
  if (!side || !controls(*side->line, message.caller)) return Failed{Reason::not_controlling};
  // Another process of the session gives up only its own.
  if (leads(message.caller)) let_go(*side->line);
  commit();
  return answer::Done{};
}

}  // namespace terminal
