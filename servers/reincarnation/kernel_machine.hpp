// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/quiesce.hpp"
#include "generated/contract/store.hpp"
#include "lib/component/table.hpp"
#include "servers/reincarnation/machine.hpp"

namespace reincarnation {

/// The running system. Its downcalls are single attempts: a shadow would wait for a store or a pci that only this
/// server brings back.
class KernelMachine final : public Machine {
 public:
  explicit KernelMachine(const abi::ComponentRecord& own) : own_(own) {}

  u64 liveness() override;
  void status(unsigned slot, abi::SlotStatus& status) override;
  void stop(unsigned slot, u32 cause) override;
  Status reset(unsigned slot, bool release_pins) override;
  Status peek(unsigned slot, u64 address, std::span<std::byte> into) override;
  Status inject(unsigned slot, u64 instruction, u64 after) override;
  std::optional<Late> late_call() override;
  void raise_heartbeat(unsigned slot) override;
  u64 random() override;
  void log(std::string_view line) override;
  void end() override;
  Quiet quiesce(unsigned slot) override;
  bool publish(const abi::ExportRecord& exported, unsigned slot, u32 generation, u8 export_index) override;
  bool give_up(const abi::ExportRecord& exported) override;

 private:
  const abi::ComponentRecord& own_;
  const contract::ShadowContract& quiesce_contract_ = contract::quiesce::shadow_contract;
  const contract::ShadowContract& store_contract_ = contract::store::shadow_contract;
  u64 random_ = 0;
};

}  // namespace reincarnation
