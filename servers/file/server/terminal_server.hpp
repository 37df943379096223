// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/terminal.hpp"
#include "servers/file/core.hpp"

namespace file {

/// The terminal server behind its contract.
class TerminalServer final : public Terminals {
 public:
  TerminalServer(Core& core, contract::Import import);

  Result<u32> open(const Caller& caller, std::string_view name, bool no_control, u32 key) override;
  void close(u32 terminal) override;
  Result<> read(u32 terminal, UserBuffer& buffer, bool blocking) override;
  Result<> write(u32 terminal, UserBuffer& buffer) override;
  Result<u32> ready(u32 terminal) override;
  Result<i64> control(u32 terminal, const Caller& caller, u32 command, u64 argument) override;
  u32 ports() override;

 private:
  void on_ready();
  Result<i64> get_attributes(u32 terminal, const Caller& caller, u32 bytes, u64 argument);
  Result<i64> set_attributes(u32 terminal, const Caller& caller, u32 bytes, contract::terminal::When when,
                             u64 argument);
  Result<i64> set_group(u32 terminal, const Caller& caller, u64 argument);

  Core& core_;
  contract::terminal::Shadow server_;
};

}  // namespace file
