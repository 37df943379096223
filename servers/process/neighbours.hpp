// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "servers/process/exec/elf.hpp"
#include "servers/process/kernel.hpp"
#include "servers/process/types.hpp"

// What process asks of the servers below. Each of them is a downcall: other requests are served meanwhile.
namespace process {

inline constexpr std::size_t max_groups = 32;

/// Who a process acts for.
struct Credentials {
  u32 user = 0, effective_user = 0, saved_user = 0, file_user = 0;
  u32 group = 0, effective_group = 0, saved_group = 0, file_group = 0;
  u16 group_count = 0;
  std::array<u32, max_groups> groups{};
};

/// Which image of an execve.
enum class Image : u8 { program = 0, interpreter = 1 };

struct ImageInfo {
  u64 size;
  u32 mode;
  u32 user;
  u32 group;
};

class Files {
 public:
  virtual Result<void> first(Pid pid) = 0;
  virtual Result<void> fork(Pid parent, Pid pid, bool share_descriptors, bool share_directories) = 0;
  /// `arguments` are as many of the program's as are worth showing.
  virtual void exec(Pid pid, std::string_view name, std::span<const std::byte> arguments) = 0;
  /// As a process calls itself.
  virtual void name(Pid pid, std::string_view name) = 0;
  virtual void exit(Pid pid) = 0;
  /// After that: it is a zombie, or not even that any more.
  virtual void linger(Pid pid, bool lingers) = 0;
  virtual void credentials(Pid pid, const Credentials& credentials) = 0;
  virtual void session(Pid pid, Pid group, Pid session) = 0;
  virtual void limits(Pid pid, u32 descriptors, u64 file_size) = 0;
  /// What the time of day is ahead of Kernel::now, in nanoseconds.
  virtual void clock(u64 offset) = 0;
  virtual void interrupt(KernelThread thread) = 0;
  /// Where its calls are told of from now on: a descriptor of a pipe, or -1.
  virtual Result<void> trace(Pid pid, i32 descriptor) = 0;
  virtual void traced(Pid pid, std::span<const std::byte> record) = 0;
  virtual Result<ImageInfo> open_image(Pid pid, Image image, i32 directory, u32 flags, std::string_view path) = 0;
  virtual Result<u64> read_image(Pid pid, Image image, u64 offset, std::span<std::byte> to) = 0;
  virtual void close_images(Pid pid) = 0;
  virtual void sync() = 0;

 protected:
  ~Files() = default;
};

/// A segment of a program at its final address.
struct PlacedSegment {
  elf::Segment segment;
  bool of_interpreter = false;
};

struct MemoryUse {
  u64 pages = 0, resident = 0, peak = 0;
  u64 minor_faults = 0, major_faults = 0;
};
/// Where memory is, beyond one process.
struct Location {
  u64 object;
  u64 offset;
  friend constexpr bool operator==(Location, Location) = default;
};
struct FaultReason {
  u64 address;
  u8 signal;
  u8 code;
};

class Spaces {
 public:
  virtual Result<void> build(Pid pid, SpaceIndex space, u64 heap, std::span<const PlacedSegment> segments, u64 stack,
                             std::span<const std::byte> image) = 0;
  virtual Result<void> adopt(Pid pid, SpaceIndex space) = 0;
  virtual void discard(SpaceIndex space) = 0;
  virtual Result<void> fork(Pid parent, Pid pid, SpaceIndex space) = 0;
  virtual Result<void> share(Pid parent, Pid pid) = 0;
  virtual void release(Pid pid) = 0;
  virtual Result<void> store(Pid pid, u64 address, std::span<const std::byte> data) = 0;
  virtual Result<void> store_space(SpaceIndex space, u64 address, std::span<const std::byte> data) = 0;
  virtual Result<void> load(Pid pid, u64 address, std::span<std::byte> data) = 0;
  virtual Result<Location> locate(Pid pid, u64 address) = 0;
  virtual std::optional<FaultReason> fault(KernelThread thread) = 0;
  virtual void limits(Pid pid, u64 address_space, u64 data, u64 stack) = 0;
  virtual MemoryUse usage(Pid pid) = 0;

 protected:
  ~Spaces() = default;
};

/// A signal that a terminal sends to a group.
struct TerminalSignal {
  Pid group;
  u8 signal;
};

class Terminals {
 public:
  /// The next ones, after those taken before; returns how many.
  virtual std::size_t take(std::span<TerminalSignal, 5> signals) = 0;
  virtual void end_session(Pid session) = 0;

 protected:
  ~Terminals() = default;
};

class Power {
 public:
  /// Turns the machine off, or starts it anew. Returns only if that is not possible.
  virtual void change(bool restart) = 0;

 protected:
  ~Power() = default;
};

/// The clock that goes on while the machine is off.
class WallClock {
 public:
  /// What the time of day is ahead of Kernel::now, in nanoseconds. Nothing: it cannot tell, and the log says why.
  virtual std::optional<u64> offset() = 0;

 protected:
  ~WallClock() = default;
};

}  // namespace process
