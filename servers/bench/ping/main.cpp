// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/ping.hpp"
#include "lib/component/component.hpp"

namespace {

class Ping final : public component::Component, public contract::ping::Exporter {
 public:
  std::expected<void, component::StartError> start(component::Start) override { return {}; }

  contract::Answer<contract::ping::Pong> on_ping(contract::Call&, const contract::ping::Ping& message) override {
    return contract::ping::Pong{message.value};
  }
};

}  // namespace

COMPONENT(Ping)
