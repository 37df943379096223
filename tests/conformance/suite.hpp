// SPDX-License-Identifier: BSD-2-Clause
#pragma once

#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "lib/contract/host/world.hpp"
#include "tests/conformance/mortal.hpp"

namespace conformance {

/// What a driver under test is made of, and its device, which outlives it. `devices()` is null where it has none.
template <class T>
concept RigLike = requires(T rig, contract::Endpoint caller, std::span<std::byte> memory) {
  { rig.devices() } -> std::same_as<driver::HostDevices*>;
  { rig.boot() } -> std::convertible_to<contract::ExporterBase&>;
  { rig.work() } -> std::same_as<bool>;
  { rig.interrupt() };
  { rig.lend(caller, memory) };
  { rig.complaints() } -> std::same_as<std::vector<std::string>>;
};

/// One system: a client with its workload on each of its lanes, and a driver that may die once or twice on the way.
template <class Workload, RigLike Rig>
class Trial {
 public:
  /// What was not right; empty: everything was.
  std::vector<std::string> run(u64 first, u64 second) {
    world_.bind(0, slot);
    if constexpr (clients > 1)
      for (unsigned number = 1; number < clients; ++number) others_.push_back(std::make_unique<Other>(number));
    world_.strike = [this](auto, const auto&) { return mortal_.dies(); };
    world_.on_wait = [this] {
      // A driver that is alive and does not answer is late, and is replaced.
      if (world_.alive(slot)) wrong_.emplace_back("a request was forgotten");
      boot();
    };
    world_.on_deferred = [this] {
      others_ask();
      device_works();
    };
    mortal_.choose(first, second);
    boot();
    for (unsigned step = 0; step < Workload::steps && wrong_.empty(); ++step) {
      // Devices that have something to say unasked say it between requests too.
      device_works();
      asking_ = 0;
      judge(workload_->step(step), step, 0);
    }
    for (const auto& report : world_.reports) wrong_.push_back("the contract " + report.contract + " was broken");
    for (const std::string& complaint : rig_.complaints()) wrong_.push_back("the device: " + complaint);
    return wrong_;
  }
  u64 moments() const { return mortal_.moments(); }
  unsigned deaths() const { return mortal_.deaths(); }

 private:
  static constexpr unsigned slot = 5;
  // A workload that can be at work several times over says how often.
  static constexpr unsigned clients = [] {
    if constexpr (requires { Workload::clients; }) return Workload::clients;
    return 1u;
  }();

  struct Other {
    explicit Other(unsigned number) : workload(shadow, number), thread{static_cast<abi::u16>(number), 0} {}
    typename Workload::Shadow shadow{{0, 8}};
    Workload workload;
    contract::ThreadState thread;
    unsigned step = 0;
  };

  /// What the kernel sees of the driver: requests that may be its last.
  class Gate final : public contract::ExporterBase {
   public:
    explicit Gate(Trial& trial) : ExporterBase("gate"), trial_(trial) {}
    contract::Disposition dispatch(contract::Endpoint sender, contract::Message& message) override {
      for (unsigned lend = 0; lend < message.tag.lends(); ++lend) {
        const abi::Lend words = message.lend(lend);
        trial_.rig_.lend(sender, {reinterpret_cast<std::byte*>(words.address()), words.length()});
      }
      auto disposition = contract::Disposition::later;
      if (!trial_.mortal_.survives([&] { disposition = trial_.exporter_->dispatch(sender, message); })) {
        trial_.world_.stop(slot);
        return contract::Disposition::later;
      }
      return disposition;
    }

   private:
    Trial& trial_;
  };

  // While a request of the first lane waits for the device, each other lane makes one: so several are in it when the
  // driver dies.
  void others_ask() {
    if constexpr (clients > 1) {
      if (asking_ == others_.size()) return;
      Other& other = *others_[asking_++];
      const contract::ThreadState mine = std::exchange(world_.thread, other.thread);
      const unsigned step = other.step++ % Workload::steps;
      judge(other.workload.step(step), step, other.thread.lane);
      other.thread = std::exchange(world_.thread, mine);
    }
  }

  void judge(const char* wrong, unsigned step, std::size_t lane) {
    if (wrong == nullptr) return;
    wrong_.push_back("not so: " + std::string(wrong) + ", step " + std::to_string(step) + " of lane " +
                     std::to_string(lane));
  }

  void device_works() {
    if (!world_.alive(slot) || !rig_.work()) return;
    // The interrupt itself is a moment, whatever its handler does.
    if (mortal_.dies() || !mortal_.survives([this] { rig_.interrupt(); })) world_.stop(slot);
  }

  void boot() {
    while (!mortal_.survives([this] { exporter_ = &rig_.boot(); })) continue;
    exporter_->add_importer(contract::host::World::client_slot, clients, 8);
    world_.start(slot, gate_);
  }

  contract::host::World world_;
  Rig rig_;
  Mortal mortal_{rig_.devices(), world_};
  typename Workload::Shadow shadow_{{0, 8}};
  std::unique_ptr<Workload> workload_ = std::make_unique<Workload>(shadow_);
  std::vector<std::unique_ptr<Other>> others_;
  std::size_t asking_ = 0;  // of the others, in this step
  Gate gate_{*this};
  contract::ExporterBase* exporter_ = nullptr;
  std::vector<std::string> wrong_;
};

struct Verdict {
  u64 trials = 0;
  std::vector<std::string> wrong;  // the first trial that went wrong
};

/// Of the moments at which it dies, every so many are followed by another death.
inline constexpr u64 twice_every = 4;

/// Kills the driver at each moment of the workload.
template <class Workload, RigLike Rig>
Verdict conforms() {
  Verdict verdict;
  const auto wrong = [&](u64 first, u64 second, u64& moments) {
    Trial<Workload, Rig> trial;
    verdict.wrong = trial.run(first, second);
    moments = trial.moments();
    ++verdict.trials;
    if (verdict.wrong.empty() && first != 0 && trial.deaths() == 0) verdict.wrong.emplace_back("nobody died");
    if (verdict.wrong.empty()) return false;
    verdict.wrong.push_back("when it died at moment " + std::to_string(first) + " and " + std::to_string(second) +
                            " moments later");
    return true;
  };
  u64 moments = 0, any = 0;
  if (wrong(0, 0, moments)) return verdict;
  for (u64 first = 1; first <= moments; ++first)
    if (wrong(first, 0, any) || (first % twice_every == 0 && wrong(first, 1 + first % 23, any))) return verdict;
  return verdict;
}

/// An instance that is never destroyed, as a killed one is not; kept where the leak checker finds it.
template <class T, class... Arguments>
T& make_mortal(Arguments&&... arguments) {
  static auto& all = *new std::vector<void*>;
  // Its place is known before it is made: it may die of that.
  all.push_back(::operator new(sizeof(T), std::align_val_t{alignof(T)}));
  return *new (all.back()) T(std::forward<Arguments>(arguments)...);
}

}  // namespace conformance
