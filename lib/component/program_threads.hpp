// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <span>

#include "abi/status.hpp"
#include "lib/component/spaces.hpp"

// Programs' threads: for the server that owns them.
namespace component::program_thread {

/// One of the kernel's max_threads.
enum class Thread : abi::u16 {};

struct Stopped {
  Thread thread;
  abi::u64 owner_tag;
  abi::u32 cause;
};
/// What a thread of a program does, and what processor time it had.
struct Time {
  abi::u16 thread;
  abi::u64 owner_tag;
  bool runs, stopped;  // neither: it waits
  abi::u64 user_ms, system_ms;
};

/// Makes it stopped; `resume` starts it.
abi::Status create(Thread thread, space::Space space, abi::u64 owner_tag, const abi::Registers& registers);
abi::Status destroy(Thread thread);
/// Takes effect on its way back to user mode; told by the event of stopped threads.
abi::Status stop(Thread thread, abi::u32 cause);
abi::Status resume(Thread thread);
abi::Status read(Thread thread, abi::Registers& registers);
abi::Status write(Thread thread, const abi::Registers& registers);
/// Floating point and vector state, in the processor's own layout.
abi::Status read_vector(Thread thread, std::span<std::byte> state);
abi::Status write_vector(Thread thread, std::span<const std::byte> state);
/// A stop that was not yet taken; `none` where there is none.
std::expected<Stopped, abi::Status> take_stopped();
/// The first thread of any program from `from` on; `none` behind the last.
std::expected<Time, abi::Status> time(unsigned from);

}  // namespace component::program_thread
