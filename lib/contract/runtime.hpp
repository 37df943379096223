// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <string_view>

#include "abi/layout.hpp"
#include "lib/contract/types.hpp"
#include "lib/contract/violation.hpp"

// What lib/contract needs of the runtime. Declared here, defined by lib/component; in a test on the host by the test
// (lib/contract/host/world.hpp has one ready).
namespace contract {

/// What each thread of a component has for itself.
struct ThreadState {
  u16 lane = 0;      // of all channels that this thread calls through
  u32 sequence = 0;  // of its last request; 24 bits count
};
#if __STDC_HOSTED__
ThreadState& this_thread();
#else
/// On top of the thread's own stack (lib/component/entry.S), so that it is found without a call.
inline ThreadState& this_thread() {
  u64 stack;
  asm("movq %%rsp, %0" : "=r"(stack));
  return reinterpret_cast<ThreadState*>((stack | (abi::layout::stack_stride - 1)) + 1)[-1];
}
#endif

/// Where an import is found now.
struct Connection {
  Endpoint exporter;    // slot and generation
  u8 export_index = 0;  // of the contract among the exporter's
};

enum class LookupError : u8 {
  absent,   // not there now: wait for a change
  refused,  // never will be: nothing exports it, or it has been given up
};

/// The name service as a shadow sees it.
struct Directory {
  /// Where the import is now. Makes calls (to the store) where the runtime does not know by itself.
  static std::expected<Connection, LookupError> lookup(u8 import);
  /// Lays the baton down until the import may have changed or liveness time (ns) has come to `until`; false: time is
  /// up.
  static bool wait(u8 import, u64 until);
  static u64 liveness_ns();
};

/// Tells the reincarnation server that a peer broke a contract.
void report(const ViolationReport& report);

/// Ends the component: its own code broke a rule that it cannot go on from.
[[noreturn]] void defect(std::string_view what);

}  // namespace contract
