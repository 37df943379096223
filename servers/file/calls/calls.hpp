// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/devices.hpp"
#include "servers/file/open/file_behaviour.hpp"
#include "servers/file/open/opener.hpp"
#include "servers/file/open/pipe_behaviour.hpp"
#include "servers/file/process/processes.hpp"
#include "servers/file/systems/systems.hpp"

namespace file {

/// The Linux calls. Each returns what goes to the program, an error, or one of those that ask for the call again; each
/// may be run again for the same call from its beginning. Addresses are the program's.
class Calls {
 public:
  Calls(Core& core, Opener& opener, Processes& processes, Systems& systems)
      : core_(core), opener_(opener), processes_(processes), systems_(systems) {}

  using Value = Result<i64>;

  // transfer.cpp
  Value read(Caller& caller, i32 descriptor, u64 address, u64 count);
  Value write(Caller& caller, i32 descriptor, u64 address, u64 count);
  Value read_vectors(Caller& caller, i32 descriptor, u64 vectors, u64 count);
  Value write_vectors(Caller& caller, i32 descriptor, u64 vectors, u64 count);
  Value read_at(Caller& caller, i32 descriptor, u64 address, u64 count, i64 offset);
  Value write_at(Caller& caller, i32 descriptor, u64 address, u64 count, i64 offset);
  Value read_vectors_at(Caller& caller, i32 descriptor, u64 vectors, u64 count, i64 offset);
  Value write_vectors_at(Caller& caller, i32 descriptor, u64 vectors, u64 count, i64 offset);
  Value seek(Caller& caller, i32 descriptor, i64 offset, u32 whence);
  Value control_device(Caller& caller, i32 descriptor, u32 command, u64 argument);

  // open.cpp
  Value open(Caller& caller, i32 directory, u64 path, u32 flags, u32 mode);
  Value close(Caller& caller, i32 descriptor);
  Value close_range(Caller& caller, u32 first, u32 last, u32 flags);
  Value pipe(Caller& caller, u64 descriptors, u32 flags);

  // descriptor.cpp
  Value duplicate(Caller& caller, i32 descriptor);
  Value duplicate_to(Caller& caller, i32 from, i32 to, u32 flags, bool same_allowed);
  Value control_descriptor(Caller& caller, i32 descriptor, u32 command, u64 argument);
  Value lock_file(Caller& caller, i32 descriptor, u32 operation);

  // status.cpp
  Value status(Caller& caller, i32 directory, u64 path, u64 result, u32 flags);
  Value status_descriptor(Caller& caller, i32 descriptor, u64 result);
  Value extended_status(Caller& caller, i32 directory, u64 path, u32 flags, u32 mask, u64 result);
  Value access(Caller& caller, i32 directory, u64 path, u32 rights, u32 flags);
  Value file_system_status(Caller& caller, u64 path, u64 result);
  Value file_system_status_descriptor(Caller& caller, i32 descriptor, u64 result);

  // directory.cpp
  Value read_link(Caller& caller, i32 directory, u64 path, u64 address, i64 size);
  Value list(Caller& caller, i32 descriptor, u64 address, u64 size);
  Value change_directory(Caller& caller, u64 path);
  Value change_directory_descriptor(Caller& caller, i32 descriptor);
  Value change_root(Caller& caller, u64 path);
  Value working_directory(Caller& caller, u64 address, u64 size);
  Value set_mask(Caller& caller, u32 mask);

  // names.cpp
  Value make_directory(Caller& caller, i32 directory, u64 path, u32 mode);
  Value make_node(Caller& caller, i32 directory, u64 path, u32 mode, u64 device);
  Value make_symbolic_link(Caller& caller, u64 target, i32 directory, u64 path);
  Value remove(Caller& caller, i32 directory, u64 path, u32 flags);
  Value link(Caller& caller, i32 from_directory, u64 from, i32 to_directory, u64 to, u32 flags);
  Value rename(Caller& caller, i32 from_directory, u64 from, i32 to_directory, u64 to, u32 flags);

