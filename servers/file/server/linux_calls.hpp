// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/linux.hpp"
#include "servers/file/calls/calls.hpp"

namespace file {

using contract::CallResult;
using contract::ProgramCall;
using contract::UserAddress;

/// The calls of contracts/linux.contract that go to the file server, each handed on to `Calls`; what comes of it as the
/// kernel is to be told.
class LinuxCalls : public contract::linux::file::Calls {
 public:
  LinuxCalls(Core& core, Processes& processes, file::Calls& calls)
      : core_(core), processes_(processes), calls_(calls) {}

 protected:
  ~LinuxCalls() = default;

 private:
  void trace(const ProgramCall& call, const CallResult& result) override;
  CallResult read(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) override;
  CallResult write(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) override;
  CallResult open(ProgramCall& call, UserAddress path, i32 flags, u32 mode) override;
  CallResult close(ProgramCall& call, i32 fd) override;
  CallResult stat(ProgramCall& call, UserAddress path, UserAddress result) override;
  CallResult fstat(ProgramCall& call, i32 fd, UserAddress result) override;
  CallResult lstat(ProgramCall& call, UserAddress path, UserAddress result) override;
  CallResult poll(ProgramCall& call, UserAddress entries, u64 count, i32 milliseconds) override;
  CallResult lseek(ProgramCall& call, i32 fd, i64 offset, i32 whence) override;
  CallResult ioctl(ProgramCall& call, i32 fd, u32 request, u64 argument) override;
  CallResult pread64(ProgramCall& call, i32 fd, UserAddress buffer, u64 count, i64 offset) override;
  CallResult pwrite64(ProgramCall& call, i32 fd, UserAddress buffer, u64 count, i64 offset) override;
  CallResult readv(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) override;
  CallResult writev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) override;
  CallResult preadv(ProgramCall& call, i32 fd, UserAddress pieces, u64 count, i64 offset) override;
  CallResult pwritev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count, i64 offset) override;
  CallResult exempt_write(ProgramCall& call, i32 fd, UserAddress buffer, u64 count) override;
  CallResult exempt_writev(ProgramCall& call, i32 fd, UserAddress pieces, u64 count) override;
  CallResult exempt_ioctl(ProgramCall& call, i32 fd, u32 request, u64 argument) override;
  CallResult masked_ppoll(ProgramCall& call, UserAddress entries, u32 count, UserAddress timeout) override;
  CallResult masked_pselect6(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable,
                             UserAddress exceptional, UserAddress timeout) override;
  CallResult access(ProgramCall& call, UserAddress path, u32 mode) override;
  CallResult pipe(ProgramCall& call, UserAddress descriptors) override;
  CallResult select(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable, UserAddress exceptional,
                    UserAddress timeout) override;
  CallResult dup(ProgramCall& call, i32 fd) override;
  CallResult dup2(ProgramCall& call, i32 from, i32 to) override;
  CallResult sendfile(ProgramCall& call, i32 to, i32 from, UserAddress offset, u64 count) override;
  CallResult socket(ProgramCall& call, i32 domain, i32 type, i32 protocol) override;
  CallResult getpeername(ProgramCall& call, i32 fd, UserAddress address, UserAddress length) override;
  CallResult fcntl(ProgramCall& call, i32 fd, i32 command, u64 argument) override;
  CallResult flock(ProgramCall& call, i32 fd, i32 operation) override;
  CallResult fsync(ProgramCall& call, i32 fd) override;
  CallResult fdatasync(ProgramCall& call, i32 fd) override;
  CallResult truncate(ProgramCall& call, UserAddress path, i64 length) override;
  CallResult ftruncate(ProgramCall& call, i32 fd, i64 length) override;
  CallResult getcwd(ProgramCall& call, UserAddress buffer, u64 size) override;
  CallResult chdir(ProgramCall& call, UserAddress path) override;
  CallResult fchdir(ProgramCall& call, i32 fd) override;
  CallResult rename(ProgramCall& call, UserAddress from, UserAddress to) override;
  CallResult mkdir(ProgramCall& call, UserAddress path, u32 mode) override;
  CallResult rmdir(ProgramCall& call, UserAddress path) override;
  CallResult creat(ProgramCall& call, UserAddress path, u32 mode) override;
  CallResult link(ProgramCall& call, UserAddress from, UserAddress to) override;
  CallResult unlink(ProgramCall& call, UserAddress path) override;
  CallResult symlink(ProgramCall& call, UserAddress target, UserAddress path) override;
  CallResult readlink(ProgramCall& call, UserAddress path, UserAddress buffer, i32 size) override;
  CallResult chmod(ProgramCall& call, UserAddress path, u32 mode) override;
  CallResult fchmod(ProgramCall& call, i32 fd, u32 mode) override;
  CallResult chown(ProgramCall& call, UserAddress path, u32 user_id, u32 group_id) override;
  CallResult fchown(ProgramCall& call, i32 fd, u32 user_id, u32 group_id) override;
  CallResult lchown(ProgramCall& call, UserAddress path, u32 user_id, u32 group_id) override;
  CallResult umask(ProgramCall& call, u32 mask) override;
  CallResult mknod(ProgramCall& call, UserAddress path, u32 mode, u32 device) override;
  CallResult statfs(ProgramCall& call, UserAddress path, UserAddress result) override;
  CallResult fstatfs(ProgramCall& call, i32 fd, UserAddress result) override;
  CallResult chroot(ProgramCall& call, UserAddress path) override;
  CallResult sync(ProgramCall& call) override;
  CallResult mount(ProgramCall& call, UserAddress source, UserAddress target, UserAddress type, u64 flags,
                   UserAddress data) override;
  CallResult umount2(ProgramCall& call, UserAddress target, i32 flags) override;
  CallResult getxattr(ProgramCall& call, UserAddress path, UserAddress name, UserAddress value, u64 size) override;
  CallResult lgetxattr(ProgramCall& call, UserAddress path, UserAddress name, UserAddress value, u64 size) override;
  CallResult getdents64(ProgramCall& call, i32 fd, UserAddress entries, u32 count) override;
  CallResult fadvise64(ProgramCall& call, i32 fd, i64 offset, u64 length, i32 advice) override;
  CallResult openat(ProgramCall& call, i32 directory, UserAddress path, i32 flags, u32 mode) override;
  CallResult mkdirat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) override;
  CallResult mknodat(ProgramCall& call, i32 directory, UserAddress path, u32 mode, u32 device) override;
  CallResult fchownat(ProgramCall& call, i32 directory, UserAddress path, u32 user_id, u32 group_id,
                      i32 flags) override;
  CallResult newfstatat(ProgramCall& call, i32 directory, UserAddress path, UserAddress result, i32 flags) override;
  CallResult unlinkat(ProgramCall& call, i32 directory, UserAddress path, i32 flags) override;
  CallResult renameat(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory,
                      UserAddress to) override;
  CallResult linkat(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory, UserAddress to,
                    i32 flags) override;
  CallResult symlinkat(ProgramCall& call, UserAddress target, i32 directory, UserAddress path) override;
  CallResult readlinkat(ProgramCall& call, i32 directory, UserAddress path, UserAddress buffer, i32 size) override;
  CallResult fchmodat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) override;
  CallResult faccessat(ProgramCall& call, i32 directory, UserAddress path, u32 mode) override;
  CallResult utimensat(ProgramCall& call, i32 directory, UserAddress path, UserAddress times, i32 flags) override;
  CallResult dup3(ProgramCall& call, i32 from, i32 to, i32 flags) override;
  CallResult pipe2(ProgramCall& call, UserAddress descriptors, i32 flags) override;
  CallResult syncfs(ProgramCall& call, i32 fd) override;
  CallResult renameat2(ProgramCall& call, i32 from_directory, UserAddress from, i32 to_directory, UserAddress to,
                       u32 flags) override;
  CallResult statx(ProgramCall& call, i32 directory, UserAddress path, i32 flags, u32 mask,
                   UserAddress result) override;
  CallResult close_range(ProgramCall& call, u32 first, u32 last, u32 flags) override;
  CallResult faccessat2(ProgramCall& call, i32 directory, UserAddress path, u32 mode, i32 flags) override;
  CallResult ppoll(ProgramCall& call, UserAddress entries, u32 count, UserAddress timeout, UserAddress mask,
                   u64 mask_size) override;
  CallResult pselect6(ProgramCall& call, i32 count, UserAddress readable, UserAddress writable, UserAddress exceptional,
                      UserAddress timeout, UserAddress mask) override;

  /// A call as a function of its caller, by reference.
  class Body {
   public:
    template <class Function>
    Body(const Function& function)
        : function_(&function), call_([] [[gnu::hot]] (const void* f, Caller& caller) {
            return (*static_cast<const Function*>(f))(caller);
          }) {}
    Result<i64> operator()(Caller& caller) const { return call_(function_, caller); }

   private:
    const void* function_;
    Result<i64> (*call_)(const void*, Caller&);
  };
  CallResult run(const ProgramCall& call, Body body);
  template <typename Function>
  CallResult run_exempt(const ProgramCall& call, Function function);
  static CallResult restore_mask(const CallResult& result);

  Core& core_;
  Processes& processes_;
  file::Calls& calls_;
};

}  // namespace file
