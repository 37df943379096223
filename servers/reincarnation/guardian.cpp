// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/guardian.hpp"

#include <algorithm>

#include "lib/component/log.hpp"
#include "lib/component/table.hpp"
#include "servers/reincarnation/crash_report.hpp"

namespace reincarnation {
namespace {

constexpr unsigned most_steps = 4096;

}  // namespace

Guardian::Guardian(Machine& machine, component::Vault& vault, std::span<const abi::ComponentRecord> components,
                   unsigned own_slot, u32 own_generation)
    : machine_(machine), vault_(vault), own_generation_(own_generation) {
  for (const abi::ComponentRecord& component : components) {
    if (component.slot == own_slot) own_ = &component;
    if (component.slot >= abi::max_slots || component.slot == own_slot) continue;
    records_[component.slot] = &component;
    order_[count_++] = component.slot;
    for (const abi::ExportRecord& exported : component::exports_of(component)) {
      if (component::text_of(exported.contract) == "store") store_ = component.slot;
      if (component::text_of(exported.contract) == "quiesce") pci_ = component.slot;
    }
  }
  const auto slots = std::span(order_).first(count_);
  std::ranges::sort(slots, {}, [&](u8 slot) { return records_[slot]->rank * abi::max_slots + slot; });
  // Calls go strictly down, so by the time of a slot everything below it is complete.
  for (const u8 slot : slots)
    for (const abi::ImportRecord& import : component::imports_of(*records_[slot]))
      below_[slot] |= below_[import.exporter] | u64{1} << import.exporter;
}

// ---- what is known at the start ----

void Guardian::begin() {
  const bool known = services_.found() == component::Found::kept;
  for (const u8 slot : std::span(order_).first(count_))
    if (!known) adopt(slot);
  if (services_.found() == component::Found::cleared)
    machine_.log("what was known of the services is lost: taken from the kernel's slots");
}

void Guardian::adopt(unsigned slot) {
  abi::SlotStatus status{};
  machine_.status(slot, status);
  Service service;
  service.wanted = true;
  for (const u8 other : std::span(order_).first(count_))
    if (records_[other]->spare_slot == slot) service.wanted = status.state == abi::SlotState::running;
  service.generation = status.generation;
  switch (status.state) {
    case abi::SlotState::running:
      service.state = State::publishing;
      break;
    case abi::SlotState::empty:
    case abi::SlotState::stopped:
      service.state = status.generation != 0 ? State::failed : service.wanted ? State::starting : State::stopped;
      break;
    case abi::SlotState::resetting:
      service.state = State::resetting;
      break;
  }
  service.announced = service.state == State::stopped;
  service.since = machine_.liveness();
  commit(slot, service);
}

// ---- the one place ----

void Guardian::commit(unsigned slot, const Service& service) { vault_.set(services_->of[slot], service); }

bool Guardian::enter(unsigned slot, State state, Service changed) {
  changed.state = state;
  changed.since = machine_.liveness();
  commit(slot, changed);
  return true;
}

void Guardian::reconcile() {
  again_ = true;
  if (reconciling_) return;
  reconciling_ = true;
  // Each step leads to the next state or says that there is nothing to do; a service that fails again and again meets
  // its delay. The bound is for what nobody thought of: the next tick goes on.
  unsigned steps = 0;
  while (again_ && steps < most_steps) {
    again_ = false;
    // From below: who calls others finds them there.
    for (const u8 slot : std::span(order_).first(count_))
      while (steps < most_steps && step(slot)) {
        again_ = true;
        ++steps;
      }
    if (publish_self()) again_ = true;
  }
  reconciling_ = false;
}

bool Guardian::step(unsigned slot) {
  const Service& service = services_->of[slot];
  abi::SlotStatus status{};
  machine_.status(slot, status);
  const bool runs = status.state == abi::SlotState::running;
  switch (service.state) {
    case State::stopped:
    case State::degraded:
      if (service.wanted && service.state == State::stopped) return enter(slot, State::starting, service);
      return announce(slot);
    case State::starting:
      if (!service.wanted) return enter(slot, State::stopped, service);
      return enter(slot, State::resetting, service);
    case State::publishing:
    case State::running:
      if (runs && !service.wanted) {
        machine_.stop(slot, cause_operator);
        return true;
      }
      if (!runs) return enter(slot, State::failed, service);
      if (service.state == State::publishing) return publish(slot);
      return false;
    case State::failed:
      return fail(slot, status);
    case State::quiescing:
      return quiesce(slot);
    case State::waiting:
      if (!service.wanted) return calm(slot);
      if (machine_.liveness() < service.until) return false;
      return enter(slot, State::resetting, service);
    case State::resetting:
      return reset(slot, status);
  }
  return false;
}

bool Guardian::hopeless(unsigned slot, const Service& service) const {
  return service.row > most_in_row || records_[slot]->policy == abi::RestartPolicy::never;
}

// It has stopped: what happened is written down and judged in one transaction, so that it happens once.
bool Guardian::fail(unsigned slot, const abi::SlotStatus& status) {
  const abi::ComponentRecord& record = *records_[slot];
  Service service = services_->of[slot];
  service.generation = status.generation;
  service.quiet_attempts = 0;
  service.pins_stay = false;
  service.announced = false;
  service.until = 0;
  if (status.cause == cause_operator) {
    settle_injection(slot, status, nullptr);
    return enter(slot, State::quiescing, service);
  }
  Crash crash = examine(machine_, record, status);
  const bool struck = injection_->progress != Progress::missed && injection_->slot == slot &&
                      injection_->generation == status.generation &&
                      (status.injected > injection_->strikes || status.cause == cause_injected);
  const Executing now = executing(status, struck ? injection_->after : 0);
  service.poisoned = is_poison(service.executing, now);
  service.executing = now;
  service.cause = status.cause;
  service.cause_detail = status.cause_detail;
  service.row = status.served != 0 ? 1 : service.row + 1;
  service.until = machine_.liveness() + delay_after(service.row);
  crash.number = crashes_->count + 1;
  crash.injected = struck;
  crash.poison = service.poisoned;
  crash.next = hopeless(slot, service) ? State::degraded : State::waiting;
  crash.delay = delay_after(service.row);
  service.last_crash = crash.number;
  service.state = State::quiescing;
  service.since = machine_.liveness();
  vault_.transaction(
      [](auto& change, const Services& services, const Crashes& crashes, const Service& service, const Crash& crash) {
        change.set(crashes.ring[crash.number % crashes_kept], crash);
        change.set(crashes.count, crash.number);
        change.set(services.of[crash.slot], service);
      },
      *services_, *crashes_, service, crash);
  settle_injection(slot, status, &crash);
  return true;
}

// No memory of the slot may be used again while a device still writes to it.
bool Guardian::quiesce(unsigned slot) {
  Quiet quiet = Quiet::quiet;
  if (has_device(*records_[slot]) && pci_ != no_slot) {
    if (!ready(pci_)) return false;
    quiet = machine_.quiesce(slot);
    if (quiet == Quiet::unreachable) return false;
  }
  Service service = services_->of[slot];  // only now: the world went on during the call
  if (quiet == Quiet::stuck && ++service.quiet_attempts < 3) {
    commit(slot, service);
    return true;
  }
  service.pins_stay = quiet == Quiet::stuck;
  if (service.pins_stay) machine_.log("a device does not come to rest: memory that it may write stays pinned");
  if (!service.wanted) {
    commit(slot, service);
    return calm(slot);
  }
  if (!hopeless(slot, service)) return enter(slot, State::waiting, service);
  const u32 spare = records_[slot]->spare_slot;
  enter(slot, State::degraded, service);
  if (spare < abi::max_slots && records_[spare] != nullptr) {
    Service stand_in = services_->of[spare];
    stand_in.stands_in_for = static_cast<u8>(slot);
    stand_in.wanted = true;
    stand_in.row = 0;
    if (stand_in.state == State::degraded) stand_in.state = State::stopped;
    commit(spare, stand_in);
  }
  return true;
}

bool Guardian::calm(unsigned slot) { return enter(slot, State::stopped, services_->of[slot]); }

// Names of a service that will not come back by itself, unless its spare answers to them.
bool Guardian::announce(unsigned slot) {
  Service service = services_->of[slot];
  if (service.announced || store_ == no_slot || slot == store_ || !ready(store_)) return false;
  const u32 spare = records_[slot]->spare_slot;
  const bool replaced = spare < abi::max_slots && services_->of[spare].stands_in_for == slot &&
                        services_->of[spare].wanted && services_->of[spare].state != State::degraded;
  const bool stands_in = service.state == State::stopped && service.stands_in_for != no_slot;
  if (!replaced && !stands_in)
    for (const abi::ExportRecord& exported : component::exports_of(*records_[slot]))
      if (!machine_.give_up(exported)) return false;
  if (services_->of[slot].state != service.state) return true;
  service = services_->of[slot];
  service.announced = true;
  if (stands_in) service.stands_in_for = no_slot;
  commit(slot, service);
  return true;
}

// Repeatable at any point: whether it is done is seen by the generation.
bool Guardian::reset(unsigned slot, const abi::SlotStatus& status) {
  Service service = services_->of[slot];
  const bool fresh = status.generation != service.generation;
  if (fresh && status.state != abi::SlotState::resetting) {
    if (service.generation != 0) ++service.restarts;
    service.generation = status.generation;
    service.announced = false;
    pulses_[slot] = {};
    return enter(slot, status.state == abi::SlotState::running ? State::publishing : State::failed, service);
  }
  const Status result = machine_.reset(slot, !service.pins_stay);
  if (result == Status::ok || result == Status::again) return true;
  machine_.log("the kernel does not reset a slot: given up");
  return enter(slot, State::degraded, service);
}

bool Guardian::publish(unsigned slot) {
  const Service before = services_->of[slot];
  if (store_ != no_slot && !ready(store_)) return false;
  const auto exports = component::exports_of(*records_[slot]);
  if (store_ != no_slot)
    for (u8 index = 0; index < exports.size(); ++index)
      if (!machine_.publish(exports[index], slot, before.generation, index)) return false;
  // While this waited for the store an order may have changed the service, or the service died.
  const Service& service = services_->of[slot];
  if (service.state != State::publishing || service.generation != before.generation) return true;
  enter(slot, State::running, service);
  // A store that came back may have lost names: all are said again, and those that it knows change nothing.
  if (slot != store_) return true;
  self_published_ = false;
  for (const u8 other : std::span(order_).first(count_))
    if (services_->of[other].state == State::running && other != slot)
      enter(other, State::publishing, services_->of[other]);
  return true;
}

// Nobody restarts this server but the kernel, which knows no names.
bool Guardian::publish_self() {
  if (self_published_ || own_ == nullptr || store_ == no_slot || !ready(store_)) return false;
  const auto exports = component::exports_of(*own_);
  self_published_ = true;
  for (u8 index = 0; index < exports.size(); ++index)
    if (!machine_.publish(exports[index], own_->slot, own_generation_, index)) self_published_ = false;
  return self_published_;
}

// ---- orders ----

Ordered Guardian::restart(unsigned slot, u32 generation) {
  if (own_ != nullptr && slot == own_->slot) {
    if (generation == own_generation_) machine_.end();
    return {};
  }
  if (record(slot) == nullptr) return std::unexpected(Refusal::absent);
  Service service = services_->of[slot];
  if (generation != 0 && generation != service.generation) return {};
  service.wanted = true;
  if (alive(service.state)) {
    commit(slot, service);
    machine_.stop(slot, cause_operator);
  } else if (service.state == State::degraded || service.state == State::stopped) {
    service.row = 0;
    enter(slot, State::stopped, service);
  }
  return {};
}

Ordered Guardian::stop(unsigned slot) {
  if (record(slot) == nullptr) return std::unexpected(known(slot) ? Refusal::not_permitted : Refusal::absent);
  // Whoever is below this server is what it restarts others with.
  if (records_[slot]->rank <= 2) return std::unexpected(Refusal::not_permitted);
  Service service = services_->of[slot];
  service.wanted = false;
  commit(slot, service);
  return {};
}

Ordered Guardian::start(unsigned slot) {
  if (record(slot) == nullptr) return known(slot) ? Ordered{} : std::unexpected(Refusal::absent);  // this one runs
  Service service = services_->of[slot];
  service.wanted = true;
  service.row = 0;
  service.until = 0;
  if (service.state == State::degraded) service.state = State::stopped;
  commit(slot, service);
  const u32 spare = records_[slot]->spare_slot;
  if (spare >= abi::max_slots || services_->of[spare].stands_in_for != slot) return {};
  Service stand_in = services_->of[spare];
  stand_in.wanted = false;
  commit(spare, stand_in);
  return {};
}

void Guardian::condemn(unsigned slot, u32 generation, unsigned by, bool answer) {
  if (record(slot) == nullptr || !alive(services_->of[slot].state)) return;
  if (services_->of[slot].generation != generation) return;
  abi::SlotStatus status{};
  machine_.status(slot, status);
  if (answer && status.served == 0) return;  // who was asked nothing answered nothing
  // A violation that was ordered is nobody's lie.
  const bool ordered = injection_->slot == slot && injection_->generation == generation &&
                       injection_->progress != Progress::missed && status.injected > injection_->strikes;
  if (ordered || believed(by)) machine_.stop(slot, cause_violation);
}

bool Guardian::believed(unsigned by) {
  Service service = services_->of[by];
  const u64 now = machine_.liveness();
  const bool soon = service.complaints != 0 && now - service.complained_at < complaint_pause;
  service.complaints = soon ? service.complaints + 1 : 1;
  service.complained_at = now;
  commit(by, service);
  if (service.complaints == most_complaints + 1) {
    component::Line line;
    machine_.log(line.add_all(component::name_of(*records_[by]), " complains again and again: not believed until it ",
                              "was silent for ", complaint_pause / 1000 / millisecond, " s")
                     .text());
  }
  return service.complaints <= most_complaints;
}

// ---- questions ----

const Crash* Guardian::crash(u32 number) const {
  if (crashes_->count == 0 || number > crashes_->count) return nullptr;
  const Crash& found = crashes_->ring[std::max(number, oldest_crash()) % crashes_kept];
  return found.number == 0 ? nullptr : &found;
}

bool Guardian::settled() const {
  return std::ranges::none_of(std::span(order_).first(count_), [&](u8 slot) {
    const Service& service = services_->of[slot];
    return recovering(service.state) || (service.wanted && service.state == State::stopped) ||
           (!service.wanted && alive(service.state));
  });
}

contract::reincarnation::Service Guardian::describe(unsigned slot) {
  abi::SlotStatus status{};
  machine_.status(slot, status);
  const bool self = own_ != nullptr && slot == own_->slot;
  const abi::ComponentRecord& record = self ? *own_ : *records_[slot];
  Service known = services_->of[slot];
  if (self) {
    known.state = State::running;
    known.wanted = true;
    known.restarts = own_generation_ - 1;
  }
  contract::reincarnation::Service service;
  service.name = component::name_of(record);
  service.state = known.state;
  service.slot = static_cast<u8>(slot);
  service.rank = record.rank;
  service.wanted = known.wanted;
  service.spare = record.spare_slot < abi::max_slots ? static_cast<u8>(record.spare_slot) : no_slot;
  service.stands_in_for = known.stands_in_for;
  service.generation = status.generation;
  service.restarts = known.restarts;
  service.failures_in_row = known.row;
  service.cause = known.cause;
  service.cause_detail = known.cause_detail;
  service.last_crash = known.last_crash;
  service.since = known.since;
  service.next_start = known.state == State::waiting ? known.until : 0;
  service.served = status.served;
  service.processor_ns = status.total_time;
  service.frames = status.frames;
  service.injected = status.injected;
  return service;
}

}  // namespace reincarnation
