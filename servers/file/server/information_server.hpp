// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include "generated/contract/information.hpp"
#include "servers/file/systems/information.hpp"

namespace file {

/// The information server behind its contract.
class InformationServer final : public Information {
 public:
  explicit InformationServer(contract::Import import) : server_(import) {}

  Result<InformationNode> lookup(u32 folder, std::string_view name) override;
  Result<> list(u32 folder, u32 position, InformationListing& listing) override;
  Result<u32> read(u32 node, u64 offset, std::span<std::byte> to) override;
  void know(i64 clock_offset, u32 cached, u32 reclaimable) override {
    static_cast<void>(server_.know(clock_offset, cached, reclaimable));
  }
  Result<u32> write(u32 node, std::span<const std::byte> from) override;

 private:
  contract::information::Shadow server_;
};

}  // namespace file
