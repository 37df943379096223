// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/types.hpp"

namespace contract {

/// One import of a component's manifest: its number there, and the first bit of its events in the component's event
/// word. The runtime makes it of the import's name.
struct Import {
  u8 index = 0;
  u8 event_base = 0;
};

/// How long a shadow tries. Both are told apart because they mean different things: a request that fails again and
/// again is bad itself; an exporter that does not come back is not there.
struct Limits {
  u32 attempts = 8;          // of a request: failures of the exporter while it was being performed
  u32 recovery_ms = 10'000;  // of a recovery: liveness time until the exporter is there again
};

/// A `once` request that the component keeps in its vault before it is made, so that after a restart of the component
/// it is made again as the same one.
struct Intent {
  u16 lane = 0;
  bool again = false;  // it may have been issued before: set by whoever takes it from the vault
  u32 sequence = 0;
};

/// What a failure of the exporter may do to a request.
enum class OnFailure : u8 { lost, idempotent, once, configures, lossy };

}  // namespace contract
