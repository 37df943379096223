// SPDX-License-Identifier: BSD-2-Clause
// What does not come to notice by itself: loops, hangs, late answers, and injections that never struck.
#include <algorithm>
#include <bit>

#include "servers/reincarnation/crash_report.hpp"
#include "servers/reincarnation/guardian.hpp"

namespace reincarnation {
namespace {

// A service that is well answers a heartbeat long before this.
constexpr u64 prompt = 200 * millisecond;

}  // namespace

void Guardian::watch() {
  const u64 now = machine_.liveness();
  for (const u8 slot : std::span(order_).first(count_))
    if (alive(services_->of[slot].state)) watch_service(slot, now);
  watch_calls();
  watch_injection();
  reconcile();
  tell_crashes();
}

// Not when it happens: each byte of the log costs as much as a message, and callers are waiting for the successor.
void Guardian::tell_crashes() {
  while (crashes_->told != crashes_->count) {
    const u32 number = std::max(crashes_->told + 1, oldest_crash());
    machine_.log(reincarnation::describe(crashes_->ring[number % crashes_kept]).text());
    vault_.set(crashes_->told, number);
  }
}

// Whoever calls a service waits as long as that does: the clocks above stand still while it is on its way back, and
// while it does not answer a heartbeat itself.
bool Guardian::excused(unsigned slot, u64 now) const {
  for (u64 slots = below_[slot]; slots != 0; slots &= slots - 1) {
    const auto below = static_cast<unsigned>(std::countr_zero(slots));
    const u64 asked_at = pulses_[below].asked_at;
    if (recovering(services_->of[below].state) || (asked_at != 0 && now - asked_at > prompt)) return true;
  }
  return false;
}

// A heartbeat is asked for only when nothing else shows that the service receives: busy ones are never disturbed.
void Guardian::watch_service(unsigned slot, u64 now) {
  const abi::ComponentRecord& record = *records_[slot];
  Pulse& pulse = pulses_[slot];
  abi::SlotStatus status{};
  machine_.status(slot, status);
  if (status.state != abi::SlotState::running) return;
  if (status.processor_time > u64{record.loop_ms} * millisecond) return machine_.stop(slot, cause_loop);
  if (record.heartbeat_ms == 0) return;
  if ((status.events & abi::event_heartbeat) == 0) {
    pulse.asked_at = 0;
    if (now - status.last_receive < u64{record.heartbeat_ms} * millisecond) return;
    machine_.raise_heartbeat(slot);
    pulse.asked_at = now;
  } else if (pulse.asked_at == 0 || excused(slot, now)) {
    pulse.asked_at = now;  // this server was restarted meanwhile, or the clock of the service stands still
  } else if (now - pulse.asked_at > u64{record.hang_ms} * millisecond) {
    machine_.stop(slot, abi::cause_hang);
  }
}

// blame() follows the chain of calls from one that is late down to its leaf. One a tick: what is to blame for
// several is stopped with the first. Heartbeats excuse nobody here: the leaf is what everybody above waits for.
void Guardian::watch_calls() {
  const std::optional<Late> late = machine_.late_call();
  if (!late || record(late->blamed) == nullptr || !alive(services_->of[late->blamed].state)) return;
  // The store lets others wait as long as they like: whoever waits there is to blame, and the store only if it is ill.
  const u64 asked_at = pulses_[late->blamed].asked_at;
  if (late->blamed == store_ && (asked_at == 0 || machine_.liveness() - asked_at <= prompt)) return;
  for (u64 slots = below_[late->blamed] | below_[late->caller % abi::max_slots]; slots != 0; slots &= slots - 1)
    if (recovering(services_->of[std::countr_zero(slots)].state)) return;
  machine_.stop(late->blamed, cause_late);
}

// ---- injections ----

std::expected<u64, Refusal> Guardian::injection_entry(unsigned slot, contract::reincarnation::Injection kind) {
  const abi::ComponentRecord* const target = record(slot);
  // This server is reset by the kernel, in which nobody would take the injection back or say what became of it.
  if (target == nullptr) return std::unexpected(known(slot) ? Refusal::not_permitted : Refusal::absent);
  if (services_->of[slot].state != State::running) return std::unexpected(Refusal::not_running);
  if (injection_under_way()) return std::unexpected(Refusal::busy);
  const u64 entry = target->inject_entry[static_cast<unsigned>(kind)];
  if (entry == 0) return std::unexpected(Refusal::unsupported);
  return entry;
}

Injection Guardian::new_injection(unsigned slot) {
  abi::SlotStatus status{};
  machine_.status(slot, status);
  Injection injection;
  injection.number = injection_->number + 1;
  injection.progress = Progress::armed;
  injection.slot = static_cast<u8>(slot);
  injection.generation = status.generation;
  injection.strikes = status.injected;
  injection.until = machine_.liveness() + injection_patience;
  return injection;
}

std::expected<u32, Refusal> Guardian::arm(const Injection& injection, u64 entry) {
  vault_.set(*injection_, injection);
  if (machine_.inject(injection.slot, entry, injection.after) == Status::ok) return injection.number;
  vault_.set(injection_->progress, Progress::missed);
  return std::unexpected(Refusal::not_running);
}

std::expected<u32, Refusal> Guardian::inject(unsigned slot, contract::reincarnation::Injection kind, bool when_busy) {
  if (when_busy) {
    const u64 known = kind == contract::reincarnation::Injection::violate ? instructions_until_known : 0;
    return inject_after(slot, kind, instructions_to_pass(machine_.random()) + known);
  }
  const auto entry = injection_entry(slot, kind);
  if (!entry) return std::unexpected(entry.error());
  // The kernel strikes in requests only. A service that has none is stopped where it is.
  Injection injection = new_injection(slot);
  injection.progress = Progress::struck;
  vault_.set(*injection_, injection);
  machine_.stop(slot, cause_injected);
  return injection.number;
}

std::expected<u32, Refusal> Guardian::inject_after(unsigned slot, contract::reincarnation::Injection kind,
                                                   u64 instructions) {
  const auto entry = injection_entry(slot, kind);
  if (!entry) return std::unexpected(entry.error());
  Injection injection = new_injection(slot);
  injection.after = instructions;
  return arm(injection, *entry);
}

/// One that is armed, or that struck and whose failure has not been noticed yet: a loop and a hang take a while.
bool Guardian::injection_under_way() {
  const Injection& last = *injection_;
  if (last.progress != Progress::struck) return last.progress == Progress::armed;
  if (last.crash != 0 || machine_.liveness() >= last.until) return false;
  abi::SlotStatus status{};
  machine_.status(last.slot, status);
  return status.generation == last.generation;
}

void Guardian::watch_injection() {
  if (injection_->progress != Progress::armed) return;
  abi::SlotStatus status{};
  machine_.status(injection_->slot, status);
  settle_injection(injection_->slot, status, nullptr);
  if (injection_->progress != Progress::armed || machine_.liveness() < injection_->until) return;
  static_cast<void>(machine_.inject(injection_->slot, 0, 0));
  vault_.set(injection_->progress, Progress::missed);
}

/// Whether the injection of this slot struck, and what it struck. `crash` where the slot has stopped and it is known
/// why.
void Guardian::settle_injection(unsigned slot, const abi::SlotStatus& status, const Crash* crash) {
  if (injection_->progress == Progress::missed || injection_->slot != slot) return;
  if (injection_->generation != status.generation && injection_->progress == Progress::struck) return;
  Injection injection = *injection_;
  if (injection.progress == Progress::armed) {
    const bool struck = status.injected > injection.strikes;
    const bool over = status.state != abi::SlotState::running || status.generation != injection.generation;
    if (!struck && !over) return;
    injection.progress = struck ? Progress::struck : Progress::missed;
  }
  // The kernel says which request it was when the slot has stopped; before, it tells of the failure before this one.
  const bool stopped = status.state != abi::SlotState::running;
  if (injection.progress == Progress::struck && stopped && status.generation == injection.generation) {
    // A request that it had answered is none that it failed in, and nobody's.
    injection.tag = status.last_sender != 0 ? status.last_request[0] : 0;
    injection.sender = status.last_sender;
    if (crash != nullptr) injection.crash = crash->number;
  }
  vault_.set(*injection_, injection);
}

}  // namespace reincarnation
