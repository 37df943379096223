// SPDX-License-Identifier: BSD-2-Clause
#include <array>

#include "generated/contract/echo.hpp"
#include "generated/contract/reincarnation.hpp"
#include "lib/component/component.hpp"

namespace {

namespace echo = contract::echo;
namespace orders = contract::reincarnation;
using abi::u32;
using abi::u64;
using abi::u8;
using component::log;
using echo::Death;

constexpr std::string_view names_of_deaths[] = {"none", "exit", "bad pointer", "loop", "hang", "violation"};
constexpr Death deaths[] = {Death::exit, Death::bad_pointer, Death::loop, Death::hang, Death::violation};
constexpr orders::Injection injections[] = {orders::Injection::exit, orders::Injection::segv, orders::Injection::loop,
                                            orders::Injection::hang, orders::Injection::violate};

class EchoClient final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start how) override {
    if (how == component::Start::restarted) return std::unexpected(component::StartError{"was itself restarted"});
    next(1);
    return {};
  }

  void on_timer() override {
    if (failed_ || step_ > last_step) return;
    run(step_++);
    if (failed_)
      log("failed");
    else if (step_ > last_step)
      log("passed");
    else
      next(1);
  }

 private:
  static constexpr unsigned asked_deaths = std::size(deaths);
  static constexpr unsigned strokes = 20;
  static constexpr unsigned first_death = 2;
  static constexpr unsigned first_stroke = first_death + asked_deaths;
  static constexpr unsigned poison_step = first_stroke + strokes;
  static constexpr unsigned parent_step = poison_step + 1;
  static constexpr unsigned last_step = parent_step + 1;

  static void next(u64 milliseconds) { component::set_timer(component::now() + milliseconds * 1'000'000); }

  void run(unsigned step) {
    if (step == 0) return greet();
    if (step == 1) return measure();
    if (step < first_stroke) return die(deaths[step - first_death]);
    if (step < poison_step) return strike(step - first_stroke);
    if (step == poison_step) return poison();
    if (step == parent_step) return restart_parent();
    bystanders();
  }

  bool check(bool holds, std::string_view what) {
    if (!holds) log("not so: ", what);
    failed_ = failed_ || !holds;
    return holds;
  }

  bool alive(u64 value) {
    const auto outcome = echo_.echo(value, "hello");
    if (outcome.failed()) {
      log("echo: ", contract::name_of(outcome.failure()));
      return false;
    }
    const auto& echoed = outcome.get<echo::Echoed>();
    return echoed.value == value && echoed.text == contract::String<31>("hello");
  }

  bool adds(u64 amount) {
    const auto outcome = echo_.add(amount);
    if (outcome.failed()) {
      log("add: ", contract::name_of(outcome.failure()));
      return false;
    }
    sum_ += amount;
    if (outcome.get<echo::Added>().sum == sum_) return true;
    log("the sum is ", outcome.get<echo::Added>().sum, " instead of ", sum_);
    return false;
  }

  void greet() {
    check(alive(7), "echo answers");
    check(adds(5), "echo adds");
    std::array<std::byte, 2000> data;
    data.fill(std::byte{3});
    const auto summed = echo_.sum(contract::Lend::reading(data));
    check(!summed.failed() && summed.is<echo::Summed>() && summed.get<echo::Summed>().sum == 6000,
          "echo sums up what is lent");
    std::array<orders::Service, orders::max_services> services;
    const auto listed = reincarnation_.list(contract::LendOf<orders::Service>::writing(services));
    if (!check(!listed.failed() && listed.is<orders::Listed>(), "reincarnation lists")) return;
    count_ = listed.get<orders::Listed>().count;
    for (u32 index = 0; index < count_; ++index) {
      before_[index] = services[index].generation;
      if (services[index].name == contract::String<23>("echo")) slot_ = services[index].slot;
    }
    check(slot_ != 255, "reincarnation knows echo");
  }

  void measure() {
    constexpr u64 rounds = 20'000;
    const u64 begin = component::now();
    for (u64 round = 0; round < rounds; ++round)
      if (echo_.echo(round, "").failed()) return static_cast<void>(check(false, "echo answers each time"));
    log("round trip ", (component::now() - begin) / rounds, " ns");
  }

  void die(Death how) {
    const auto doomed = echo_.die(how);
    if (!check(!doomed.failed(), "echo is told to die")) return;
    const u64 begin = component::now();
    const bool added = adds(1);
    const u64 took = component::now() - begin;
    check(added, "the sum is right after it");
    check(alive(took), "echo is back");
    log("death by ", names_of_deaths[static_cast<unsigned>(how)], ": answered after ", took / 1000, " us");
  }

  // Struck by the kernel at an instruction of a request, as an operator would have it.
  void strike(unsigned number) {
    const auto armed = reincarnation_.inject(slot_, injections[number % std::size(injections)], true);
    if (!check(!armed.failed() && armed.is<orders::Armed>(), "an injection is armed")) return;
    const u64 begin = component::now();
    for (unsigned request = 0; request < 1000; ++request) {
      if (!check(adds(1), "the sum is right during an injection")) return;
      const auto outcome = reincarnation_.injected(armed.get<orders::Armed>().number);
      if (!check(!outcome.failed() && outcome.is<orders::InjectionIs>(), "the injection is known")) return;
      const auto& injection = outcome.get<orders::InjectionIs>();
      if (injection.progress == orders::Progress::armed) continue;
      check(injection.progress == orders::Progress::struck, "the injection struck");
      log("stroke ", number, " of kind ", number % std::size(injections), ": request ", request, ", label ",
          component::hex(injection.tag & 0xffff), ", crash ", injection.crash, ", after ",
          (component::now() - begin) / 1000, " us");
      check(adds(1), "the sum is right after an injection");
      return;
    }
    check(false, "the injection struck within a thousand requests");
  }

  // Tried twice, then refused; whoever comes after it is served.
  void poison() {
    const u64 begin = component::now();
    const auto outcome = echo_.poison();
    check(outcome.failed() && outcome.failure() == contract::Failure::refused, "a deadly request is refused");
    log("poison: refused after ", (component::now() - begin) / 1000, " us");
    check(adds(1), "the sum is right after poison");
    orders::Crash crash;
    const auto why = reincarnation_.why(slot_, contract::LendOf<orders::Crash>::writing(crash));
    check(!why.failed() && why.is<orders::Done>() && crash.poison, "the crash report says that it was poison");
  }

  // The parent of all dies and goes on where it was: nobody else is touched, echo can still be killed and comes back.
  void restart_parent() {
    std::array<orders::Service, orders::max_services> services;
    const auto listed = reincarnation_.list(contract::LendOf<orders::Service>::writing(services));
    if (!check(!listed.failed() && listed.is<orders::Listed>(), "reincarnation lists")) return;
    for (u32 index = 0; index < count_; ++index) {
      if (services[index].name != contract::String<23>("reincarnation")) continue;
      const u64 begin = component::now();
      const auto done = reincarnation_.restart(services[index].slot, services[index].generation);
      check(!done.failed() && done.is<orders::Done>(), "reincarnation restarts itself");
      log("reincarnation restarted itself in ", (component::now() - begin) / 1000, " us");
      before_[index] = services[index].generation + 1;
    }
    die(Death::exit);
  }

  void bystanders() {
    std::array<orders::Service, orders::max_services> services;
    const auto listed = reincarnation_.list(contract::LendOf<orders::Service>::writing(services));
    if (!check(!listed.failed() && listed.is<orders::Listed>(), "reincarnation lists")) return;
    for (u32 index = 0; index < count_; ++index) {
      if (services[index].slot == slot_) {
        log("echo is in generation ", services[index].generation, " after ", services[index].injected, " strokes");
        check(services[index].generation > before_[index] + asked_deaths, "echo was restarted each time");
      } else if (services[index].generation != before_[index]) {
        log(services[index].name.view(), " was restarted too");
        check(false, "nobody else was restarted");
      }
    }
  }

  echo::Shadow echo_{import("echo")};
  orders::Shadow reincarnation_{import("reincarnation")};
  std::array<u32, orders::max_services> before_{};
  u32 count_ = 0;
  u64 sum_ = 0;
  unsigned step_ = 0;
  u8 slot_ = 255;
  bool failed_ = false;
};

}  // namespace

COMPONENT(EchoClient)
