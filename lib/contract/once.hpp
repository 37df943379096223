// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/contract/call.hpp"

namespace contract {

/// The last `once` request of a lane that was performed, and how it was answered. Lies in the exporter's vault.
struct OnceRecord {
  u32 sequence = 0;
  u32 performed = 0;  // 0: the record is empty
  Message reply = {};
};

/// The exporter's vault as `once` needs it. The component keeps one OnceRecord for each lane of each importer, and
/// writes it in the transaction that does the work: `keep` is called after the handler and before the reply leaves, so
/// a component opens the transaction in its handler and commits it in `keep`, or writes the record in the handler
/// itself and does nothing in `keep`.
class OnceStore {
 public:
  /// The record of the call's lane; null: nothing kept.
  virtual const OnceRecord* find(const Call& call) const = 0;
  virtual void keep(const Call& call, const Message& reply) = 0;

 protected:
  ~OnceStore() = default;
};

}  // namespace contract
