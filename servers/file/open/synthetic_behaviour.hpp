// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "servers/file/open/behaviour.hpp"
#include "servers/file/systems/procfs.hpp"

namespace file {

/// Files whose contents are made when they are read.
class SyntheticBehaviour final : public Behaviour {
 public:
  explicit SyntheticBehaviour(ProcFs& proc) : proc_(proc) {}
  Result<> read(Description& description, UserBuffer& buffer, u64 offset) override;
  Result<> write(Description& description, UserBuffer& buffer, u64 offset) override;
  bool seekable() const override { return true; }

 private:
  ProcFs& proc_;
};

}  // namespace file
