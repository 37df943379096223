// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "abi/slot.hpp"
#include "abi/types.hpp"
#include "tools/verifier/binary.hpp"
#include "tools/verifier/contract_table.hpp"
#include "tools/verifier/manifest.hpp"

namespace verifier {

/// An import and who answers it.
struct Channel {
  unsigned exporter = 0;  // slot
  unsigned export_index = 0;
  unsigned lanes = 0;
  unsigned event_base = 0;  // bit of the contract's first event in the importer's word
  unsigned events = 0;
  bool connected = false;
  std::uint64_t version = 0;
};

/// A component and everything that follows from its manifest in this system.
struct Component {
  Manifest manifest;
  unsigned slot = 0;
  std::vector<Channel> channels;  // one for each import
  std::optional<unsigned> spare;
  std::optional<unsigned> spare_of;
  unsigned restart_event = 0;  // 0: none
  bool serves_programs = false;
  std::uint64_t call_slots = 0;
  std::uint64_t kernel_calls = 0;
  std::array<std::uint64_t, abi::max_slots> notify_events = {};
  std::optional<Binary> binary;

  const std::string& name() const { return manifest.name.value; }
};

struct System {
  std::vector<Component> components;  // by slot
  ContractTable contracts;
  bool runs_programs = false;
  std::array<std::uint8_t, abi::max_program_calls> call_server = {};
  std::optional<unsigned> reincarnation, store, program_owner, fault_server;

  std::optional<unsigned> slot_of(std::string_view name) const;
};

/// Bit of a component's event word that the interrupt with this index raises.
unsigned interrupt_event(unsigned index);

/// Whether it may pin what others lend it, for a device.
bool pins_memory(const Component& component);

/// Gives out slots: the enabled manifests sorted by name, from 0 on, so that the same folders always make the same
/// table, in whatever order they were found.
System assign_slots(std::vector<Manifest> manifests, ContractTable contracts, Refusals& refusals);

/// Connects imports to exports and gives out lanes, event bits and the right to call and notify.
void connect(System& system, Refusals& refusals);

/// That components can find their peers again after a restart, and complain about them.
void check_peers(const System& system, Refusals& refusals);

/// Which server takes which Linux call.
void assign_program_calls(System& system, Refusals& refusals);

/// Devices, ports and interrupts: nothing twice, nothing that is the kernel's.
void check_claims(const System& system, Refusals& refusals);

/// The kernel's calls: those that follow from what a manifest declares, and those that it names.
void assign_kernel_calls(System& system, Refusals& refusals);
/// What a declaration brings with it and the program never makes is not granted. The component must have its binary.
void leave_out_unused(Component& component);

/// Threads, liveness, shares of memory, and what the machine has only so many of: numbers for DMA, vectors.
void check_limits(const System& system, Refusals& refusals);

/// Whether each program uses what its manifest declares and declares what it uses, as far as its symbols tell.
/// Components without their binary are passed over.
void check_needs(const System& system, Refusals& refusals);

/// Everything above but check_needs, which wants the binaries, in order.
System verify(std::vector<Manifest> manifests, ContractTable contracts, Refusals& refusals);

}  // namespace verifier