  // attributes.cpp
  Value change_mode(Caller& caller, i32 directory, u64 path, u32 mode, u32 flags);
  Value change_mode_descriptor(Caller& caller, i32 descriptor, u32 mode);
  Value change_owner(Caller& caller, i32 directory, u64 path, u32 user, u32 group, u32 flags);
  Value change_owner_descriptor(Caller& caller, i32 descriptor, u32 user, u32 group);
  Value set_times(Caller& caller, i32 directory, u64 path, u64 times, u32 flags);
  Value truncate(Caller& caller, u64 path, i64 size);
  Value truncate_descriptor(Caller& caller, i32 descriptor, i64 size);

  // poll.cpp
  Value poll(Caller& caller, u64 entries, u32 count, i32 timeout_ms);
  Value poll_precise(Caller& caller, u64 entries, u32 count, u64 timeout);
  Value select(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 timeout);
  Value select_precise(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 timeout);

  // absent.cpp: there is no network, and there are no extended attributes
  Value socket(Caller& caller, i32 domain);
  Value peer_name(Caller& caller, i32 descriptor);
  Value extended_attribute(Caller& caller, u64 path, bool follow);

  // mount.cpp
  Value mount(Caller& caller, u64 source, u64 target, u64 type, u64 flags, u64 data);
  Value unmount(Caller& caller, u64 target, u32 flags);

  // sync.cpp
  Value synchronize(Caller& caller);
  Value synchronize_descriptor(Caller& caller, i32 descriptor);
  Value send_file(Caller& caller, i32 to, i32 from, u64 offset, u64 count);
  Value synchronize_system(Caller& caller, i32 descriptor);
  Value advise(Caller& caller, i32 descriptor, i32 advice);

 private:
  enum class Way : u8 { read, write };

  /// The description of a descriptor that is more than a name; bad_descriptor where there is none.
  Result<Opened> opened(const Caller& caller, i32 descriptor);
  /// The same, of names too.
  Result<Opened> any_opened(const Caller& caller, i32 descriptor);
  Value transfer(Caller& caller, const Opened& file, UserBuffer buffer, Way way, std::optional<u64> at);
  Value transfer_at(Caller& caller, i32 descriptor, UserBuffer buffer, Way way, i64 offset);
  Value finish(const Opened& file, const UserBuffer& buffer, u64 start, bool at);
  /// The file that a path names, for calls that take AT_EMPTY_PATH and AT_SYMLINK_NOFOLLOW.
  Result<Spot> find(const Caller& caller, const Credentials& credentials, i32 directory, u64 path, bool follow,
                    bool empty_allowed, DescriptionId* described = nullptr);
  Result<Spot> find(const Caller& caller, i32 directory, u64 path, bool follow, bool empty_allowed = false) {
    return find(caller, caller.credentials(), directory, path, follow, empty_allowed);
  }
  /// Waits where an error says that pages are busy; any other error is passed on.
  Error settle(const Caller& caller, Error error, NodeId node);
  Result<> writable_mount(const Position& position) const;
  Result<i32> install(const Caller& caller, DescriptionId description, bool close_on_exec, i32 from = 0);
  Result<> change(const Position& position, Attributes which);

  Value put_status(const Caller& caller, const Position& position, u64 result);
  linux_abi::Stat status_of(const Position& position) const;
  Value pipe_status(const Caller& caller, const Description& description, u64 result);
  Value put_file_system(const Caller& caller, const Position& position, u64 result);
  Value change_mode_of(Caller& caller, const Position& position, u32 mode);
  Value change_owner_of(Caller& caller, const Position& position, u32 user, u32 group);
  struct Times {
    linux_abi::TimeSpec access, modify;
  };
  Value set_times_of(Caller& caller, const Position& position, const Times& times);
  Value truncate_of(Caller& caller, const Position& position, i64 size);
  Value lock_records(Caller& caller, const Opened& file, u32 command, u64 argument);

  u32 ready_of(const Caller& caller, i32 descriptor, u32 events, WaitKey& read_key, WaitKey& write_key);
  Value poll_until(Caller& caller, u64 entries, u32 count, u64 deadline);
  Value select_until(Caller& caller, i32 count, u64 reads, u64 writes, u64 exceptions, u64 deadline);
  u64 deadline_of(const Caller& caller, i64 nanoseconds) const;
  Result<u64> deadline_at(const Caller& caller, u64 timeout, bool microseconds) const;

  Core& core_;
  Opener& opener_;
  Processes& processes_;
  Systems& systems_;
};

}  // namespace file
