// SPDX-License-Identifier: BSD-2-Clause
#include "lib/component/component.hpp"
#include "lib/component/slots.hpp"
#include "servers/information/server.hpp"

namespace information {

/// What the running system knows.
class LiveSources final : public Sources {
 public:
  explicit LiveSources(contract::Import import) : reincarnation_(import) {}

  std::optional<u32> services(std::span<Service> into) override {
    const auto outcome = reincarnation_.list(contract::LendOf<Service>::writing(into));
    if (!outcome.is<reincarnation::Listed>()) return std::nullopt;
    return outcome.get<reincarnation::Listed>().count;
  }
  std::expected<Crash, reincarnation::Reason> crash(u32 number) override {
    Crash crash{};
    return with(crash, reincarnation_.report(number, contract::LendOf<Crash>::writing(crash)));
  }
  std::expected<Crash, reincarnation::Reason> last_crash(u8 slot) override {
    Crash crash{};
    return with(crash, reincarnation_.why(slot, contract::LendOf<Crash>::writing(crash)));
  }
  std::expected<void, reincarnation::Reason> restart(u8 slot, u32 generation) override {
    return done(reincarnation_.restart(slot, generation));
  }
  std::expected<void, reincarnation::Reason> stop(u8 slot) override { return done(reincarnation_.stop(slot)); }
  std::expected<void, reincarnation::Reason> start(u8 slot) override { return done(reincarnation_.start(slot)); }
  std::expected<u32, reincarnation::Reason> inject(u8 slot, reincarnation::Injection kind, bool when_busy) override {
    const auto outcome = reincarnation_.inject(slot, kind, when_busy);
    if (outcome.is<reincarnation::Armed>()) return outcome.get<reincarnation::Armed>().number;
    return std::unexpected(reason_of(outcome));
  }
  std::expected<reincarnation::InjectionIs, reincarnation::Reason> last_injection() override {
    constexpr u32 last = 0;
    const auto outcome = reincarnation_.injected(last);
    if (outcome.is<reincarnation::InjectionIs>()) return outcome.get<reincarnation::InjectionIs>();
    return std::unexpected(reason_of(outcome));
  }
  LogPart log(u64 position, std::span<std::byte> into) override {
    const auto read = component::slot::read_log(position, into);
    if (!read) return {0, position};
    return {read->bytes, read->position};
  }
  std::span<const abi::ComponentRecord> components() override { return component::Table::own().components(); }
  std::span<const u64, 2> build() override { return component::Table::own().build_id(); }
  const abi::InfoPage& info() override { return component::info(); }
  u64 now() override { return component::now(); }

 private:
  template <class Outcome>
  static reincarnation::Reason reason_of(const Outcome& outcome) {
    if (outcome.template is<reincarnation::Failed>()) return outcome.template get<reincarnation::Failed>().reason;
    return reincarnation::Reason::not_running;
  }
  template <class Outcome>
  static std::expected<void, reincarnation::Reason> done(const Outcome& outcome) {
    if (outcome.template is<reincarnation::Done>()) return {};
    return std::unexpected(reason_of(outcome));
  }
  template <class Outcome>
  static std::expected<Crash, reincarnation::Reason> with(const Crash& crash, const Outcome& outcome) {
    if (outcome.template is<reincarnation::Done>()) return crash;
    return std::unexpected(reason_of(outcome));
  }

  reincarnation::Shadow reincarnation_;
};

class Information final : public component::Component, public Server {
 public:
  Information() : Server(sources_) {}
  std::expected<void, component::StartError> start(component::Start) override { return {}; }

 private:
  LiveSources sources_{import("/service/reincarnation")};
};

}  // namespace information

COMPONENT(information::Information, contract::information::Exporter)
