// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/opener.hpp"
#include "servers/file/process/traces.hpp"

namespace file {

/// What the process server tells of processes. Each may be told again.
class Processes {
 public:
  Processes(Core& core, Opener& opener) : traces(core), core_(core), opener_(opener) {}

  /// The first process, at the root of the first mount, with the console as its descriptors 0, 1 and 2.
  Result<> first(u32 pid);
  Result<> fork(u32 parent, u32 pid, bool share_descriptors, bool share_directories);
  Result<> exec(u32 pid);
  /// What it runs now: only shown, and missing where there is no memory for it.
  void set_command(u32 pid, std::string_view name, std::string_view arguments);
  /// The process is gone for everybody at once; what it held is let go when no handler works for it any more.
  void exit(u32 pid);
  /// What is left of it is to be seen in /proc from now on, or no longer.
  void linger(u32 pid, bool lingers);
  /// A process whose use of memory somebody waits for; each is told once.
  std::optional<u32> take_use_wanted();
  void set_memory_use(u32 pid, const MemoryUse& use);
  Result<> set_credentials(u32 pid, const Credentials& credentials);
  Result<> set_name(u32 pid, std::string_view name);
  Result<> set_session(u32 pid, u32 group, u32 session);
  Result<> set_limits(u32 pid, u32 descriptors, u64 file_size);

  /// Image `which` of the execve that the process is about to do.
  Result<Position> set_image(Process& process, u32 which, Spot file);
  void close_images(Process& process);

  /// Closes one descriptor; false: it was not open.
  bool close(Process& process, i32 descriptor);
  /// Makes descriptors that are shared with other processes the process's own.
  Result<> unshare_descriptors(Process& process);

  Traces traces;

 private:
  friend class Served;
  void remove(Process& process);
  void drop_image(Position& image);
  void drop_descriptors(DescriptorsId id);
  void drop_directories(DirectoriesId id);

  Core& core_;
  Opener& opener_;
};

/// A handler works for the process, which may end while the handler waits below: its record stays as it is meanwhile.
class Served {
 public:
  Served(Processes& processes, Process& process) : processes_(processes), process_(process) { ++process.handlers; }
  Served(const Served&) = delete;
  Served& operator=(const Served&) = delete;
  ~Served() {
    if (--process_.handlers == 0 && process_.ended) processes_.remove(process_);
  }

 private:
  Processes& processes_;
  Process& process_;
};

}  // namespace file
