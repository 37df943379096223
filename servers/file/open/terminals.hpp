// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/calls/user_buffer.hpp"
#include "servers/file/open/description.hpp"

namespace file {

inline constexpr u32 first_slave = 64, first_master = 128, max_terminals = 192;

/// The terminal server, as this one uses it. Terminals are named by its numbers.
class Terminals {
 public:
  /// `name` below /dev. `key` names this request among those of descriptions that are open.
  virtual Result<u32> open(const Caller& caller, std::string_view name, bool no_control, u32 key) = 0;
  virtual void close(u32 terminal) = 0;
  virtual Result<> read(u32 terminal, UserBuffer& buffer, bool blocking) = 0;
  virtual Result<> write(u32 terminal, UserBuffer& buffer) = 0;
  virtual Result<u32> ready(u32 terminal) = 0;
  virtual Result<i64> control(u32 terminal, const Caller& caller, u32 command, u64 argument) = 0;
  /// Bit N: ttySN exists.
  virtual u32 ports() = 0;

 protected:
  ~Terminals() = default;
};

}  // namespace file
