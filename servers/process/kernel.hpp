// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "abi/calls.hpp"
#include "abi/status.hpp"
#include "servers/process/signal/frame.hpp"
#include "servers/process/types.hpp"

namespace process {

using abi::Registers;
using abi::Status;

/// Index of a program's thread in the kernel.
using KernelThread = u16;
/// Index of a space in the kernel.
using SpaceIndex = u16;

/// Nanoseconds.
struct ProcessorTime {
  u64 user = 0, system = 0;
};

/// In bytes: what there is for all, and what nobody has.
struct MachineMemory {
  u64 total, free;
};

struct LogPart {
  std::size_t bytes;
  u64 position;
};

/// What process asks of the kernel besides answering calls and copying, which calls do themselves.
class Kernel {
 public:
  struct Stopped {
    KernelThread thread;
    u64 owner_tag;
    u32 cause;
  };

  /// The new thread is stopped.
  virtual Status create(KernelThread thread, SpaceIndex space, u64 owner_tag, const Registers& registers) = 0;
  /// Whatever the thread does; a server that works for it finds nobody to answer.
  virtual void destroy(KernelThread thread) = 0;
  /// At once if it is not in a call, else when that is answered.
  virtual void stop(KernelThread thread, u32 cause) = 0;
  virtual void resume(KernelThread thread) = 0;
  /// Of stopped threads: false for others.
  virtual bool read(KernelThread thread, Registers& registers) = 0;
  virtual bool write(KernelThread thread, const Registers& registers) = 0;
  virtual bool read_vector(KernelThread thread, frame::VectorState& state) = 0;
  virtual bool write_vector(KernelThread thread, std::span<const std::byte> state) = 0;
  /// How much of it there is, at most frame::max_vector_bytes.
  virtual std::size_t vector_bytes() = 0;
  virtual std::optional<Stopped> take_stopped() = 0;
  /// Processor time of a thread that is there.
  virtual ProcessorTime processor_time(KernelThread thread) = 0;

  /// Nanoseconds since the machine started.
  virtual u64 now() = 0;
  /// `expire` is called when this has come; 0: never.
  virtual void set_timer(u64 deadline) = 0;

  /// A page of zeros, or nothing.
  virtual std::byte* take_page() = 0;
  virtual void give_page(std::byte* page) = 0;
  /// Memory for the arguments of an execve; empty: there is none.
  virtual std::span<std::byte> take_row() = 0;
  virtual void give_row(std::span<std::byte> row) = 0;
  /// The kernel's command line.
  virtual std::string_view command_line() = 0;
  virtual void random(std::span<std::byte> to) = 0;
  /// CPUID leaf 1, EDX: AT_HWCAP.
  virtual u64 processor_capabilities() = 0;
  virtual unsigned processors() = 0;
  virtual MachineMemory machine_memory() = 0;
  virtual void log(std::string_view line) = 0;
  /// What the log has from a position on, or from its oldest byte if that is later; `position` is behind what was read.
  virtual LogPart read_log(u64 position, std::span<char> into) = 0;

 protected:
  ~Kernel() = default;
};

}  // namespace process
