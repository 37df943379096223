// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <optional>

#include "abi/component.hpp"
#include "lib/component/component.hpp"
#include "lib/contract/runtime.hpp"

// What the runtime knows of its own slot. Private to lib/component.
namespace component::detail {

inline constexpr unsigned max_slot_threads = 64;

/// A request that killed two generations in a row at the same place: refused when it comes again.
struct Poison {
  abi::u64 program = 0;  // endpoint of a program's call; 0: none
  abi::u64 tag = 0;      // of a component's request, without flags; 0: none
  abi::u8 slot = 0;      // of that component
};

/// One object, so that the loop touches one page beside its stack and the component's own data.
struct Runtime {
  Component* component = nullptr;
  const abi::ComponentRecord* record = nullptr;
  Vault* vault = nullptr;
  abi::u32 generation = 0;
  abi::u8 reserved = 0;  // threads
  bool poisoned = false;
  contract::ExporterBase* exporters[abi::max_exports] = {};
  abi::Endpoint serving[max_slot_threads] = {};  // whose request each thread last took
  abi::u64 import_bits = 0;                      // event bits of imports
  abi::u8 store_import = 0xff;                   // index; 0xff: none
  abi::u8 blame_import = 0xff;
  abi::u32 seen[abi::max_imports] = {};  // generation that a lookup last found; 0: nothing
  Poison poison;
};

extern Runtime runtime;

/// Which thread of the slot runs: its stack says so, without a register or a kernel call.
inline unsigned this_thread_index() {
  abi::u64 stack;
  asm("movq %%rsp, %0" : "=r"(stack));
  return static_cast<unsigned>((stack - abi::layout::stack_base) / abi::layout::stack_stride);
}

/// What thread `index` has on top of its stack: contract::this_thread() of that thread.
inline contract::ThreadState& state_of_thread(unsigned index) {
  constexpr abi::u64 first_top = abi::layout::stack_base + abi::layout::stack_stride;
  return reinterpret_cast<contract::ThreadState*>(first_top + index * abi::layout::stack_stride)[-1];
}

/// Takes messages for ever. On the stack of the calling thread.
[[noreturn]] void loop(bool components_only);

/// Asks the reincarnation server which request is not to be tried a third time.
void learn_poison();

/// Ends the component; `code` is one of ExitCode.
[[noreturn]] void end(abi::u64 code);

}  // namespace component::detail

namespace component {

/// What a component that ends itself tells: cause_detail of its crash report.
enum class ExitCode : abi::u64 { ended = 0, injected = 1, defect = 2, start_failed = 3 };

}  // namespace component
