// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <array>

#include "generated/contract/reincarnation.hpp"
#include "lib/component/component.hpp"

namespace conformance {

using abi::u32;
using abi::u64;
using abi::u8;
using component::log;

/// Goes through the workload of a class and has the driver struck by the kernel in each step: at an instruction of the
/// request, or of the interrupts that belong to it. One step is one timer event, so that this component itself answers
/// heartbeats in between. It imports the driver first and reincarnation second.
template <class Workload>
class Striker final : public component::Component {
 public:
  std::expected<void, component::StartError> start(component::Start how) override {
    if (how == component::Start::restarted) return std::unexpected(component::StartError{"was itself restarted"});
    next();
    return {};
  }

  void on_timer() override {
    if (ended_) return;
    run();
    if (!ended_) next();
  }

 private:
  using Injection = contract::reincarnation::Injection;
  using Progress = contract::reincarnation::Progress;
  using Services = std::array<contract::reincarnation::Service, contract::reincarnation::max_services>;

  static constexpr Injection at_every_request[] = {Injection::exit, Injection::segv};
  // They are noticed by time, so each is tried at one request.
  static constexpr Injection at_one_request[] = {Injection::violate, Injection::loop, Injection::hang};
  static constexpr unsigned calm = Workload::steps;
  static constexpr unsigned every = calm + Workload::steps * std::size(at_every_request);
  static constexpr unsigned between = every + Workload::steps;
  static constexpr unsigned slow = between + std::size(at_one_request);
  // Then each step is tried again and again, struck a stride of instructions later each time, until it is through
  // before the stroke falls, or was struck that far behind its begin. How many strides that is, the command line may
  // say.
  static constexpr u32 swept = 2440;
  static constexpr u32 usual_strides = 40;
  static constexpr unsigned least_interrupts = 3;
  static constexpr unsigned most_requests = 1000;

  static void next() { component::set_timer(component::now() + 1'000'000); }

  void end(std::string_view verdict) {
    ended_ = true;
    log(verdict);
  }
  bool check(bool holds, std::string_view what) {
    if (!holds) {
      log("not so: ", what, ", step ", turn_ < calm ? turn_ : struck_step_, ", after ", strokes_, " strokes");
      end("failed");
    }
    return holds;
  }
  bool right(unsigned step) {
    const char* const wrong = workload_.step(step);
    return check(wrong == nullptr, wrong == nullptr ? std::string_view{} : std::string_view{wrong});
  }

  void run() {
    const unsigned turn = turn_;
    if (turn < calm) {
      if (!right(turn)) return;
      if (turn + 1 == calm) remember();
    } else if (turn < every) {
      const unsigned number = turn - calm;
      strike(number / std::size(at_every_request), at_every_request[number % std::size(at_every_request)]);
    } else if (turn < between) {
      // Wherever it is: after an answer, in what it does unasked.
      struck_step_ = turn - every;
      if (!right(struck_step_)) return;
      (void)see_through(reincarnation_.inject(slot_, Injection::exit, false), struck_step_);
    } else if (turn < slow) {
      const unsigned number = turn - between;
      strike(1 + number, at_one_request[number]);
    } else if (sweeping_ < Workload::steps) {
      return sweep();
    } else {
      return verdict();
    }
    ++turn_;
  }

  void strike(unsigned step, Injection kind) {
    struck_step_ = step;
    (void)see_through(reincarnation_.inject(slot_, kind, true), step);
  }

  void sweep() {
    struck_step_ = sweeping_;
    after_ += swept / strides_;
    const auto requests = see_through(reincarnation_.inject_after(slot_, Injection::exit, after_), sweeping_);
    if (requests <= 1 && after_ < swept) return;
    after_ = 0;
    ++sweeping_;
  }

  // The step is repeated until the stroke fell and its consequences are known; how often that was until it fell.
  template <class Outcome>
  unsigned see_through(const Outcome& armed, unsigned step) {
    if (!check(!armed.failed() && armed.template is<contract::reincarnation::Armed>(), "an injection is armed"))
      return 0;
    const u32 number = armed.template get<contract::reincarnation::Armed>().number;
    unsigned until_it_fell = 0;
    for (unsigned request = 1; request <= most_requests; ++request) {
      if (!right(step)) return 0;
      const auto outcome = reincarnation_.injected(number);
      if (!check(outcome.template is<contract::reincarnation::InjectionIs>(), "the injection is known")) return 0;
      const auto& injection = outcome.template get<contract::reincarnation::InjectionIs>();
      if (injection.progress == Progress::armed) continue;
      if (!check(injection.progress == Progress::struck, "the injection struck")) return 0;
      if (until_it_fell == 0) until_it_fell = request;
      if (injection.crash == 0) continue;
      ++strokes_;
      elsewhere_ += injection.tag == 0;
      // A sweep strikes only while a request is open: where that is not what the driver works on, it is an interrupt.
      in_interrupts_ += injection.tag == 0 && after_ != 0;
      return until_it_fell;
    }
    (void)check(false, "the injection struck within a thousand requests");
    return 0;
  }

  void verdict() {
    for (unsigned step = 0; step < Workload::steps; ++step)
      if (!right(step)) return;
    if (!bystanders()) return;
    if (table().at(slot_)->interrupt_count != 0 && component::command_line_value("interrupts") != "false" &&
        !check(in_interrupts_ >= least_interrupts, "the driver was struck while it handled interrupts"))
      return;
    log("strokes ", strokes_, ", in requests ", strokes_ - elsewhere_, ", in interrupts ", in_interrupts_, ", between ",
        elsewhere_ - in_interrupts_);
    end("passed");
  }

  static u32 strides() {
    u32 number = 0;
    for (const char digit : component::command_line_value("strides"))
      number = number * 10 + static_cast<u32>(digit - '0');
    return number == 0 ? usual_strides : number;
  }

  bool list(Services& services) {
    const auto listed = reincarnation_.list(contract::LendOf<contract::reincarnation::Service>::writing(services));
    if (!check(listed.template is<contract::reincarnation::Listed>(), "reincarnation lists")) return false;
    count_ = listed.template get<contract::reincarnation::Listed>().count;
    return true;
  }
  void remember() {
    Services services;
    if (!list(services)) return;
    for (u32 index = 0; index < count_; ++index) before_[index] = services[index].generation;
  }
  bool bystanders() {
    Services services;
    if (!list(services)) return false;
    for (u32 index = 0; index < count_; ++index) {
      const bool driver = services[index].slot == slot_;
      const u32 risen = services[index].generation - before_[index];
      if (risen != (driver ? strokes_ : 0)) log(services[index].name.view(), " was restarted ", risen, " times");
      if (!check(driver ? risen == strokes_ : risen == 0, "each stroke restarted the driver, and nobody else"))
        return false;
    }
    return true;
  }

  typename Workload::Shadow driver_{import(component::name_of(record().imports[0]))};
  contract::reincarnation::Shadow reincarnation_{import("/service/reincarnation")};
  Workload workload_{driver_};
  std::array<u32, contract::reincarnation::max_services> before_{};
  const u8 slot_ = static_cast<u8>(record().imports[0].exporter);
  u32 count_ = 0;
  unsigned turn_ = 0;
  unsigned struck_step_ = 0;
  unsigned strokes_ = 0;
  unsigned elsewhere_ = 0;      // strokes that fell in no request
  unsigned in_interrupts_ = 0;  // of those
  unsigned sweeping_ = 0;       // step
  u32 after_ = 0;               // instructions
  const u32 strides_ = strides();
  bool ended_ = false;
};

}  // namespace conformance
