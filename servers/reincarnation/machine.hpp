// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "abi/calls.hpp"
#include "abi/component.hpp"
#include "abi/status.hpp"
#include "servers/reincarnation/blame.hpp"

namespace reincarnation {

using abi::Status;
using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

enum class Quiet : u8 {
  quiet,        // nothing of the old work goes on: pins may be released
  stuck,        // bus mastering is off, but the device does not say so
  unreachable,  // pci did not answer; it will when it has been restarted
};

/// Everything that the server does to the world, so that all of its policy runs on the host against a recording fake.
/// `quiesce`, `publish` and `give_up` are downcalls: other threads of the server may run meanwhile.
class Machine {
 public:
  virtual u64 liveness() = 0;
  virtual void status(unsigned slot, abi::SlotStatus& status) = 0;
  /// Whole, however long it takes.
  virtual void stop(unsigned slot, u32 cause) = 0;
  /// `again` when a part is done.
  virtual Status reset(unsigned slot, bool release_pins) = 0;
  virtual Status peek(unsigned slot, u64 address, std::span<std::byte> into) = 0;
  /// An instruction pointer of 0 takes an armed injection back.
  virtual Status inject(unsigned slot, u64 instruction, u64 after) = 0;
  /// Who keeps a call beyond its `within`.
  virtual std::optional<Late> late_call() = 0;
  virtual void raise_heartbeat(unsigned slot) = 0;
  virtual u64 random() = 0;
  virtual void log(std::string_view line) = 0;
  /// Ends this server; the kernel starts it again.
  virtual void end() = 0;

  virtual Quiet quiesce(unsigned slot) = 0;
  /// False: the store did not answer.
  virtual bool publish(const abi::ExportRecord& exported, unsigned slot, u32 generation, u8 export_index) = 0;
  virtual bool give_up(const abi::ExportRecord& exported) = 0;

 protected:
  ~Machine() = default;
};

}  // namespace reincarnation
