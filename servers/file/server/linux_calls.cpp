// SPDX-License-Identifier: BSD-2-Clause
#include "servers/file/server/linux_calls.hpp"

#include <algorithm>

#include "generated/contract/file.hpp"
#include "generated/contract/process.hpp"

namespace file {

namespace {

constexpr i32 here = flags::at_working_directory;

using contract::file::signal_cause;
using contract::process::stop_install_mask, contract::process::stop_restore_mask;

}  // namespace

[[gnu::hot]] CallResult LinuxCalls::run(const ProgramCall& call, Body body) {
  Process* process = core_.find_process(call.owner_tag().process());
  if (process == nullptr) return CallResult::error(Error::no_process);
  const Served served(processes_, *process);
  Caller caller(call.endpoint(), *process, core_.waits, call.redelivered());
  // Who is traced waits for who reads the trace, so that nothing of it is lost.
  if (call.owner_tag().traced() && !processes_.traces.has_room(*process)) [[unlikely]]
    return caller.wait_for(processes_.traces.room_key(*process)) == Error::retry ? CallResult::retry()
                                                                                 : CallResult::park();
  const Result<i64> result = body(caller);
  if (result) [[likely]]
    return caller.signal == 0 ? CallResult::value(*result) : CallResult::stop(*result, signal_cause + caller.signal);
  switch (result.error()) {
    case Error::faulted:
    case Error::parked:
      return CallResult::park();
    case Error::retry:
      return CallResult::retry();
    case Error::background:
      return CallResult::again(signal_cause + caller.signal);
    case Error::pages_busy:
      return CallResult::error(Error::io);  // every call settles that itself
    default:
      break;
  }
  if (caller.signal != 0) return CallResult::stop(-static_cast<i64>(result.error()), signal_cause + caller.signal);
  return CallResult::error(result.error());
}

void LinuxCalls::trace(const ProgramCall& call, const CallResult& result) {
  Process* process = core_.find_process(call.owner_tag().process());
  if (process == nullptr) return;
  // Told once, and not of a call that waits for the trace itself.
  const bool waits =
      !call.redelivered() && processes_.traces.has_room(*process) && core_.waits.waits_for_others(call.endpoint());
  if (result.parks() && !waits) return;
  abi::trace::Buffer buffer;
  processes_.traces.put(*process,
                        contract::trace::write_call(call, result, contract::linux::shapes_of(call.number()), buffer));
}

/// The same call as before, of a program that is allowed to write to its terminal from the background.
template <typename Function>
CallResult LinuxCalls::run_exempt(const ProgramCall& call, Function function) {
  return run(call, [&](Caller& c) {
    c.exempt = true;
    return function(c);
  });
}

CallResult LinuxCalls::exempt_write(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) {
  return run_exempt(call, [&](Caller& c) { return calls_.write(c, fd, buffer.value, count); });
}

CallResult LinuxCalls::exempt_writev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) {
  return run_exempt(call, [&](Caller& c) { return calls_.write_vectors(c, fd, pieces.value, count); });
}

CallResult LinuxCalls::exempt_ioctl(ProgramCall& call, i32 fd, u32 request, u64 argument) {
  return run_exempt(call, [&](Caller& c) { return calls_.control_device(c, fd, request, argument); });
}

/// A signal mask was installed before: the end of the call takes it back.
CallResult LinuxCalls::restore_mask(const CallResult& result) {
  return result.is_value() ? CallResult::stop(result.result(), stop_restore_mask) : result;
}

CallResult LinuxCalls::masked_ppoll(ProgramCall& call, UserAddress entries, u32 count, UserAddress timeout) {
  return restore_mask(
      run(call, [&](Caller& c) { return calls_.poll_precise(c, entries.value, count, timeout.value); }));
}

CallResult LinuxCalls::masked_pselect6(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable,
                                       UserAddress exceptional, UserAddress timeout) {
  return restore_mask(run(call, [&](Caller& c) {
    return calls_.select_precise(c, count, readable.value, writable.value, exceptional.value, timeout.value);
  }));
}

