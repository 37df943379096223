// SPDX-License-Identifier: BSD-2-Clause
#include "servers/process/server.hpp"

// Who a process acts for: credentials(7), setresuid(2).
namespace process {

namespace {

constexpr u32 unchanged = ~u32{0};

/// One of the two triples of identifiers.
struct Triple {
  u32 &real, &effective, &saved, &file;
  bool has(u32 id) const { return id == real || id == effective || id == saved; }
};
Triple users(Credentials& who) { return {who.user, who.effective_user, who.saved_user, who.file_user}; }
Triple groups(Credentials& who) { return {who.group, who.effective_group, who.saved_group, who.file_group}; }

/// setresuid and setresgid.
bool set_all(Triple triple, bool privileged, u32 real, u32 effective, u32 saved) {
  for (const u32 id : {real, effective, saved})
    if (id != unchanged && !privileged && !triple.has(id)) return false;
  if (real != unchanged) triple.real = real;
  if (effective != unchanged) triple.effective = effective;
  if (saved != unchanged) triple.saved = saved;
  triple.file = triple.effective;
  return true;
}

/// setreuid and setregid.
bool set_two(Triple triple, bool privileged, u32 real, u32 effective) {
  const u32 old_real = triple.real;
  if (!privileged && real != unchanged && real != triple.real && real != triple.effective) return false;
  if (!privileged && effective != unchanged && !triple.has(effective)) return false;
  if (real != unchanged) triple.real = real;
  if (effective != unchanged) triple.effective = effective;
  if (real != unchanged || (effective != unchanged && effective != old_real)) triple.saved = triple.effective;
  triple.file = triple.effective;
  return true;
}

/// setuid and setgid.
bool set_one(Triple triple, bool privileged, u32 id) {
  if (privileged)
    triple.real = triple.saved = id;
  else if (id != triple.real && id != triple.saved)
    return false;
  triple.effective = triple.file = id;
  return true;
}

}  // namespace

CallResult Server::credentials_changed(Process& process) {
  process.dumpable = false;
  process.parent_death_signal = 0;
  files_.credentials(process.pid, process.credentials);
  return CallResult::value(0);
}

CallResult Server::getuid(ProgramCall& call) { return CallResult::value(process_of(caller(call)).credentials.user); }
CallResult Server::geteuid(ProgramCall& call) {
  return CallResult::value(process_of(caller(call)).credentials.effective_user);
}
CallResult Server::getgid(ProgramCall& call) { return CallResult::value(process_of(caller(call)).credentials.group); }
CallResult Server::getegid(ProgramCall& call) {
  return CallResult::value(process_of(caller(call)).credentials.effective_group);
}

namespace {

CallResult tell_triple(ProgramCall& call, Triple triple, UserAddress real, UserAddress effective, UserAddress saved) {
  for (const auto& [address, id] :
       {std::pair{real, triple.real}, std::pair{effective, triple.effective}, std::pair{saved, triple.saved}})
    if (const auto told = call.put(address, id); !told) return CallResult::of(told.error());
  return CallResult::value(0);
}

}  // namespace

CallResult Server::getresuid(ProgramCall& call, UserAddress real, UserAddress effective, UserAddress saved) {
  return tell_triple(call, users(process_of(caller(call)).credentials), real, effective, saved);
}
CallResult Server::getresgid(ProgramCall& call, UserAddress real, UserAddress effective, UserAddress saved) {
  return tell_triple(call, groups(process_of(caller(call)).credentials), real, effective, saved);
}

CallResult Server::setuid(ProgramCall& call, u32 user_id) {
  Process& process = process_of(caller(call));
  const bool done = set_one(users(process.credentials), is_privileged(process), user_id);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}
CallResult Server::setgid(ProgramCall& call, u32 group_id) {
  Process& process = process_of(caller(call));
  const bool done = set_one(groups(process.credentials), is_privileged(process), group_id);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}
CallResult Server::setreuid(ProgramCall& call, u32 real, u32 effective) {
  Process& process = process_of(caller(call));
  const bool done = set_two(users(process.credentials), is_privileged(process), real, effective);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}
CallResult Server::setregid(ProgramCall& call, u32 real, u32 effective) {
  Process& process = process_of(caller(call));
  const bool done = set_two(groups(process.credentials), is_privileged(process), real, effective);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}
CallResult Server::setresuid(ProgramCall& call, u32 real, u32 effective, u32 saved) {
  Process& process = process_of(caller(call));
  const bool done = set_all(users(process.credentials), is_privileged(process), real, effective, saved);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}
CallResult Server::setresgid(ProgramCall& call, u32 real, u32 effective, u32 saved) {
  Process& process = process_of(caller(call));
  const bool done = set_all(groups(process.credentials), is_privileged(process), real, effective, saved);
  return done ? credentials_changed(process) : CallResult::error(Errno::not_permitted);
}

CallResult Server::getgroups(ProgramCall& call, i32 count, UserAddress groups) {
  const Credentials& who = process_of(caller(call)).credentials;
  if (count < 0) return CallResult::error(Errno::invalid);
  if (count == 0) return CallResult::value(who.group_count);
  if (count < who.group_count) return CallResult::error(Errno::invalid);
  const auto told = call.copy_out(groups, std::as_bytes(std::span(who.groups).first(who.group_count)));
  return told ? CallResult::value(who.group_count) : CallResult::of(told.error());
}

CallResult Server::setgroups(ProgramCall& call, i32 count, UserAddress groups) {
  Process& process = process_of(caller(call));
  if (!is_privileged(process)) return CallResult::error(Errno::not_permitted);
  if (count < 0 || static_cast<std::size_t>(count) > max_groups) return CallResult::error(Errno::invalid);
  std::array<u32, max_groups> given{};
  const auto copied =
      call.copy_in(groups, std::as_writable_bytes(std::span(given).first(static_cast<std::size_t>(count))));
  if (!copied) return CallResult::of(copied.error());
  process.credentials.groups = given;
  process.credentials.group_count = static_cast<u16>(count);
  return credentials_changed(process);
}

}  // namespace process
