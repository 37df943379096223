// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "kernel/core/slot.hpp"

namespace kernel {

inline constexpr unsigned max_lend_links = 4;

// Whose memory, and where in it.
struct Range {
  Status status;
  u16 thread;
  u64 address;
};

template <class Config, class Core = Core<Config>, class Thread = ThreadOf<Config>>
struct Lends {
  // Whose memory a lend means, and where. A lend has no table: it is the payload of a call that is not answered yet, so
  // it ends with the answer, and each use looks again whether every call of the chain still waits.
  [[gnu::hot]] Range resolve(this Core& core, const Thread& server, Endpoint from, unsigned index, u64 offset,
                             u64 length, u64 right) {
    const Thread* holder = &server;
    for (unsigned link = 0; link <= max_lend_links; ++link) {
      const Thread* caller = core.caller_of(*holder, from);
      if (!caller) return {Status::gone, no_thread, 0};  // guard
      if (index == lend_program_memory) {
        if (!caller->program) return {Status::invalid, no_thread, 0};              // guard
        if (offset + length < offset) return {Status::bad_address, no_thread, 0};  // guard
        return {Status::ok, caller->id, offset};
      }
      if (caller->program) return {Status::invalid, no_thread, 0};                                  // guard
      if (index >= Tag{caller->frame.argument(1)}.lends()) return {Status::invalid, no_thread, 0};  // guard
      const Lend lend{caller->frame.lend_word(index, 0), caller->frame.lend_word(index, 1)};
      if (offset > lend.length() || length > lend.length() - offset) return {Status::invalid, no_thread, 0};  // guard
      if ((lend.where >> 62 & right) != right) return {Status::refused, no_thread, 0};                        // guard
      offset += lend.address();
      if (!lend.derived()) return {Status::ok, caller->id, offset};
      if (lend.parent_thread() >= Config::threads) return {Status::invalid, no_thread, 0};
      const Thread& parent = core.threads[lend.parent_thread()];
      from = Endpoint::of(parent.slot, parent.endpoint.generation(), parent.id, lend.parent_sequence(), parent.program);
      index = lend.parent_index();
      holder = caller;
    }
    return {Status::invalid, no_thread, 0};
  }
};

}  // namespace kernel
