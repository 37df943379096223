// SPDX-License-Identifier: BSD-2-Clause
// Sends back what it receives, with nothing between it and the kernel's calls: what the runtime and the generated code
// add to a round trip is the difference to ../ping.
#include "abi/raw.hpp"
#include "generated/contract/ping.hpp"
#include "lib/component/component.hpp"

namespace {

class RawPing final : public component::Component, public contract::ping::Exporter {
 public:
  /// Does not return: the runtime's loop is what is left out.
  std::expected<void, component::StartError> start(component::Start) override {
    for (abi::raw::Received received = abi::raw::receive();;) {
      const bool event = received.sender.bits == 0;  // a heartbeat is answered by having been received
      received = event ? abi::raw::receive() : abi::raw::reply_receive(received.sender, received.message);
    }
  }

  contract::Answer<contract::ping::Pong> on_ping(contract::Call&, const contract::ping::Ping& message) override {
    return contract::ping::Pong{message.value};
  }
};

}  // namespace

COMPONENT(RawPing)
