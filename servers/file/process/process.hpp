// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/description.hpp"
#include "servers/file/process/credentials.hpp"

namespace file {

enum class DescriptorsId : u32 { none = 0xffff'ffff };
enum class DirectoriesId : u32 { none = 0xffff'ffff };

inline constexpr u32 chunk_descriptors = 64;
inline constexpr u32 max_chunks = 64;
inline constexpr u32 max_descriptors = chunk_descriptors * max_chunks;

/// Sixty-four neighbouring descriptors.
struct DescriptorChunk {
  u64 used = 0;  // bit i: slot i holds a description
  u64 close_on_exec = 0;
  DescriptionId slots[chunk_descriptors] = {};
};

/// The descriptors of one process, or of several that share them (CLONE_FILES).
struct Descriptors {
  u32 references = 0;
  u16 chunks[max_chunks];  // index + 1 in the pool of chunks, 0: none
};

/// What processes made with CLONE_FS share.
struct Directories {
  Position root, working;
  u32 references = 0;
  u32 mask = 022;
};

/// What this server knows of a process.
struct Process {
  u32 pid = 0;  // 0: no process
  u32 parent = 0;
  u32 group = 0, session = 0;
  DescriptorsId descriptors = DescriptorsId::none;
  DirectoriesId directories = DirectoriesId::none;
  u32 descriptor_limit = 1024;
  u64 size_limit = ~u64{0};  // RLIMIT_FSIZE
  u64 started = 0;           // monotonic ns
  Position images[2];        // what an execve is about to run: program and interpreter
  Position executable;       // what runs
  Credentials credentials;
  DescriptionId trace = DescriptionId::none;  // of the pipe in which its calls are told of
  u32 trace_lost = 0;                         // records that found no room there since the last one
  u16 handlers = 0;                           // that work for it, some of them waiting below
  bool ended = false;                         // nobody finds it any more; the last handler takes it away
};
static_assert(sizeof(Process) <= 256);

/// Memory of a process, as memory told it last.
struct MemoryUse {
  u64 pages = 0;  // of its address space
  u64 resident = 0;
  u32 minor_faults = 0, major_faults = 0;
};

/// What is shown of a process that has ended, until its parent has waited for it.
struct Remains {
  u32 pid = 0;
  u32 parent = 0, group = 0, session = 0;
  u32 user = 0, user_group = 0;
  u64 started = 0;     // monotonic ns
  bool there = false;  // the process server says so
};

/// What only /proc shows: what a process was told to run, its memory, and its remains.
struct Portrait {
  char name[16] = {};  // ends with a zero byte
  MemoryUse use;
  bool use_wanted = false;  // somebody reads it, and memory has yet to be asked
  Remains remains;
  u16 length = 0;
  char line[422] = {};  // arguments, each with a zero byte behind it; cut where they are longer
};
static_assert(sizeof(Portrait) == 512);

}  // namespace file
