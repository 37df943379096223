// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "lib/component/vault.hpp"
#include "lib/contract/exporter.hpp"

namespace component {

/// Which lane of which client a record is about.
struct OnceEntry {
  abi::u8 slot = 0;
  bool used = false;
  abi::u16 lane = 0;
  contract::OnceRecord record;
};

/// A change to be made in the transaction that does the work of a `once` request.
struct OnceChange {
  const OnceEntry* at;
  OnceEntry entry;

  void apply(auto& transaction) const { transaction.set(*at, entry); }
};

/// The vault's side of `once`: for each lane the last request that was performed, with its answer. `lanes` is the sum
/// over all importers. A handler makes a `change` of its answer and applies it in its transaction:
///
///     const contract::echo::Added answer{sum};
///     vault().transaction([](auto& t, const State& state, u64 sum, const component::OnceChange& once) {
///       t.set(state.sum, sum);
///       once.apply(t);
///     }, *state_, sum, once_.change(call, answer));
///     return answer;
///
/// An answer that changes nothing else needs none of this: it is kept when it leaves.
template <unsigned lanes>
class OnceRecords final : public contract::OnceStore {
 public:
  explicit OnceRecords(Vault& vault, std::string_view name = "once") : vault_(vault), table_(vault, name) {}

  template <class Out>
  OnceChange change(const contract::Call& call, const Out& out) const {
    contract::Message reply;
    out.encode(reply);
    reply.tag = contract::Tag::of(Out::message_number);
    return change_to(call, reply);
  }

  const contract::OnceRecord* find(const contract::Call& call) const override {
    for (const OnceEntry& entry : table_->entries)
      if (is_of(entry, call)) return &entry.record;
    return nullptr;
  }
  void keep(const contract::Call& call, const contract::Message& reply) override {
    const contract::OnceRecord* const record = find(call);
    if (record != nullptr && record->performed != 0 && record->sequence == call.sequence()) return;
    vault_.set(*change_to(call, reply).at, change_to(call, reply).entry);
  }

 private:
  struct Entries {
    OnceEntry entries[lanes];
  };

  static bool is_of(const OnceEntry& entry, const contract::Call& call) {
    return entry.used && entry.slot == call.caller().slot() && entry.lane == call.lane();
  }
  OnceChange change_to(const contract::Call& call, const contract::Message& reply) const {
    for (const OnceEntry& entry : table_->entries)
      if (!entry.used || is_of(entry, call))
        return {&entry, {static_cast<abi::u8>(call.caller().slot()), true, call.lane(), {call.sequence(), 1, reply}}};
    contract::defect("more lanes use `once` than OnceRecords has room for");
  }

  Vault& vault_;
  VaultRecord<Entries> table_;
};

}  // namespace component
