// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <span>

#include "lib/component/vault.hpp"
#include "servers/reincarnation/causes.hpp"
#include "servers/reincarnation/injection.hpp"
#include "servers/reincarnation/service.hpp"

namespace reincarnation {

/// Why an order was not taken.
using Refusal = contract::reincarnation::Reason;
using Ordered = std::expected<void, Refusal>;

/// Brings what is observed to what is wanted, for every service, one step at a time, in one place: `step`. A step is
/// repeatable, and what it changes is committed to the vault when it is done, so the server may die anywhere in it.
///
/// One thread at a time reconciles and may wait in downcalls; others meanwhile watch, take orders, and leave the rest
/// to it. So a store or a pci that hangs under a downcall of this server is still noticed, stopped, and then replaced.
class Guardian {
 public:
  /// `components` in any order; `own_slot` and `own_generation` are this server's.
  Guardian(Machine& machine, component::Vault& vault, std::span<const abi::ComponentRecord> components,
           unsigned own_slot, u32 own_generation);

  /// Takes up what the vault says, or, where that is lost or new, what the kernel's slots say.
  void begin();
  /// Everything that can be done now. Whenever something may have changed.
  void reconcile();
  /// Looks for what does not come to notice by itself. At every tick; then reconciles.
  void watch();

  // Orders
  /// This server restarts itself only in the generation that is named.
  Ordered restart(unsigned slot, u32 generation);
  Ordered stop(unsigned slot);
  Ordered start(unsigned slot);
  std::expected<u32, Refusal> inject(unsigned slot, contract::reincarnation::Injection kind, bool when_busy);
  /// When a request has passed that many instructions.
  std::expected<u32, Refusal> inject_after(unsigned slot, contract::reincarnation::Injection kind, u64 instructions);
  /// The last injection, if it is the one with this number; 0: whichever it is. Null: another, or there was none.
  const Injection* injection(u32 number) const {
    const bool meant = injection_->number != 0 && (number == 0 || number == injection_->number);
    return meant ? &*injection_ : nullptr;
  }
  /// A complaint of slot `by` about a message that breaks the contract, whoever made it up: an answer, or a request.
  void condemn(unsigned slot, u32 generation, unsigned by, bool answer);

  // Questions
  const abi::ComponentRecord* record(unsigned slot) const { return slot < abi::max_slots ? records_[slot] : nullptr; }
  const Service& service(unsigned slot) const { return services_->of[slot]; }
  /// Whether there is such a service, this server among them.
  bool known(unsigned slot) const { return record(slot) != nullptr || (own_ != nullptr && own_->slot == slot); }
  contract::reincarnation::Service describe(unsigned slot);
  /// The oldest crash known with this number or a higher one.
  const Crash* crash(u32 number) const;
  /// Whether nothing is left to be done.
  bool settled() const;
  u32 crashes() const { return crashes_->count; }

 private:
  bool step(unsigned slot);
  bool fail(unsigned slot, const abi::SlotStatus& status);
  bool quiesce(unsigned slot);
  bool calm(unsigned slot);
  bool reset(unsigned slot, const abi::SlotStatus& status);
  bool publish(unsigned slot);
  bool publish_self();
  bool announce(unsigned slot);
  bool enter(unsigned slot, State state, Service changed);
  void commit(unsigned slot, const Service& service);

  void adopt(unsigned slot);
  void watch_service(unsigned slot, u64 now);
  void watch_calls();
  void watch_injection();
  void tell_crashes();
  bool injection_under_way();
  /// The instruction to force, where the slot can be struck now.
  std::expected<u64, Refusal> injection_entry(unsigned slot, contract::reincarnation::Injection kind);
  /// The one that follows the last; not ordered yet.
  Injection new_injection(unsigned slot);
  std::expected<u32, Refusal> arm(const Injection& injection, u64 entry);
  void settle_injection(unsigned slot, const abi::SlotStatus& status, const Crash* crash);
  bool believed(unsigned by);
  bool hopeless(unsigned slot, const Service& service) const;
  /// Whether something that it depends on is on its way back, or does not answer heartbeats.
  bool excused(unsigned slot, u64 now) const;
  /// Of those that are still known.
  u32 oldest_crash() const { return crashes_->count > crashes_kept ? crashes_->count - crashes_kept + 1 : 1; }
  bool ready(unsigned slot) const { return slot != no_slot && alive(services_->of[slot].state); }

  struct Pulse {
    u64 asked_at = 0;  // liveness ns of the heartbeat that is not answered; 0: none
  };

  Machine& machine_;
  component::Vault& vault_;
  component::VaultRecord<Services> services_{vault_, "services"};
  component::VaultRecord<Injection> injection_{vault_, "injection"};
  component::VaultRecord<Crashes> crashes_{vault_, "crashes"};
  std::array<const abi::ComponentRecord*, abi::max_slots> records_{};
  std::array<u64, abi::max_slots> below_{};  // slots that each depends on, directly or not
  std::array<u8, abi::max_slots> order_{};   // slots by rank
  std::array<Pulse, abi::max_slots> pulses_{};
  unsigned count_ = 0;
  const abi::ComponentRecord* own_ = nullptr;
  u32 own_generation_;
  bool self_published_ = false;
  u8 store_ = no_slot;  // who exports the contract `store`
  u8 pci_ = no_slot;    // who exports `quiesce`
  bool reconciling_ = false;
  bool again_ = false;
};

}  // namespace reincarnation
