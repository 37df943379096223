// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/component.hpp"
#include "servers/reincarnation/kernel_machine.hpp"
#include "servers/reincarnation/operators.hpp"

namespace {

constexpr abi::u64 tick_ns = 50'000'000;

class Reincarnation final : public component::Component,
                            public reincarnation::Operators,
                            public reincarnation::Complaints {
 public:
  Reincarnation() : Operators(guardian_), Complaints(guardian_) {}

  std::expected<void, component::StartError> start(component::Start) override {
    component::set_timer(component::now() + tick_ns);
    guardian_.begin();
    guardian_.reconcile();
    return {};
  }
  void on_slot() override { guardian_.reconcile(); }
  void on_timer() override {
    component::set_timer(component::now() + tick_ns);
    guardian_.watch();
  }

 private:
  reincarnation::KernelMachine machine_{record()};
  reincarnation::Guardian guardian_{machine_, vault(), table().components(), slot(), generation()};
};

}  // namespace

COMPONENT(Reincarnation, contract::reincarnation::Exporter, contract::blame::Exporter)
