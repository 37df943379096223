// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// After a file was cut shorter: when the call is answered no program has what is gone in its memory any more. Called
/// again when the call is.
inline Result<> await_cut(Core& core, const Caller& caller, NodeId id) {
  constexpr u64 most_wait = 1'000'000'000;  // ns; a memory server that is being restarted leaves no mapping anyway
  const Node& node = core.tree[id];
  if (node.cut == Cut::none) return {};
  if (node.cut == Cut::untold) core.machine.raise_truncated();
  const u64 now = core.machine.monotonic();
  const CallRecord* kept = caller.kept();
  const u64 deadline = kept != nullptr && kept->deadline != 0 ? kept->deadline : now + most_wait;
  if (now >= deadline) return {};
  return fail(caller.wait_steadfast(core.contents.key_of(id), deadline));
}

}  // namespace file
