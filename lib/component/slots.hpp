// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <span>

#include "abi/calls.hpp"
#include "abi/status.hpp"

// The kernel's calls for the reincarnation server; `generation`, `notify` and `read_log` for others as well. Those that
// may return `again` do: their caller has more to do than to wait.
namespace component::slot {

struct Generation {
  abi::u32 number;
  abi::SlotState state;
};
/// A component's thread in a call.
struct Wait {
  abi::u16 thread;
  abi::u16 serves;  // thread whose message it last received; 0xffff: none
  abi::u8 caller;   // slots
  abi::u8 called;
  bool late;  // beyond the `within` of the call
};
struct LogRead {
  std::size_t bytes;
  abi::u64 position;  // behind them
};

std::expected<Generation, abi::Status> generation(unsigned slot);
abi::Status notify(unsigned slot, abi::u64 events);
abi::Status stop(unsigned slot, abi::u32 cause);
abi::Status reset(unsigned slot, abi::u64 flags);
abi::Status status(unsigned slot, abi::SlotStatus& status);
abi::Status peek(unsigned slot, abi::u64 address, std::span<std::byte> into);
abi::Status inject(unsigned slot, abi::u64 instruction, abi::u64 after);
/// The first from thread `from` on; `none` behind the last.
std::expected<Wait, abi::Status> waiting_call(unsigned from);
std::expected<LogRead, abi::Status> read_log(abi::u64 position, std::span<std::byte> into);

}  // namespace component::slot
