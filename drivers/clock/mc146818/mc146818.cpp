// SPDX-License-Identifier: BSD-2-Clause
#include "drivers/clock/mc146818/server.hpp"
#include "lib/component/component.hpp"

namespace mc146818 {

/// The PC's real-time clock as /dev/rtc0. It holds nothing of its own: a restart loses nothing.
class Mc146818 final : public component::Component, public Server {
 public:
  Mc146818() : Server(&component::now) {}
  std::expected<void, component::StartError> start(component::Start) override { return {}; }
};

}  // namespace mc146818

COMPONENT(mc146818::Mc146818, contract::clock::Exporter)
