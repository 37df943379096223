// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <algorithm>
#include <cstring>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "servers/reincarnation/machine.hpp"

namespace reincarnation::test {

/// The reincarnation server itself dies: thrown by the machine at the call that was chosen.
struct Death {};

/// What the kernel, pci and the store know and do, for as many reincarnation servers in a row as a test lets die.
class FakeMachine final : public Machine {
 public:
  struct Slot {
    abi::SlotState state = abi::SlotState::stopped;  // as the kernel leaves them at boot, in generation 0
    u32 generation = 0;
    u32 cause = 0;
    u64 served = 0;
    u64 injected = 0;
    u64 last_receive = 0;
    u64 processor_time = 0;
    u64 events = 0;
    u64 sender = 0;
    u64 tag = 0;
    u64 instruction = 0x4000'1000;
    u64 armed = 0;
    unsigned parts = 0;   // of a reset still to be done
    bool answers = true;  // heartbeats
    bool device = false;
    bool device_busy = false;  // it may still write to memory
    bool stuck = false;        // its device does not come to rest
    unsigned resets = 0;
  };

  Slot slots[abi::max_slots];
  struct Name {
    unsigned slot;
    u32 generation;
    bool given_up;
    friend bool operator==(const Name&, const Name&) = default;
  };
  std::map<std::string, Name> names;
  std::vector<std::string> lines;
  std::optional<Late> late;
  u64 now = 1'000'000'000;
  unsigned reset_parts = 1;
  unsigned pci = 255, store = 255;
  std::function<void()> during_downcall;
  unsigned unsafe_releases = 0;  // pins released while a device could write

  unsigned calls = 0;
  unsigned dies_at = 0;  // number of the call, from 1; 0: never
  bool dies_after = false;

  void run(unsigned slot, u64 requests = 1) {
    slots[slot].served += requests;
    slots[slot].last_receive = now;
    slots[slot].processor_time = 0;
    if (slots[slot].answers) slots[slot].events = 0;
  }
  void crash(unsigned slot, u32 cause = abi::cause_exception + 14) {
    if (slots[slot].state != abi::SlotState::running) return;
    slots[slot].state = abi::SlotState::stopped;
    slots[slot].cause = cause;
  }
  /// Lets time pass; services that live answer heartbeats.
  void pass(u64 milliseconds) {
    now += milliseconds * 1'000'000;
    for (Slot& slot : slots)
      if (slot.state == abi::SlotState::running && slot.answers && slot.events != 0) {
        slot.events = 0;
        slot.last_receive = now;
      }
  }

  u64 liveness() override { return now; }
  void status(unsigned slot, abi::SlotStatus& status) override {
    const Slot& from = slots[slot];
    status = {};
    status.generation = from.generation;
    status.state = from.state;
    status.cause = from.cause;
    status.last_receive = from.last_receive;
    status.processor_time = from.processor_time;
    status.events = from.events;
    status.served = from.served;
    status.injected = from.injected;
    status.last_sender = from.sender;
    status.last_request[0] = from.tag;
    status.registers.rip = from.instruction;
    status.faulting_thread = 0;
  }
  void stop(unsigned slot, u32 cause) override {
    act([&] { crash(slot, cause); });
  }
  Status reset(unsigned slot, bool release_pins) override {
    Status result = Status::ok;
    act([&] {
      Slot& target = slots[slot];
      if (target.state == abi::SlotState::running) {
        result = Status::busy;
        return;
      }
      if (target.state != abi::SlotState::resetting) target.parts = reset_parts;
      if (release_pins && target.device_busy) ++unsafe_releases;
      target.state = abi::SlotState::resetting;
      if (--target.parts != 0) {
        result = Status::again;
        return;
      }
      target.state = abi::SlotState::running;
      ++target.generation;
      ++target.resets;
      target.served = 0;
      target.events = 0;
      target.armed = 0;
      target.processor_time = 0;
      target.last_receive = now;
      target.device_busy = target.device;
    });
    return result;
  }
  Status peek(unsigned slot, u64 address, std::span<std::byte> into) override {
    if (slots[slot].state == abi::SlotState::running) return Status::busy;
    if (stack.contains(address) && into.size() == 16) {
      std::memcpy(into.data(), &stack[address], 16);
      return Status::ok;
    }
    return Status::invalid;
  }
  std::map<u64, std::pair<u64, u64>> stack;
  Status inject(unsigned slot, u64 instruction, u64) override {
    act([&] { slots[slot].armed = instruction; });
    return Status::ok;
  }
  std::optional<Late> late_call() override { return std::exchange(late, std::nullopt); }
  void raise_heartbeat(unsigned slot) override { slots[slot].events |= abi::event_heartbeat; }
  u64 random() override { return seed_ = seed_ * 6364136223846793005 + 1442695040888963407; }
  void end() override { throw Death{}; }
  void log(std::string_view line) override { lines.emplace_back(line); }

