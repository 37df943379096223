// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/component.hpp"
#include "lib/component/slots.hpp"
#include "servers/store/store.hpp"

namespace {

class Store final : public component::Component, public store::World, public store::Server {
 public:
  Store() : store::Server(*this, vault(), table()) {}

  std::expected<void, component::StartError> start(component::Start how) override {
    if (how == component::Start::restarted && names().found() != component::Found::kept)
      component::log("the names are lost: the reincarnation server says them again");
    return {};
  }
  void on_timer() override { tick(); }

  void raise(unsigned slot, abi::u64 events) override { static_cast<void>(component::slot::notify(slot, events)); }
  abi::u64 liveness() override { return component::liveness(); }
  void wake_after(abi::u64 nanoseconds) override { component::set_timer(component::now() + nanoseconds); }
};

}  // namespace

COMPONENT(Store)
