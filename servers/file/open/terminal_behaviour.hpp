// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/core.hpp"

namespace file {

/// Descriptors of terminals, which lead to the terminal server. Counts them, and closes a terminal with its last.
class TerminalBehaviour final : public Behaviour {
 public:
  explicit TerminalBehaviour(Core& core) : core_(core) {}

  void opened(u32 terminal, u32 user) {
    if (counts_[terminal]++ == 0 && terminal >= first_master && core_.devices != nullptr)
      core_.devices->add_slave(terminal - first_master, user, core_.machine.realtime());
  }

  Result<> read(Description& d, UserBuffer& buffer, u64) override {
    return core_.terminals->read(d.handle, buffer, !d.non_blocking());
  }
  Result<> write(Description& d, UserBuffer& buffer, u64) override { return core_.terminals->write(d.handle, buffer); }
  Result<u32> ready(Description& d) override { return core_.terminals->ready(d.handle); }
  WaitKey read_key(const Description& d) const override { return WaitKey::of(Awaited::terminal, d.handle); }
  WaitKey write_key(const Description& d) const override { return WaitKey::of(Awaited::terminal, d.handle); }
  Result<i64> control(Description& d, const Caller& caller, u32 command, u64 argument) override {
    return core_.terminals->control(d.handle, caller, command, argument);
  }
  void close(Description& d) override {
    if (d.handle >= max_terminals || --counts_[d.handle] != 0) return;
    if (d.handle >= first_master && core_.devices != nullptr)
      core_.devices->remove_slave(d.handle - first_master, core_.machine.realtime());
    core_.terminals->close(d.handle);
  }

 private:
  Core& core_;
  std::array<u32, max_terminals> counts_{};
};

}  // namespace file