  Quiet quiesce(unsigned slot) override {
    Quiet result = Quiet::unreachable;
    act([&] {
      if (during_downcall) during_downcall();
      if (pci == 255 || slots[pci].state != abi::SlotState::running) return;
      result = slots[slot].stuck ? Quiet::stuck : Quiet::quiet;
      if (!slots[slot].stuck) slots[slot].device_busy = false;
    });
    return result;
  }
  bool publish(const abi::ExportRecord& exported, unsigned slot, u32 generation, u8) override {
    bool done = false;
    act([&] {
      if (during_downcall) during_downcall();
      if (slots[store].state != abi::SlotState::running) return;
      names[exported.name] = {slot, generation, false};
      done = true;
    });
    return done;
  }
  bool give_up(const abi::ExportRecord& exported) override {
    bool done = false;
    act([&] {
      if (slots[store].state != abi::SlotState::running) return;
      names[exported.name].given_up = true;
      done = true;
    });
    return done;
  }

 private:
  template <class Effect>
  void act(Effect effect) {
    const bool dies = ++calls == dies_at;
    if (dies && !dies_after) throw Death{};
    effect();
    if (dies) throw Death{};
  }

  u64 seed_ = 42;
};

/// Manifests of a small system, as the verifier writes them.
class Records {
 public:
  abi::ComponentRecord& add(const char* name, u8 rank, std::initializer_list<unsigned> imports = {},
                            bool device = false) {
    abi::ComponentRecord& record = all_.emplace_back();
    std::strcpy(record.name, name);
    record.slot = static_cast<u8>(all_.size() - 1);
    record.rank = rank;
    record.threads = 1;
    record.heartbeat_ms = 1000;
    record.loop_ms = 500;
    record.hang_ms = 3000;
    record.spare_slot = 0xffff'ffff;
    for (auto& match : record.devices) match = {0xffff, 0xffff, 0xffff'ffff};
    if (device) record.devices[0] = {0x1af4, 0x1042, 0xffff'ffff};
    for (unsigned i = 0; i < 5; ++i) record.inject_entry[i] = 0x4000'0100 + i * 16;
    exporting(record, (std::string("/service/") + name).c_str(), name);
    for (const unsigned exporter : imports) {
      abi::ImportRecord& import = record.imports[record.import_count++];
      import.exporter = static_cast<u8>(exporter);
      std::strcpy(import.name, all_[exporter].exports[0].name);
    }
    return record;
  }
  static void exporting(abi::ComponentRecord& record, const char* name, const char* contract) {
    abi::ExportRecord& exported = record.exports[record.export_count++];
    std::strcpy(exported.name, name);
    std::strcpy(exported.contract, contract);
    exported.version = 1;
  }
  std::span<const abi::ComponentRecord> span() const { return {all_.data(), all_.size()}; }
  abi::ComponentRecord& operator[](unsigned slot) { return all_[slot]; }

  Records() { all_.reserve(16); }

 private:
  std::vector<abi::ComponentRecord> all_;
};

}  // namespace reincarnation::test