CallResult LinuxCalls::ppoll(ProgramCall& call, UserAddress entries, u32 count, UserAddress timeout, UserAddress mask,
                             u64) {
  if (mask) return CallResult::again(stop_install_mask);
  return run(call, [&](Caller& c) { return calls_.poll_precise(c, entries.value, count, timeout.value); });
}

CallResult LinuxCalls::pselect6(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable,
                                UserAddress exceptional, UserAddress timeout, UserAddress mask) {
  // The sixth argument leads to the mask's address and its size.
  if (mask) {
    const auto inner = call.get<u64>(mask);
    if (!inner) return CallResult::of(inner.error());
    if (*inner != 0) return CallResult::again(stop_install_mask);
  }
  return run(call, [&](Caller& c) {
    return calls_.select_precise(c, count, readable.value, writable.value, exceptional.value, timeout.value);
  });
}

[[gnu::hot]] CallResult LinuxCalls::read(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) {
  return run(call, [&](Caller& c) { return calls_.read(c, fd, buffer.value, count); });
}

[[gnu::hot]] CallResult LinuxCalls::write(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) {
  return run(call, [&](Caller& c) { return calls_.write(c, fd, buffer.value, count); });
}

[[gnu::hot]] CallResult LinuxCalls::open(ProgramCall& call, UserAddress path, i32 flags, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.open(c, here, path.value, static_cast<u32>(flags), mode); });
}

[[gnu::hot]] CallResult LinuxCalls::close(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.close(c, fd); });
}

[[gnu::hot]] CallResult LinuxCalls::stat(ProgramCall& call, UserAddress path, UserAddress result) {
  return run(call, [&](Caller& c) { return calls_.status(c, here, path.value, result.value, 0); });
}

[[gnu::hot]] CallResult LinuxCalls::fstat(ProgramCall& call, i32 fd, UserAddress result) {
  return run(call, [&](Caller& c) { return calls_.status_descriptor(c, fd, result.value); });
}

CallResult LinuxCalls::lstat(ProgramCall& call, UserAddress path, UserAddress result) {
  return run(call, [&](Caller& c) { return calls_.status(c, here, path.value, result.value, flags::at_no_follow); });
}

CallResult LinuxCalls::poll(ProgramCall& call, UserAddress entries, u64 count, i32 milliseconds) {
  return run(call, [&](Caller& c) {
    return calls_.poll(c, entries.value, static_cast<u32>(std::min<u64>(count, 0xffff'ffff)), milliseconds);
  });
}

CallResult LinuxCalls::lseek(ProgramCall& call, i32 fd, i64 offset, i32 whence) {
  return run(call, [&](Caller& c) { return calls_.seek(c, fd, offset, static_cast<u32>(whence)); });
}

CallResult LinuxCalls::ioctl(ProgramCall& call, i32 fd, u32 request, u64 argument) {
  return run(call, [&](Caller& c) { return calls_.control_device(c, fd, request, argument); });
}

[[gnu::hot]] CallResult LinuxCalls::pread64(ProgramCall& call, i32 fd, UserAddress buffer, u64 count, i64 offset) {
  return run(call, [&](Caller& c) { return calls_.read_at(c, fd, buffer.value, count, offset); });
}

[[gnu::hot]] CallResult LinuxCalls::pwrite64(ProgramCall& call, i32 fd, UserAddress buffer, u64 count, i64 offset) {
  return run(call, [&](Caller& c) { return calls_.write_at(c, fd, buffer.value, count, offset); });
}

CallResult LinuxCalls::readv(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) {
  return run(call, [&](Caller& c) { return calls_.read_vectors(c, fd, pieces.value, count); });
}

CallResult LinuxCalls::writev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) {
  return run(call, [&](Caller& c) { return calls_.write_vectors(c, fd, pieces.value, count); });
}

CallResult LinuxCalls::preadv(ProgramCall& call, i32 fd, UserAddress pieces, u64 count, i64 offset) {
  return run(call, [&](Caller& c) { return calls_.read_vectors_at(c, fd, pieces.value, count, offset); });
}

CallResult LinuxCalls::pwritev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count, i64 offset) {
  return run(call, [&](Caller& c) { return calls_.write_vectors_at(c, fd, pieces.value, count, offset); });
}

CallResult LinuxCalls::access(ProgramCall& call, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.access(c, here, path.value, mode, 0); });
}

