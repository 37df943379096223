// SPDX-License-Identifier: BSD-2-Clause
#include <algorithm>
#include <array>
#include <string_view>

#include "generated/contract/reincarnation.hpp"
#include "lib/component/component.hpp"
#include "servers/bench/recovery/victims.hpp"

namespace {

namespace orders = contract::reincarnation;
using abi::u64;
using abi::u8;

struct Cause {
  orders::Injection kind;
  std::string_view name;
  unsigned strokes;
};
// Those that only time shows take as long as the contract lets a request take.
constexpr std::array causes{
    Cause{orders::Injection::exit, "exit", 100},       Cause{orders::Injection::segv, "segv", 100},
    Cause{orders::Injection::violate, "violate", 100}, Cause{orders::Injection::loop, "loop", 5},
    Cause{orders::Injection::hang, "hang", 5},
};

class RecoveryTimer final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    next();
    return {};
  }

  // One step is one timer event, so that heartbeats are answered between them.
  void on_timer() override {
    if (stroke_ == 0 && cause_ == 0) begin(*victims_[victim_]);
    strike(*victims_[victim_], causes[cause_]);
    if (++stroke_ == causes[cause_].strokes) {
      stroke_ = 0;
      ++cause_;
    }
    if (cause_ == causes.size()) {
      cause_ = 0;
      ++victim_;
    }
    if (victim_ < victims_.size()) return next();
    component::log("bench end");
  }

 private:
  static void next() { component::set_timer(component::now() + 2'000'000); }

  static void need(bool holds, std::string_view what) {
    if (holds) return;
    component::log("bench failed: ", what);
    contract::defect("the benchmark cannot go on");
  }

  void begin(bench::Victim& victim) {
    std::array<orders::Service, orders::max_services> services;
    const auto listed = reincarnation_.list(contract::LendOf<orders::Service>::writing(services));
    need(!listed.failed() && listed.is<orders::Listed>(), "reincarnation lists");
    const auto known = std::span(services).first(listed.get<orders::Listed>().count);
    const auto found = std::ranges::find_if(
        known, [&](const orders::Service& service) { return service.name == contract::String<23>(victim.component); });
    need(found != known.end(), "there is who is to die");
    slot_ = found->slot;
    need(victim.ask(), "a request is answered");
  }

  // From the request in whose middle it dies to the answer of its next generation.
  void strike(bench::Victim& victim, const Cause& cause) {
    const auto armed = reincarnation_.inject(slot_, cause.kind, true);
    need(!armed.failed() && armed.is<orders::Armed>(), "an injection is armed");
    for (unsigned request = 0; request < 100; ++request) {
      const u64 before = component::now();
      need(victim.ask(), "a request is answered across a failure");
      const u64 took = component::now() - before;
      const auto outcome = reincarnation_.injected(armed.get<orders::Armed>().number);
      need(!outcome.failed() && outcome.is<orders::InjectionIs>(), "the injection is known");
      if (outcome.get<orders::InjectionIs>().progress == orders::Progress::armed) continue;
      need(outcome.get<orders::InjectionIs>().progress == orders::Progress::struck, "the injection struck");
      component::log("bench recovery_", victim.row, '_', cause.name, ' ', took);
      return;
    }
    need(false, "the injection struck");
  }

  contract::disk::Shadow disk_{import("/dev/disk0")};
  contract::serial::Shadow ports_{import("/dev/serial")};
  contract::clock::Shadow clock_{import("/dev/rtc0")};
  orders::Shadow reincarnation_{import("/service/reincarnation")};
  bench::Disk disk_victim_{disk_};
  bench::Serial serial_victim_{ports_};
  bench::Clock clock_victim_{clock_};
  std::array<bench::Victim*, 3> victims_{&disk_victim_, &serial_victim_, &clock_victim_};
  unsigned victim_ = 0, cause_ = 0, stroke_ = 0;
  u8 slot_ = 255;
};

}  // namespace

COMPONENT(RecoveryTimer)
