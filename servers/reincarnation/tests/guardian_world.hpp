// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "lib/component/table.hpp"
#include "servers/reincarnation/guardian.hpp"
#include "servers/reincarnation/tests/fake_machine.hpp"

// A Guardian over a recording machine.
namespace reincarnation::test {

enum Slots : unsigned { store, pci, root, disk, volume, file, other_disk, slot_count };

/// The sender of a request.
constexpr u64 request_of(unsigned slot) { return abi::Endpoint::of(slot, 1, 9, 77).bits; }

/// A small system with a Guardian that may be thrown away and made again over the same vault and machine.
struct World {
  World() {
    records.add("store", 0);
    records.add("pci", 1, {store});
    Records::exporting(records[pci], "/service/quiesce", "quiesce");
    records.add("reincarnation", 2);
    records.add("disk", 3, {pci, store}, true);
    records.add("volume", 4, {disk});
    records.add("file", 6, {volume});
    records.add("disk1", 3, {pci, store}, true);
    records[root].heartbeat_ms = 0;
    machine.store = store;
    machine.slots[disk].device = machine.slots[other_disk].device = true;
    machine.pci = pci;
    machine.slots[root].state = abi::SlotState::running;
  }
  /// As the kernel does when the server has died; `clear`: at the third failure in a row.
  void reborn(bool clear = false) {
    guardian.reset();
    ++machine.slots[root].generation;
    if (clear) std::ranges::fill(memory, std::byte{});
    vault = std::make_unique<component::Vault>(std::span(memory));
    guardian = std::make_unique<Guardian>(machine, *vault, records.span(), root, machine.slots[root].generation);
    guardian->begin();
  }
  void boot() {
    reborn();
    guardian->reconcile();
  }
  /// Lets the server work until it has nothing left to do; it is made again whenever it dies.
  unsigned settle(u64 patience_ms = 60'000) {
    unsigned deaths = 0;
    for (u64 waited = 0; waited <= patience_ms; waited += 50) {
      try {
        if (!guardian) reborn();
        guardian->reconcile();
        guardian->watch();
      } catch (Death) {
        ++deaths;
        machine.dies_at = 0;
        guardian.reset();
        continue;
      }
      if (guardian->settled()) return deaths;
      machine.pass(50);
    }
    ADD_FAILURE() << "not settled";
    return deaths;
  }
  State state(unsigned slot) { return guardian->service(slot).state; }
  u32 generation(unsigned slot) { return machine.slots[slot].generation; }
  void expect_all_running() {
    for (unsigned slot = 0; slot < slot_count; ++slot) {
      if (slot != root) EXPECT_EQ(state(slot), State::running) << slot;
      EXPECT_EQ(machine.slots[slot].state, abi::SlotState::running) << slot;
      for (const abi::ExportRecord& exported : component::exports_of(records[slot]))
        EXPECT_EQ(machine.names[exported.name], (FakeMachine::Name{slot, generation(slot), false})) << exported.name;
    }
    EXPECT_EQ(machine.unsafe_releases, 0u);
  }

  Records records;
  FakeMachine machine;
  std::vector<std::byte> memory = std::vector<std::byte>(65536);
  std::unique_ptr<component::Vault> vault;
  std::unique_ptr<Guardian> guardian;
};

}  // namespace reincarnation::test
