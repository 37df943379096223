// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <string_view>

#include "abi/raw.hpp"
#include "generated/contract/ping.hpp"
#include "lib/component/component.hpp"
#include "lib/component/slots.hpp"

namespace {

using abi::u64;

/// One operation's ticks: the least over several batches, because a batch may hold a tick of the clock.
u64 ticks_of(auto&& operation) {
  constexpr u64 batches = 20, operations = 200;
  u64 least = ~u64{0};
  for (u64 batch = 0; batch < batches; ++batch) {
    const u64 begin = __builtin_ia32_rdtsc();
    for (u64 count = 0; count < operations; ++count)
      if (!operation()) contract::defect("the benchmark's peer does not answer");
    least = std::min<u64>(least, __builtin_ia32_rdtsc() - begin);
  }
  return (least + operations / 2) / operations;
}

class Client final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    component::set_timer(component::now() + 1'000'000);
    return {};
  }

  // Not in `start`, so that everyone else has been started.
  void on_timer() override {
    report("clock", ticks_of([] { return abi::raw::plain(number(abi::Call::clock)).status == abi::Status::ok; }));
    report("ipc_raw", raw_round_trip());
    report("ipc_generated", ticks_of([this] { return !ping_.ping(1).failed(); }));
    component::log("bench end");
  }

 private:
  static constexpr u64 number(abi::Call call) { return static_cast<u64>(call); }

  static void report(std::string_view name, u64 ticks) { component::log("bench ", name, ' ', ticks); }

  static u64 raw_round_trip() {
    for (const abi::ImportRecord& import : component::imports_of(record())) {
      if (component::name_of(import) != "/bench/raw-ping") continue;
      const auto peer = component::slot::generation(import.exporter);
      if (!peer) contract::defect("the raw peer has no generation");
      const auto to = abi::Endpoint::of(import.exporter, peer->number);
      const abi::Message message{abi::Tag::of(1), {1}};
      return ticks_of([&] { return abi::raw::call(to, message, 3000).status == abi::Status::ok; });
    }
    contract::defect("the raw peer is not imported");
  }

  contract::ping::Shadow ping_{import("/bench/ping")};
};

}  // namespace

COMPONENT(Client)
