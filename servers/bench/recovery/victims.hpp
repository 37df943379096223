// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>
#include <string_view>

#include "generated/contract/clock.hpp"
#include "generated/contract/disk.hpp"
#include "generated/contract/serial.hpp"

namespace bench {

using abi::u64;

/// A component that dies, and a request to it that is right when it returns, whoever died.
class Victim {
 public:
  constexpr Victim(std::string_view row, std::string_view component) : row(row), component(component) {}

  virtual bool ask() = 0;

  const std::string_view row;  // as in `recovery_disk_exit`
  const std::string_view component;

 protected:
  ~Victim() = default;
};

/// Reads the first block.
class Disk final : public Victim {
 public:
  explicit Disk(contract::disk::Shadow& disk) : Victim("disk", "virtio-blk"), disk_(disk) {}

  bool ask() override { return disk_.read(0, 1, contract::Lend::writing(block_)).is<contract::disk::Done>(); }

 private:
  alignas(4096) std::array<std::byte, contract::disk::block_size> block_{};
  contract::disk::Shadow& disk_;
};

/// Sends a byte.
class Serial final : public Victim {
 public:
  explicit Serial(contract::serial::Shadow& ports) : Victim("serial", "uart16550"), ports_(ports) {}

  bool ask() override {
    const std::array<std::byte, 1> byte{};
    const auto written = ports_.write(0, end_, contract::Lend::reading(byte));
    if (!written.is<contract::serial::Written>()) return false;
    // A full port takes it when it has room again: the request is answered all the same.
    end_ = written.get<contract::serial::Written>().end;
    return true;
  }

 private:
  u64 end_ = 0;
  contract::serial::Shadow& ports_;
};

/// Reads the time of day.
class Clock final : public Victim {
 public:
  explicit Clock(contract::clock::Shadow& clock) : Victim("clock", "mc146818"), clock_(clock) {}

  bool ask() override { return clock_.read().is<contract::clock::Time>(); }

 private:
  contract::clock::Shadow& clock_;
};

}  // namespace bench