CallResult LinuxCalls::pipe(ProgramCall& call, UserAddress descriptors) {
  return run(call, [&](Caller& c) { return calls_.pipe(c, descriptors.value, 0); });
}

CallResult LinuxCalls::select(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable,
                              UserAddress exceptional, UserAddress timeout) {
  return run(call, [&](Caller& c) {
    return calls_.select(c, count, readable.value, writable.value, exceptional.value, timeout.value);
  });
}

CallResult LinuxCalls::dup(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.duplicate(c, fd); });
}

CallResult LinuxCalls::dup2(ProgramCall& call, i32 from, i32 to) {
  return run(call, [&](Caller& c) { return calls_.duplicate_to(c, from, to, 0, true); });
}

CallResult LinuxCalls::sendfile(ProgramCall& call, i32 to, i32 from, UserAddress offset, u64 count) {
  return run(call, [&](Caller& c) { return calls_.send_file(c, to, from, offset.value, count); });
}

CallResult LinuxCalls::socket(ProgramCall& call, i32 domain, i32, i32) {
  return run(call, [&](Caller& c) { return calls_.socket(c, domain); });
}

CallResult LinuxCalls::getpeername(ProgramCall& call, i32 fd, UserAddress, UserAddress) {
  return run(call, [&](Caller& c) { return calls_.peer_name(c, fd); });
}

CallResult LinuxCalls::fcntl(ProgramCall& call, i32 fd, i32 command, u64 argument) {
  return run(call, [&](Caller& c) { return calls_.control_descriptor(c, fd, static_cast<u32>(command), argument); });
}

CallResult LinuxCalls::flock(ProgramCall& call, i32 fd, i32 operation) {
  return run(call, [&](Caller& c) { return calls_.lock_file(c, fd, static_cast<u32>(operation)); });
}

CallResult LinuxCalls::fsync(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.synchronize_descriptor(c, fd); });
}

CallResult LinuxCalls::fdatasync(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.synchronize_descriptor(c, fd); });
}

CallResult LinuxCalls::truncate(ProgramCall& call, UserAddress path, i64 length) {
  return run(call, [&](Caller& c) { return calls_.truncate(c, path.value, length); });
}

CallResult LinuxCalls::ftruncate(ProgramCall& call, i32 fd, i64 length) {
  return run(call, [&](Caller& c) { return calls_.truncate_descriptor(c, fd, length); });
}

CallResult LinuxCalls::getcwd(ProgramCall& call, UserAddress buffer, u64 size) {
  return run(call, [&](Caller& c) { return calls_.working_directory(c, buffer.value, size); });
}

CallResult LinuxCalls::chdir(ProgramCall& call, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.change_directory(c, path.value); });
}

CallResult LinuxCalls::fchdir(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.change_directory_descriptor(c, fd); });
}

CallResult LinuxCalls::rename(ProgramCall& call, UserAddress from, UserAddress to) {
  return run(call, [&](Caller& c) { return calls_.rename(c, here, from.value, here, to.value, 0); });
}

CallResult LinuxCalls::mkdir(ProgramCall& call, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.make_directory(c, here, path.value, mode); });
}

CallResult LinuxCalls::rmdir(ProgramCall& call, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.remove(c, here, path.value, flags::at_remove_directory); });
}

CallResult LinuxCalls::creat(ProgramCall& call, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) {
    return calls_.open(c, here, path.value, flags::create | flags::write_only | flags::truncate, mode);
  });
}

CallResult LinuxCalls::link(ProgramCall& call, UserAddress from, UserAddress to) {
  return run(call, [&](Caller& c) { return calls_.link(c, here, from.value, here, to.value, 0); });
}

CallResult LinuxCalls::unlink(ProgramCall& call, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.remove(c, here, path.value, 0); });
}

CallResult LinuxCalls::symlink(ProgramCall& call, UserAddress target, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.make_symbolic_link(c, target.value, here, path.value); });
}

