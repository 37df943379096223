// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <map>

#include "lib/contract/once.hpp"

namespace ext4::testing {

/// What `once` needs, in plain memory.
class Replies final : public contract::OnceStore {
 public:
  const contract::OnceRecord* find(const contract::Call& call) const override {
    const auto at = records_.find(call.lane());
    return at == records_.end() ? nullptr : &at->second;
  }
  void keep(const contract::Call& call, const contract::Message& reply) override {
    records_[call.lane()] = {call.sequence(), 1, reply};
  }

 private:
  std::map<unsigned, contract::OnceRecord> records_;
};

}  // namespace ext4::testing
