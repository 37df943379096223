// SPDX-License-Identifier: BSD-2-Clause
#include <array>
#include <string_view>

#include "generated/contract/disk.hpp"
#include "generated/contract/reincarnation.hpp"
#include "lib/component/component.hpp"

namespace {

namespace disk = contract::disk;
namespace orders = contract::reincarnation;
using abi::u64;
using abi::u8;

alignas(4096) std::array<std::byte, disk::block_size> block;

class RecoveryTimer final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start) override {
    next();
    return {};
  }

  // One step is one timer event, so that heartbeats are answered between them.
  void on_timer() override {
    if (step_ == 0) begin();
    const bool exit = step_ % 2 == 0;
    strike(exit ? orders::Injection::exit : orders::Injection::segv, exit ? "exit" : "segv");
    if (++step_ < strokes) return next();
    component::log("bench end");
  }

 private:
  static constexpr unsigned strokes = 200;

  static void next() { component::set_timer(component::now() + 2'000'000); }

  static void need(bool holds, std::string_view what) {
    if (holds) return;
    component::log("bench failed: ", what);
    contract::defect("the benchmark cannot go on");
  }

  bool reads() { return disk_.read(0, 1, contract::Lend::writing(block)).is<disk::Done>(); }

  void begin() {
    std::array<orders::Service, orders::max_services> services;
    const auto listed = reincarnation_.list(contract::LendOf<orders::Service>::writing(services));
    need(!listed.failed() && listed.is<orders::Listed>(), "reincarnation lists");
    for (unsigned index = 0; index < listed.get<orders::Listed>().count; ++index)
      if (services[index].name == contract::String<23>("virtio-blk")) slot_ = services[index].slot;
    need(slot_ != 255, "there is a driver");
    constexpr unsigned rounds = 200;
    const u64 before = component::now();
    for (unsigned round = 0; round < rounds; ++round) need(reads(), "the disk is read");
    component::log("bench read ", (component::now() - before) / rounds);
  }

  // From the request in whose middle the driver dies to its answer by the successor.
  void strike(orders::Injection kind, std::string_view name) {
    const auto armed = reincarnation_.inject(slot_, kind, true);
    need(!armed.failed() && armed.is<orders::Armed>(), "an injection is armed");
    for (unsigned request = 0; request < 100; ++request) {
      const u64 before = component::now();
      need(reads(), "the disk is read across a failure");
      const u64 took = component::now() - before;
      const auto outcome = reincarnation_.injected(armed.get<orders::Armed>().number);
      need(!outcome.failed() && outcome.is<orders::InjectionIs>(), "the injection is known");
      if (outcome.get<orders::InjectionIs>().progress == orders::Progress::armed) continue;
      need(outcome.get<orders::InjectionIs>().progress == orders::Progress::struck, "the injection struck");
      component::log("bench recovery_", name, ' ', took);
      return;
    }
    need(false, "the injection struck");
  }

  disk::Shadow disk_{import("/dev/disk0")};
  orders::Shadow reincarnation_{import("/service/reincarnation")};
  unsigned step_ = 0;
  u8 slot_ = 255;
};

}  // namespace

COMPONENT(RecoveryTimer)