CallResult LinuxCalls::readlink(ProgramCall& call, UserAddress path, UserAddress buffer, i32 size) {
  return run(call, [&](Caller& c) { return calls_.read_link(c, here, path.value, buffer.value, size); });
}

CallResult LinuxCalls::chmod(ProgramCall& call, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.change_mode(c, here, path.value, mode, 0); });
}

CallResult LinuxCalls::fchmod(ProgramCall& call, i32 fd, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.change_mode_descriptor(c, fd, mode); });
}

CallResult LinuxCalls::chown(ProgramCall& call, UserAddress path, u32 user_id, u32 group_id) {
  return run(call, [&](Caller& c) { return calls_.change_owner(c, here, path.value, user_id, group_id, 0); });
}

CallResult LinuxCalls::fchown(ProgramCall& call, i32 fd, u32 user_id, u32 group_id) {
  return run(call, [&](Caller& c) { return calls_.change_owner_descriptor(c, fd, user_id, group_id); });
}

CallResult LinuxCalls::lchown(ProgramCall& call, UserAddress path, u32 user_id, u32 group_id) {
  return run(call, [&](Caller& c) {
    return calls_.change_owner(c, here, path.value, user_id, group_id, flags::at_no_follow);
  });
}

CallResult LinuxCalls::umask(ProgramCall& call, u32 mask) {
  return run(call, [&](Caller& c) { return calls_.set_mask(c, mask); });
}

CallResult LinuxCalls::mknod(ProgramCall& call, UserAddress path, u32 mode, u32 device) {
  return run(call, [&](Caller& c) { return calls_.make_node(c, here, path.value, mode, device); });
}

CallResult LinuxCalls::statfs(ProgramCall& call, UserAddress path, UserAddress result) {
  return run(call, [&](Caller& c) { return calls_.file_system_status(c, path.value, result.value); });
}

CallResult LinuxCalls::fstatfs(ProgramCall& call, i32 fd, UserAddress result) {
  return run(call, [&](Caller& c) { return calls_.file_system_status_descriptor(c, fd, result.value); });
}

CallResult LinuxCalls::chroot(ProgramCall& call, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.change_root(c, path.value); });
}

CallResult LinuxCalls::sync(ProgramCall& call) {
  return run(call, [&](Caller& c) { return calls_.synchronize(c); });
}

CallResult LinuxCalls::mount(ProgramCall& call, UserAddress source, UserAddress target, UserAddress type, u64 flags,
                             UserAddress data) {
  return run(call,
             [&](Caller& c) { return calls_.mount(c, source.value, target.value, type.value, flags, data.value); });
}

CallResult LinuxCalls::umount2(ProgramCall& call, UserAddress target, i32 flags) {
  return run(call, [&](Caller& c) { return calls_.unmount(c, target.value, static_cast<u32>(flags)); });
}

CallResult LinuxCalls::getxattr(ProgramCall& call, UserAddress path, UserAddress, UserAddress, u64) {
  return run(call, [&](Caller& c) { return calls_.extended_attribute(c, path.value, true); });
}

CallResult LinuxCalls::lgetxattr(ProgramCall& call, UserAddress path, UserAddress, UserAddress, u64) {
  return run(call, [&](Caller& c) { return calls_.extended_attribute(c, path.value, false); });
}

CallResult LinuxCalls::getdents64(ProgramCall& call, i32 fd, UserAddress entries, u32 count) {
  return run(call, [&](Caller& c) { return calls_.list(c, fd, entries.value, count); });
}

CallResult LinuxCalls::fadvise64(ProgramCall& call, i32 fd, i64, u64, i32 advice) {
  return run(call, [&](Caller& c) { return calls_.advise(c, fd, advice); });
}

CallResult LinuxCalls::openat(ProgramCall& call, i32 directory, UserAddress path, i32 flags, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.open(c, directory, path.value, static_cast<u32>(flags), mode); });
}

CallResult LinuxCalls::mkdirat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.make_directory(c, directory, path.value, mode); });
}

CallResult LinuxCalls::mknodat(ProgramCall& call, i32 directory, UserAddress path, u32 mode, u32 device) {
  return run(call, [&](Caller& c) { return calls_.make_node(c, directory, path.value, mode, device); });
}

