// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/lookup/walk.hpp"
#include "servers/file/open/terminal_behaviour.hpp"

namespace file {

/// Opening: from a path and flags to a description.
class Opener {
 public:
  Opener(Core& core, TerminalBehaviour& terminals) : core_(core), terminals_(terminals) {}

  /// `walk` has begun. `mode` is that of a file that is created, before the mask.
  Result<DescriptionId> open(const Caller& caller, Walk& walk, u32 flags, u32 mode);
  /// A file that was found, as far as its kind goes; `checked` where its creator opens it.
  Result<DescriptionId> open_found(const Caller& caller, Spot file, u32 flags, bool checked);
  /// A description of a terminal by its name below /dev; of the log where there is no terminal server and `name` is the
  /// console.
  Result<DescriptionId> open_terminal(const Caller& caller, std::string_view name, u32 flags, Spot file);

 private:
  struct Found {
    Spot file;
    bool created = false;
  };
  Result<Found> find_or_create(const Caller& caller, Walk& walk, u32 flags, u32 mode);
  Result<> check(const Caller& caller, const Position& position, u32 flags) const;
  Result<DescriptionId> open_described(const LinkTarget& target, u32 flags);
  Result<DescriptionId> open_fifo(Spot file, u32 flags);

  Core& core_;
  TerminalBehaviour& terminals_;
};

/// Whether anything may be made in a directory, and with which owner and mode.
Result<Creation> plan_creation(const Core& core, const Caller& caller, Position directory, u32 mode);

}  // namespace file
