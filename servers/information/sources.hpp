// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <expected>
#include <optional>

#include "abi/component.hpp"
#include "abi/info.hpp"
#include "abi/types.hpp"
#include "generated/contract/reincarnation.hpp"

namespace information {

using abi::u16;
using abi::u32;
using abi::u64;
using abi::u8;

namespace reincarnation = contract::reincarnation;
using reincarnation::Crash;
using reincarnation::Service;

/// Where what the files say comes from. Nothing where the server that knows does not answer.
class Sources {
 public:
  /// All services; as many as fit. How many there were comes back.
  virtual std::optional<u32> services(std::span<Service> into) = 0;
  /// The crash with this number, or the oldest above it.
  virtual std::expected<Crash, reincarnation::Reason> crash(u32 number) = 0;
  virtual std::expected<Crash, reincarnation::Reason> last_crash(u8 slot) = 0;
  virtual std::expected<void, reincarnation::Reason> restart(u8 slot, u32 generation) = 0;
  virtual std::expected<void, reincarnation::Reason> stop(u8 slot) = 0;
  virtual std::expected<void, reincarnation::Reason> start(u8 slot) = 0;
  /// Number of the injection.
  virtual std::expected<u32, reincarnation::Reason> inject(u8 slot, reincarnation::Injection kind, bool when_busy) = 0;
  virtual std::expected<reincarnation::InjectionIs, reincarnation::Reason> last_injection() = 0;

  struct LogPart {
    std::size_t bytes = 0;
    u64 position = 0;  // behind them
  };
  /// The kernel's log from `position` on; from the oldest byte there is where that is gone.
  virtual LogPart log(u64 position, std::span<std::byte> into) = 0;
  virtual std::span<const abi::ComponentRecord> components() = 0;
  /// Which image this system runs.
  virtual std::span<const u64, 2> build() = 0;
  virtual const abi::InfoPage& info() = 0;
  /// Monotonic, in nanoseconds.
  virtual u64 now() = 0;

 protected:
  ~Sources() = default;
};

}  // namespace information
