// SPDX-License-Identifier: BSD-2-Clause
#include "servers/reincarnation/kernel_machine.hpp"

#include <array>

#include "lib/component/ask.hpp"
#include "lib/component/component.hpp"
#include "lib/component/log.hpp"
#include "lib/component/slots.hpp"
#include "lib/component/time.hpp"

namespace reincarnation {
namespace {

namespace names = contract::store;

// Components have fewer threads.
constexpr std::size_t most_waits = 256;

// Whoever exports the contract to this server, if it runs.
std::optional<contract::Connection> find(const abi::ComponentRecord& own, const contract::ShadowContract& contract) {
  for (const abi::ImportRecord& import : component::imports_of(own)) {
    if (component::text_of(import.contract) != contract.name) continue;
    const auto generation = component::slot::generation(import.exporter);
    if (!generation || generation->state != abi::SlotState::running) return std::nullopt;
    return contract::Connection{abi::Endpoint::of(import.exporter, generation->number), import.export_index};
  }
  return std::nullopt;
}

}  // namespace

u64 KernelMachine::liveness() { return component::liveness(); }

void KernelMachine::status(unsigned slot, abi::SlotStatus& status) {
  static_cast<void>(component::slot::status(slot, status));
}

void KernelMachine::stop(unsigned slot, u32 cause) {
  while (component::slot::stop(slot, cause) == Status::again) {
  }
}

Status KernelMachine::reset(unsigned slot, bool release_pins) {
  constexpr u64 release = 2;
  return component::slot::reset(slot, release_pins ? release : 0);
}

Status KernelMachine::peek(unsigned slot, u64 address, std::span<std::byte> into) {
  return component::slot::peek(slot, address, into);
}

Status KernelMachine::inject(unsigned slot, u64 instruction, u64 after) {
  return component::slot::inject(slot, instruction, after);
}

std::optional<Late> KernelMachine::late_call() {
  const auto found = [] {
    std::array<component::slot::Wait, most_waits> waits;
    std::size_t count = 0;
    unsigned from = 0;
    for (; count < waits.size(); from = waits[count++].thread + 1u) {
      const auto wait = component::slot::waiting_call(from);
      if (!wait) break;
      waits[count] = *wait;
    }
    return blame(std::span(waits).first(count));
  };
  // They go on while they are being asked for: it is blame only if it is found again.
  const std::optional<Late> late = found();
  return late && found() == late ? late : std::nullopt;
}

void KernelMachine::raise_heartbeat(unsigned slot) {
  static_cast<void>(component::slot::notify(slot, abi::event_heartbeat));
}

// Good enough to strike at another instruction each time; nothing secret.
u64 KernelMachine::random() {
  random_ = (random_ ^ __builtin_ia32_rdtsc()) * 0xbf58'476d'1ce4'e5b9 + 0x9e37'79b9'7f4a'7c15;
  return random_ ^ random_ >> 29;
}

void KernelMachine::log(std::string_view line) { component::write_log(line); }

void KernelMachine::end() { component::end(); }

Quiet KernelMachine::quiesce(unsigned slot) {
  const auto pci = find(own_, quiesce_contract_);
  if (!pci) return Quiet::unreachable;
  const contract::quiesce::Quiesce request{.slot = static_cast<u8>(slot)};
  const auto reply = component::ask(*pci, request, quiesce_contract_.examine_reply);
  if (component::answer<contract::quiesce::Quiet>(reply)) return Quiet::quiet;
  if (component::answer<contract::quiesce::Failed>(reply)) return Quiet::stuck;
  return Quiet::unreachable;
}

bool KernelMachine::publish(const abi::ExportRecord& exported, unsigned slot, u32 generation, u8 export_index) {
  const auto store = find(own_, store_contract_);
  if (!store) return false;
  const names::Publish request{.name = component::name_of(exported),
                               .generation = generation,
                               .slot = static_cast<u8>(slot),
                               .export_index = export_index};
  const auto reply = component::ask(*store, request, store_contract_.examine_reply);
  if (const auto failed = component::answer<names::Failed>(reply))
    component::log("the store does not take the name ", component::name_of(exported), ": reason ",
                   static_cast<unsigned>(failed->reason));
  return reply.has_value();
}

bool KernelMachine::give_up(const abi::ExportRecord& exported) {
  const auto store = find(own_, store_contract_);
  if (!store) return false;
  const names::GiveUp request{.name = component::name_of(exported)};
  return component::ask(*store, request, store_contract_.examine_reply).has_value();
}

}  // namespace reincarnation
