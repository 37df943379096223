// SPDX-License-Identifier: BSD-2-Clause
#include "generated/contract/echo.hpp"
#include "lib/component/component.hpp"

namespace {

using abi::u64;

/// A lap is so many requests of a server and so much arithmetic.
class Bystander final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    next();
    return {};
  }

  // Busy all the time, but for the runtime's own needs now and then.
  void on_timer() override {
    constexpr unsigned laps = 200;
    for (unsigned each = 0; each < laps; ++each)
      if (!lap()) return component::log("not served rightly");
    next();
  }

 private:
  static void next() { component::set_timer(component::now() + 1); }

  bool lap() {
    constexpr u64 requests = 100, additions = 20'000;
    for (u64 request = 0; request < requests; ++request) {
      const auto outcome = echo_.echo(request, "");
      if (outcome.failed() || outcome.get<contract::echo::Echoed>().value != request) return false;
    }
    u64 sum = 0;
    for (u64 i = 0; i < additions; ++i) asm volatile("add %1, %0" : "+r"(sum) : "r"(i));
    component::log("lap ", component::now());
    return true;
  }

  contract::echo::Shadow echo_{import("/test/echo")};
};

}  // namespace

COMPONENT(Bystander)
