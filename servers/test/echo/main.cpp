// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <utility>

#include "generated/contract/echo.hpp"
#include "lib/component/component.hpp"
#include "lib/component/inject.hpp"
#include "lib/component/once_records.hpp"

namespace {

namespace echo = contract::echo;
using abi::u32;
using abi::u64;
using echo::Death;

/// What survives.
struct State {
  u64 sum = 0;
  u32 deaths = 0;
};

class Echo final : public component::Component, public echo::Exporter {
 public:
  std::expected<void, component::StartError> start(component::Start how) override {
    keep_replies_in(once_);
    if (how == component::Start::restarted) vault().set(state_->deaths, state_->deaths + 1);
    return {};
  }

  contract::Answer<echo::Echoed> on_echo(contract::Call&, const echo::Echo& message) override {
    die_if_told();
    return echo::Echoed{.value = message.value, .text = message.text, .deaths = state_->deaths};
  }

  contract::Answer<echo::Added> on_add(contract::Call& call, const echo::Add& message) override {
    const echo::Added answer{state_->sum + message.amount};
    vault().transaction(
        [](auto& change, const State& state, u64 sum, const component::OnceChange& once) {
          change.set(state.sum, sum);
          once.apply(change);
        },
        *state_, answer.sum, once_.change(call, answer));
    die_if_told();
    return answer;
  }

  contract::Answer<echo::Summed, echo::Failed> on_sum(contract::Call&, const echo::Sum& message) override {
    u64 sum = 0;
    std::byte buffer[512];
    for (u64 offset = 0; offset < message.data.length(); offset += sizeof buffer) {
      const auto part = std::span(buffer).first(std::min<u64>(sizeof buffer, message.data.length() - offset));
      if (!message.data.copy_in(offset, part)) return echo::Failed{};
      for (const std::byte byte : part) sum += static_cast<u64>(byte);
    }
    die_if_told();
    return echo::Summed{sum};
  }

  contract::Answer<echo::Doomed> on_die(contract::Call&, const echo::Die& message) override {
    death_ = message.how;
    return echo::Doomed{};
  }

  contract::Answer<echo::Survived> on_poison(contract::Call&, const echo::Poison&) override { component_inject_segv(); }

 private:
  void die_if_told() {
    switch (std::exchange(death_, Death::none)) {
      case Death::none:
        return;
      case Death::exit:
        component_inject_exit();
      case Death::bad_pointer:
        component_inject_segv();
      case Death::loop:
        component_inject_loop();
      case Death::hang:
        component_inject_hang();
      case Death::violation:
        component_inject_violate();
    }
  }

  component::VaultRecord<State> state_{vault(), "state"};
  component::OnceRecords<4> once_{vault()};
  Death death_ = Death::none;
};

}  // namespace

COMPONENT(Echo)
