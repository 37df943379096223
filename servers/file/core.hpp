// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/descriptions.hpp"
#include "servers/file/open/pipe.hpp"
#include "servers/file/open/terminals.hpp"
#include "servers/file/process/descriptor_tables.hpp"
#include "servers/file/process/record_locks.hpp"
#include "servers/file/systems/devfs.hpp"
#include "servers/file/tree/contents.hpp"

namespace file {

inline constexpr u32 max_processes = 2048;

/// What the threads of a process do, and the processor time that they had, those that ended not counted.
struct Activity {
  u32 threads = 0;
  bool runs = false, stopped = false;
  u64 user_ms = 0, system_ms = 0;
};

/// Time and chance, as the machine has them.
class Machine {
 public:
  virtual Activity activity_of(u32 pid) = 0;
  virtual u64 monotonic() = 0;  // ns
  virtual i64 realtime() = 0;   // ns since 1970
  virtual void random(std::span<std::byte> to) = 0;
  /// A line for the system's log.
  virtual void log(std::string_view line) = 0;
  /// Runs Core::work at once, when nothing else is to be done.
  virtual void hurry() = 0;
  /// Memory has to be told of cut objects.
  virtual void raise_truncated() = 0;
  /// Memory has to be asked for what processes use of it.
  virtual void raise_use_wanted() = 0;

 protected:
  ~Machine() = default;
};

/// All state of the file server, each table in one place. What is done with it lies in the folders process, calls and
/// requests; nothing here decides anything.
class Core {
 public:
  Core(Frames& frames, Machine& machine)
      : frames(frames),
        machine(machine),
        tree(frames),
        mounts(tree),
        waits(frames),
        contents(tree, waits),
        locks(frames, tree, waits),
        pipes(frames, waits),
        descriptions(frames, mounts, tree),
        descriptors(frames),
        directories(frames),
        processes(frames),
        portraits(frames) {}

  Process* find_process(u32 pid) {
    Process* process = processes.find(pid % max_processes);
    return process != nullptr && process->pid == pid && pid != 0 && !process->ended ? process : nullptr;
  }

  /// That of a process, or of what is left of it; null: there is neither.
  Portrait* find_portrait(u32 pid) {
    Portrait* portrait = portraits.find(pid % max_processes);
    if (portrait == nullptr || pid == 0) return nullptr;
    const bool remains = portrait->remains.there && portrait->remains.pid == pid;
    return remains || find_process(pid) != nullptr ? portrait : nullptr;
  }

  /// Gives a node's dirty pages and attributes to its file system.
  Result<> write_node(NodeId node);
  /// All of them, and has the disks keep them. Says the first error, and goes on.
  Result<> write_all();
  /// The same, and the machine may be turned off.
  Result<> put_all_away();

  /// Whether there is anything that a disk should be told some time.
  bool dirty() const { return tree.cache.dirty_pages() != 0 || tree.changed() || tree.anything_to_bury(); }

  Frames& frames;
  Machine& machine;
  Terminals* terminals = nullptr;
  DevFs* devices = nullptr;
  Tree tree;
  Mounts mounts;
  Waits waits;
  Contents contents;
  RecordLocks locks;
  Pipes pipes;
  Descriptions descriptions;
  DescriptorTables descriptors;
  Pool<Directories, DirectoriesId, max_processes> directories;
  Table<Process, max_processes> processes;
  Table<Portrait, max_processes> portraits;  // in the places of their processes

 private:
  Result<> write_all(Result<> (FileSystem::*finish)());
};

}  // namespace file