CallResult LinuxCalls::fchownat(ProgramCall& call, i32 directory, UserAddress path, u32 user_id, u32 group_id,
                                i32 flags) {
  return run(call, [&](Caller& c) {
    return calls_.change_owner(c, directory, path.value, user_id, group_id, static_cast<u32>(flags));
  });
}

CallResult LinuxCalls::newfstatat(ProgramCall& call, i32 directory, UserAddress path, UserAddress result, i32 flags) {
  return run(call,
             [&](Caller& c) { return calls_.status(c, directory, path.value, result.value, static_cast<u32>(flags)); });
}

CallResult LinuxCalls::unlinkat(ProgramCall& call, i32 directory, UserAddress path, i32 flags) {
  return run(call, [&](Caller& c) { return calls_.remove(c, directory, path.value, static_cast<u32>(flags)); });
}

CallResult LinuxCalls::renameat(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory,
                                UserAddress to) {
  return run(call, [&](Caller& c) { return calls_.rename(c, from_directory, from.value, to_directory, to.value, 0); });
}

CallResult LinuxCalls::linkat(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory, UserAddress to,
                              i32 flags) {
  return run(call, [&](Caller& c) {
    return calls_.link(c, from_directory, from.value, to_directory, to.value, static_cast<u32>(flags));
  });
}

CallResult LinuxCalls::symlinkat(ProgramCall& call, UserAddress target, i32 directory, UserAddress path) {
  return run(call, [&](Caller& c) { return calls_.make_symbolic_link(c, target.value, directory, path.value); });
}

CallResult LinuxCalls::readlinkat(ProgramCall& call, i32 directory, UserAddress path, UserAddress buffer, i32 size) {
  return run(call, [&](Caller& c) { return calls_.read_link(c, directory, path.value, buffer.value, size); });
}

CallResult LinuxCalls::fchmodat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.change_mode(c, directory, path.value, mode, 0); });
}

CallResult LinuxCalls::faccessat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) {
  return run(call, [&](Caller& c) { return calls_.access(c, directory, path.value, mode, 0); });
}

CallResult LinuxCalls::utimensat(ProgramCall& call, i32 directory, UserAddress path, UserAddress times, i32 flags) {
  return run(call, [&](Caller& c) {
    return calls_.set_times(c, directory, path.value, times.value, static_cast<u32>(flags));
  });
}

CallResult LinuxCalls::dup3(ProgramCall& call, i32 from, i32 to, i32 flags) {
  return run(call, [&](Caller& c) { return calls_.duplicate_to(c, from, to, static_cast<u32>(flags), false); });
}

CallResult LinuxCalls::pipe2(ProgramCall& call, UserAddress descriptors, i32 flags) {
  return run(call, [&](Caller& c) { return calls_.pipe(c, descriptors.value, static_cast<u32>(flags)); });
}

CallResult LinuxCalls::syncfs(ProgramCall& call, i32 fd) {
  return run(call, [&](Caller& c) { return calls_.synchronize_system(c, fd); });
}

CallResult LinuxCalls::renameat2(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory,
                                 UserAddress to, u32 flags) {
  return run(call,
             [&](Caller& c) { return calls_.rename(c, from_directory, from.value, to_directory, to.value, flags); });
}

CallResult LinuxCalls::statx(ProgramCall& call, i32 directory, UserAddress path, i32 flags, u32 mask,
                             UserAddress result) {
  return run(call, [&](Caller& c) {
    return calls_.extended_status(c, directory, path.value, static_cast<u32>(flags), mask, result.value);
  });
}

CallResult LinuxCalls::close_range(ProgramCall& call, u32 first, u32 last, u32 flags) {
  return run(call, [&](Caller& c) { return calls_.close_range(c, first, last, flags); });
}

CallResult LinuxCalls::faccessat2(ProgramCall& call, i32 directory, UserAddress path, u32 mode, i32 flags) {
  return run(call, [&](Caller& c) { return calls_.access(c, directory, path.value, mode, static_cast<u32>(flags)); });
}

}  // namespace file
