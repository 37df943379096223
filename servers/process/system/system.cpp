// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <cstring>

#include "abi/layout.hpp"
#include "generated/contract/process.hpp"
#include "servers/process/server.hpp"

// The system as a whole, and what a thread may change of itself: uname(2), reboot(2), getrandom(2), prctl(2).
namespace process {

namespace {

constexpr std::size_t name_bytes = 65;

/// struct utsname.
struct SystemName {
  std::array<char, name_bytes> system, node, release, version, machine, domain;
};
static_assert(sizeof(SystemName) == 6 * name_bytes);

void put(std::array<char, name_bytes>& to, std::string_view text) {
  to = {};
  std::ranges::copy(text.substr(0, to.size() - 1), to.begin());
}

}  // namespace

CallResult Server::uname(ProgramCall& call, UserAddress name) {
  SystemName result{};
  // Programs ask for the release to learn which calls there are: those of this Linux.
  put(result.system, "Linux");
  result.node = host_name_;
  put(result.release, "6.1.0-bulkhead");
  put(result.version, "#1 Bulkhead");
  put(result.machine, "x86_64");
  put(result.domain, "(none)");
  const auto told = call.put(name, result);
  return told ? CallResult::value(0) : CallResult::of(told.error());
}

CallResult Server::sethostname(ProgramCall& call, UserAddress name, u64 length) {
  if (!is_privileged(process_of(caller(call)))) return CallResult::error(Errno::not_permitted);
  if (length >= host_name_.size()) return CallResult::error(Errno::invalid);
  std::array<char, name_bytes> given{};
  const auto copied = call.copy_in(name, std::as_writable_bytes(std::span(given).first(length)));
  if (!copied) return CallResult::of(copied.error());
  host_name_ = given;
  return CallResult::value(0);
}

CallResult Server::reboot(ProgramCall& call, u32 magic, u32 magic2, u32 command, UserAddress) {
  constexpr u32 first_magic = 0xfee1'dead;
  constexpr u32 second_magics[] = {672274793, 85072278, 369367448, 537993216};
  constexpr u32 restart = 0x0123'4567, halt = 0xcdef'0123, power_off = 0x4321'fedc;
  constexpr u32 keys_on = 0x89ab'cdef, keys_off = 0;
  if (!is_privileged(process_of(caller(call)))) return CallResult::error(Errno::not_permitted);
  if (magic != first_magic || !std::ranges::contains(second_magics, magic2)) return CallResult::error(Errno::invalid);
  if (command == keys_on || command == keys_off) return CallResult::value(0);
  if (command != restart && command != halt && command != power_off) return CallResult::error(Errno::invalid);
  files_.sync();
  power_.change(command == restart);
  return CallResult::error(Errno::io);
}

CallResult Server::getrandom(ProgramCall& call, UserAddress buffer, u64 count, u32 flags) {
  constexpr u32 known_flags = 7;
  if (flags & ~known_flags) return CallResult::error(Errno::invalid);
  std::array<std::byte, 256> random;
  count = std::min<u64>(count, INT32_MAX);
  // In one go up to this length; more is a short answer, as after a signal on Linux.
  constexpr u64 most = 64 * 1024;
  count = std::min(count, most);
  for (u64 done = 0; done < count;) {
    const auto part = std::span(random).first(std::min<u64>(random.size(), count - done));
    kernel_.random(part);
    const auto told = call.copy_out_part(buffer.plus(done), part);
    done += told.bytes;
    if (told.complete()) continue;
    if (told.error() == contract::CopyError::faulted || done == 0) return CallResult::of(told.error());
    return CallResult::value(static_cast<i64>(done));
  }
  return CallResult::value(static_cast<i64>(count));
}

CallResult Server::prctl(ProgramCall& call, i32 option, u64 second, u64, u64, u64) {
  enum Option : i32 {
    set_parent_death = 1,
    get_parent_death = 2,
    get_dumpable = 3,
    set_dumpable = 4,
    set_name = 15,
    get_name = 16,
    get_seccomp = 21,
    capability_in_bounds = 23,
    set_timer_slack = 29,
    get_timer_slack = 30,
    set_subreaper = 36,
    get_subreaper = 37,
    set_no_new_privileges = 38,
    get_no_new_privileges = 39,
    set_trace = contract::process::prctl_trace,
  };
  Thread& thread = caller(call);
  Process& process = process_of(thread);
  const auto tell = [&](auto value) {
    const auto told = call.put(UserAddress{second}, value);
    return told ? CallResult::value(0) : CallResult::of(told.error());
  };
  switch (option) {
    case set_parent_death:
      if (second > signal_count) return CallResult::error(Errno::invalid);
      process.parent_death_signal = static_cast<u8>(second);
      return CallResult::value(0);
    case get_parent_death:
      return tell(i32{process.parent_death_signal});
    case get_dumpable:
      return CallResult::value(process.dumpable);
    case set_dumpable:
      if (second > 1) return CallResult::error(Errno::invalid);
      process.dumpable = second != 0;
      return CallResult::value(0);
    case Option::set_name: {
      std::array<char, 16> name{};
      const auto length = call.copy_string(UserAddress{second}, name);
      if (!length && length.error() != contract::CopyError::out_of_range) return CallResult::of(length.error());
      if (!length)
        if (const auto copied = call.copy_in(UserAddress{second}, std::as_writable_bytes(std::span(name).first(15)));
            !copied)
          return CallResult::of(copied.error());
      name.back() = 0;
      thread.name = name;
      if (thread.tid == process.pid) files_.name(process.pid, std::string_view(name.data()));
      return CallResult::value(0);
    }
    case get_name:
      return tell(thread.name);
    case get_seccomp:
      return CallResult::value(0);
    case capability_in_bounds:
      return CallResult::value(second <= 40);
    case set_timer_slack:
      return CallResult::value(0);
    case get_timer_slack:
      return CallResult::value(50'000);
    case set_subreaper:
      process.subreaper = second != 0;
      return CallResult::value(0);
    case get_subreaper:
      return tell(i32{process.subreaper});
    case set_no_new_privileges:
      if (second != 1) return CallResult::error(Errno::invalid);
      process.no_new_privileges = true;
      return CallResult::value(0);
    case get_no_new_privileges:
      return CallResult::value(process.no_new_privileges);
    case set_trace: {
      const i32 descriptor = static_cast<i32>(second);
      const auto told = files_.trace(process.pid, descriptor);
      if (!told) return CallResult::error(told.error());
      process.traced = descriptor != -1;
      return CallResult::value(0);
    }
    default:
      return CallResult::error(Errno::invalid);
  }
}

CallResult Server::arch_prctl(ProgramCall& call, i32 code, u64 address) {
  constexpr i32 set_gs = 0x1001, set_fs = 0x1002, get_fs = 0x1003, get_gs = 0x1004;
  Thread& thread = caller(call);
  if (code != set_gs && code != set_fs && code != get_fs && code != get_gs) return CallResult::error(Errno::invalid);
  if ((code == set_gs || code == set_fs) && address >= abi::layout::user_end)
    return CallResult::error(Errno::not_permitted);
  take_over(call, thread, 0);
  Registers registers;
  if (!kernel_.read(thread.kernel, registers)) return CallResult::park();
  if (code == set_fs) registers.fs_base = address;
  if (code == set_gs) registers.gs_base = address;
  if (code == get_fs || code == get_gs) {
    const u64 base = code == get_fs ? registers.fs_base : registers.gs_base;
    if (!memory_.store(process_of(thread).pid, address, std::as_bytes(std::span(&base, 1))))
      registers.rax = -static_cast<u64>(Errno::fault);
    if (thread.phase == Thread::Phase::gone) return CallResult::park();
  }
  kernel_.write(thread.kernel, registers);
  go_on(thread);
  return CallResult::park();
}

CallResult Server::rseq(ProgramCall&, UserAddress, u32, i32, u32) { return CallResult::error(Errno::not_implemented); }

}  // namespace process
