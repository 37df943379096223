// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/terminal_server.hpp"

#include <bit>

#include "servers/file/linux/terminal_control.hpp"

namespace file {

namespace {

namespace terminal = contract::terminal;
namespace command = terminal_control;

terminal::Caller who(const Caller& caller) {
  const Process& process = caller.process();
  return {process.pid, process.group, process.session, caller.exempt};
}

Error error_of(terminal::Reason reason, bool by_name) {
  using terminal::Reason;
  switch (reason) {
    case Reason::absent:
      return by_name ? Error::no_such_device : Error::io;
    case Reason::would_block:
      return Error::again;
    case Reason::background:
      return Error::background;
    case Reason::hung_up:
    case Reason::locked:
      return Error::io;
    case Reason::not_permitted:
      return Error::not_permitted;
    case Reason::invalid:
      return Error::invalid;
    case Reason::not_controlling:
      return Error::not_terminal;
    case Reason::no_room:
      return Error::no_space;
    case Reason::memory:
      return Error::bad_address;
  }
  return Error::io;
}

/// What a request came to that answers nothing but `done`.
Result<i64> value_of(const contract::Outcome<terminal::Done, terminal::Failed>& outcome, const Caller& caller) {
  if (outcome.is<terminal::Done>()) return 0;
  if (!outcome.is<terminal::Failed>()) return fail(Error::io);
  const Error error = error_of(outcome.get<terminal::Failed>().reason, false);
  if (error == Error::background) caller.signal = signal_terminal_output;
  return fail(error);
}

}  // namespace

TerminalServer::TerminalServer(Core& core, contract::Import import) : core_(core), server_(import) {
  server_.on_ready<&TerminalServer::on_ready>(*this);
}

void TerminalServer::on_ready() {
  const auto outcome = server_.take_changes();
  if (!outcome.is<terminal::Changes>()) return;
  const auto& changes = outcome.get<terminal::Changes>();
  const auto wake = [this](u64 bits, u32 first) {
    for (; bits != 0; bits &= bits - 1)
      core_.waits.wake(WaitKey::of(Awaited::terminal, first + static_cast<u32>(std::countr_zero(bits))));
  };
  wake(changes.ports, 0);
  wake(changes.slaves, first_slave);
  wake(changes.masters, first_master);
}

Result<u32> TerminalServer::open(const Caller& caller, std::string_view name, bool no_control, u32 key) {
  const auto outcome = server_.open(who(caller), key, no_control, name);
  if (outcome.is<terminal::Opened>()) return outcome.get<terminal::Opened>().terminal;
  if (outcome.is<terminal::Failed>()) return fail(error_of(outcome.get<terminal::Failed>().reason, true));
  return fail(Error::io);
}

void TerminalServer::close(u32 number) { static_cast<void>(server_.close(number)); }

Result<> TerminalServer::read(u32 number, UserBuffer& buffer, bool blocking) {
  if (buffer.left() == 0) return {};
  const Caller& caller = buffer.caller();
  for (bool probed = false;; probed = true) {
    const Result<UserBuffer::Piece> piece = buffer.next();
    if (!piece) return fail(piece.error());
    const u32 length = static_cast<u32>(std::min<u64>(piece->length, 1 << 20));
    const auto lend = contract::Lend::of_program(caller.endpoint(), piece->address, length, abi::Lend::write_bit);
    const auto outcome = server_.read(number, who(caller), blocking, caller.waited(), lend);
    if (outcome.is<terminal::Transferred>()) return buffer.skip(outcome.get<terminal::Transferred>().count);
    if (!outcome.is<terminal::Failed>()) return fail(Error::io);
    const terminal::Reason reason = outcome.get<terminal::Failed>().reason;
    if (reason == terminal::Reason::memory && !probed) {
      // The server below cannot say whether the page is absent or bad; a copy of one's own can.
      if (const Result<> there = caller.probe(piece->address, length); !there) return there;
      continue;
    }
    const Error error = error_of(reason, false);
    if (error == Error::background) caller.signal = signal_terminal_input;
    return fail(error);
  }
}

Result<> TerminalServer::write(u32 number, UserBuffer& buffer) {
  // Through memory of one's own: so the server below meets no absent page, and little is written at once anyway.
  std::byte bytes[1024];
  if (buffer.left() == 0) return {};
  const Result<std::span<const std::byte>> part = buffer.peek(bytes);
  if (!part) return fail(part.error());
  const auto outcome = server_.write(number, who(buffer.caller()), contract::Lend::reading(*part));
  if (outcome.is<terminal::Transferred>()) return buffer.skip(outcome.get<terminal::Transferred>().count);
  if (!outcome.is<terminal::Failed>()) return fail(Error::io);
  const Error error = error_of(outcome.get<terminal::Failed>().reason, false);
  if (error == Error::background) buffer.caller().signal = signal_terminal_output;
  return fail(error);
}

Result<u32> TerminalServer::ready(u32 number) {
  const auto outcome = server_.poll(number);
  if (!outcome.is<terminal::Polled>()) return linux_abi::poll_error;
  u32 events = outcome.get<terminal::Polled>().events;
  if ((events & linux_abi::poll_in) != 0) events |= linux_abi::poll_in_normal;
  if ((events & linux_abi::poll_out) != 0) events |= linux_abi::poll_out_normal;
  return events;
}

Result<i64> TerminalServer::get_attributes(u32 number, const Caller& caller, u32 bytes, u64 argument) {
  std::byte attributes[command::attribute2_bytes];
  const std::span part(attributes, bytes);
  const auto outcome = server_.get_attributes(number, contract::Lend::writing(part));
  if (!outcome.is<terminal::Done>()) return value_of(outcome, caller);
  if (const Result<> put = caller.copy_out(argument, part); !put) return fail(put.error());
  return 0;
}

Result<i64> TerminalServer::set_attributes(u32 number, const Caller& caller, u32 bytes, terminal::When when,
                                           u64 argument) {
  std::byte attributes[command::attribute2_bytes];
  const std::span part(attributes, bytes);
  if (const Result<> got = caller.copy_in(argument, part); !got) return fail(got.error());
  return value_of(server_.set_attributes(number, who(caller), when, contract::Lend::reading(part)), caller);
}

Result<i64> TerminalServer::set_group(u32 number, const Caller& caller, u64 argument) {
  const Result<u32> group = caller.get<u32>(argument);
  if (!group) return fail(group.error());
  if (static_cast<i32>(*group) < 0) return fail(Error::invalid);
  bool known = false, allowed = false;
  core_.processes.for_each([&](const Process& process) {
    if (process.pid == 0 || process.group != *group) return;
    known = true;
    allowed = allowed || process.session == caller.process().session;
  });
  if (!known) return fail(Error::no_process);
  if (!allowed) return fail(Error::not_permitted);
  return value_of(server_.set_group(number, who(caller), *group), caller);
}

Result<i64> TerminalServer::control(u32 number, const Caller& caller, u32 request, u64 argument) {
  const auto put = [&](auto value) -> Result<i64> {
    if (const Result<> done = caller.put(argument, value); !done) return fail(done.error());
    return 0;
  };
  switch (request) {
    case command::get:
      return get_attributes(number, caller, command::attribute_bytes, argument);
    case command::get2:
      return get_attributes(number, caller, command::attribute2_bytes, argument);
    case command::set:
    case command::set_drained:
    case command::set_flushed:
      return set_attributes(number, caller, command::attribute_bytes,
                            static_cast<terminal::When>(request - command::set), argument);
    case command::set2:
    case command::set2_drained:
    case command::set2_flushed:
      return set_attributes(number, caller, command::attribute2_bytes,
                            static_cast<terminal::When>(request - command::set2), argument);
    case command::send_break:
      return value_of(argument == 0 ? server_.send_break(number, who(caller)) : server_.drain(number, who(caller)),
                      caller);
    case command::send_break_long:
      return value_of(server_.send_break(number, who(caller)), caller);
    case command::control_flow:
      if (argument > 3) return fail(Error::invalid);
      return value_of(server_.control_flow(number, who(caller), static_cast<terminal::Flow>(argument)), caller);
    case command::flush:
      if (argument > 2) return fail(Error::invalid);
      return value_of(server_.flush(number, who(caller), static_cast<terminal::Queue>(argument)), caller);
    case command::exclusive:
    case command::not_exclusive:
      return 0;
    case command::make_controlling:
      return value_of(server_.control(number, who(caller), argument == 1), caller);
    case command::give_up_controlling:
      return value_of(server_.release(number, who(caller)), caller);
    case command::get_group:
    case command::get_session: {
      const auto outcome = server_.get_group(number, who(caller));
      if (outcome.is<terminal::GroupIs>()) {
        const auto& answer = outcome.get<terminal::GroupIs>();
        return put(request == command::get_group ? answer.group : answer.session);
      }
      return fail(outcome.is<terminal::Failed>() ? error_of(outcome.get<terminal::Failed>().reason, false) : Error::io);
    }
    case command::set_group:
      return set_group(number, caller, argument);
    case command::input_queue:
    case command::output_queue: {
      const auto outcome = server_.queued(number);
      if (!outcome.is<terminal::QueuedIs>()) return fail(Error::io);
      const auto& answer = outcome.get<terminal::QueuedIs>();
      return put(request == command::input_queue ? answer.input : answer.output);
    }
    case command::get_window: {
      const auto outcome = server_.get_size(number);
      if (!outcome.is<terminal::Size>()) return fail(Error::io);
      const auto& size = outcome.get<terminal::Size>();
      return put(command::Window{size.rows, size.columns, size.width, size.height});
    }
    case command::set_window: {
      const Result<command::Window> size = caller.get<command::Window>(argument);
      if (!size) return fail(size.error());
      return value_of(server_.set_size(number, size->rows, size->columns, size->width, size->height), caller);
    }
    case command::get_discipline:
      return put(u32{0});
    case command::get_slave:
      return number >= first_master ? put(number - first_master) : Result<i64>(fail(Error::not_terminal));
    case command::lock_slave: {
      if (number < first_master) return fail(Error::not_terminal);
      const Result<u32> locked = caller.get<u32>(argument);
      if (!locked) return fail(locked.error());
      return value_of(server_.set_lock(number, *locked != 0), caller);
    }
    default:
      return fail(Error::not_terminal);
  }
}

u32 TerminalServer::ports() {
  const auto outcome = server_.list();
  return outcome.is<terminal::Listed>() ? outcome.get<terminal::Listed>().ports : 1;
}

}  // namespace file
